#include "reel/engine/provided.hpp"

#include <algorithm>

#include "checks/checks.hpp"
#include "reel/base/error.hpp"

namespace reel::engine {

void check_provided(const model::Pipeline& pipeline, Faults& faults) {
  for (const ProvidedStage& provided : provided_stages(pipeline)) {
    const model::Stage& stage = pipeline.stages[provided.stage];
    std::string param;
    try {
      provided.provider->prepare(provided.request, &param);
    } catch (const base::Error& error) {
      const model::Setting* const setting = stage.setting(param);
      faults.error(setting != nullptr ? setting->value_mark : stage.mark, "bad-request", error.what(), error.hint());
    }
  }
}

}  // namespace reel::engine
