/// Has providers make what a pipeline wants of them, before anything plays.
#pragma once

#include <optional>
#include <vector>

#include "context.hpp"
#include "progress.hpp"
#include "reel/base/stop.hpp"
#include "reel/engine/run.hpp"
#include "reel/service/request.hpp"

namespace reel::cli {

struct MakingOptions {
  std::optional<double> budget;   ///< dollars that one generation may cost
  const engine::RunOptions& run;  ///< for the clips that providers change
  ProgressView& view;
  base::StopFlag stop = nullptr;
  std::optional<service::RequestId> request;  ///< the recorded job
};

/// The pipeline with files in the places of stages whose media a provider makes or changes; what that was goes to `made`. Throws InvalidInput, and as
/// service::Generator and engine::Run.
engine::Prepared with_media_made(engine::Prepared prepared, Context& context, const MakingOptions& options,
                                 std::vector<engine::MadeMedia>& made);

}  // namespace reel::cli
