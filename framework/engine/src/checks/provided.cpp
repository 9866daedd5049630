#include "reel/engine/provided.hpp"

#include <algorithm>

#include "checks/checks.hpp"
#include "reel/base/error.hpp"

namespace reel::engine {

void check_provided(const Prepared& prepared, Faults& faults) {
  for (const ProvidedStage& provided : provided_stages(prepared)) {
    const model::Stage& stage = prepared.pipeline.stages[provided.stage];
    if (!prepared.clocks.empty() && stage.inputs.empty()) continue;
    std::string param;
    try {
      provided.provider->prepare(provided.request, &param);
    } catch (const base::Error& error) {
      const model::Setting* const setting = stage.setting(param);
      faults.error(setting != nullptr                  ? setting->value_mark
                   : param == "during" && stage.during ? stage.during_mark
                                                       : stage.mark,
                   "bad-request", error.what(), error.hint());
    }
  }
}

}  // namespace reel::engine
