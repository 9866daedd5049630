/// Stages whose media a provider makes before anything plays.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "reel/model/pipeline.hpp"
#include "reel/model/provider.hpp"

namespace reel::engine {

struct ProvidedStage {
  std::size_t stage = 0;
  std::shared_ptr<model::Provider> provider;
  model::ProviderRequest request;
  bool fresh = false;  ///< its parameter `fresh`: asked for again although there is such a result
};

/// Those of a pipeline, in its order. A catalogue has to be there.
std::vector<ProvidedStage> provided_stages(const model::Pipeline& pipeline);

/// From now on the stage plays a file of this machine: it is a `source` with the id that it had.
void play_instead(model::Pipeline& pipeline, std::size_t stage, const std::filesystem::path& file,
                  const model::StageSource& stages);

}  // namespace reel::engine
