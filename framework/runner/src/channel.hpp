/// The way to the parent.
#pragma once

#include <mutex>
#include <string_view>

#include "reel/service/runner_job.hpp"

namespace reel::runner {

/// Writes lines to the descriptor of messages. Any thread. There is one a process.
class Channel {
 public:
  void send(const service::RunnerMessage& message);
  void write(std::string_view line);  ///< without its end

 private:
  std::mutex mutex_;
};

/// From now on a signal that ends the program is told before: whose code it was in.
void tell_of_crashes();

}  // namespace reel::runner
