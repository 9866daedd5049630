/// Stages whose media a provider makes, or changes, before anything plays.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reel/engine/media_check.hpp"
#include "reel/model/provider.hpp"

namespace reel::engine {

struct ProvidedStage {
  std::size_t stage = 0;
  std::shared_ptr<model::Provider> provider;
  model::ProviderRequest
      request;         ///< of a filter with the address "" and the length of what is changed, if it is known
  bool fresh = false;  ///< its parameter `fresh`: asked for again although there is such a result
};

/// Those of a pipeline, in its order. A catalogue has to be there.
std::vector<ProvidedStage> provided_stages(const Prepared& prepared);

/// What reaches a filter in the range of its `during`, as a pipeline of its own that writes it to an MP4 file with H.264.
model::Pipeline input_of(const Prepared& prepared, std::size_t stage, const std::filesystem::path& file,
                         const model::StageSource& stages);

/// A name for what a pipeline without its sinks gives, which changes with whatever it depends on. Nothing: it depends on a secret.
std::optional<std::string> name_of(const model::Pipeline& pipeline);
/// A name for what is in a file. Throws base::RunError if it cannot be read.
std::string name_of(const std::filesystem::path& file);

/// Puts a file of this machine in the place of a stage: a source plays it. A filter's pictures give way to its, in the range of `during` and
/// at their own size; without `during` all of them do and take its size, and the sound too where it has some. Throws as probe().
void play_instead(model::Pipeline& pipeline, std::size_t stage, const std::filesystem::path& file,
                  const model::StageSource& stages);

}  // namespace reel::engine
