/// What providers make for an attempt before it runs. Private to the service.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "reel/base/stop.hpp"
#include "reel/service/recorder.hpp"
#include "reel/service/worker.hpp"

namespace reel::service {

/// For one thread.
class AttemptMedia {
 public:
  /// `folder` is for the provider's child: it is made, and the caller's to remove. All must live as long as this.
  AttemptMedia(const MediaFiles& files, const WorkerOptions& options, const Request& request, Store& store,
               Recorder& recorder, std::filesystem::path folder)
      : files_(files),
        options_(options),
        request_(request),
        store_(store),
        recorder_(recorder),
        folder_(std::move(folder)) {}

  /// The files, by ids of stages. Throws as Generator::make().
  std::map<std::string, std::filesystem::path> make(const std::vector<WantedMedia>& wanted, base::StopFlag stop);

 private:
  std::filesystem::path make_one(const WantedMedia& wanted, base::StopFlag stop);

  const MediaFiles& files_;
  const WorkerOptions& options_;
  const Request& request_;
  Store& store_;
  Recorder& recorder_;
  const std::filesystem::path folder_;
};

}  // namespace reel::service
