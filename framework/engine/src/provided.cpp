#include "reel/engine/provided.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/catalog/provider.hpp"

namespace reel::engine {
namespace {

using nlohmann::json;

/// As reel_provider_request says.
json json_of(const model::Value& value) {
  struct Convert {
    json operator()(std::monostate) const { return nullptr; }
    json operator()(bool v) const { return v; }
    json operator()(std::int64_t v) const { return v; }
    json operator()(double v) const { return v; }
    json operator()(const std::string& v) const { return v; }
    json operator()(const base::TimePoint& v) const {
      const auto* const time = std::get_if<base::Time>(&v);
      return time != nullptr ? json(time->count()) : json();
    }
    json operator()(const std::vector<base::TimePointRange>& v) const { return model::to_yaml(v); }
    json operator()(const model::Color& v) const { return model::to_yaml(v); }
    json operator()(const model::Region& v) const { return model::to_yaml(v); }
  };
  return std::visit(Convert{}, value);
}

json params_of(const model::Stage& stage) {
  json params = json::object();
  for (const model::ParamSchema& param : stage.traits.params) {
    const model::Setting* const setting = stage.setting(param.name);
    params[param.name] = json_of(setting != nullptr ? setting->value : param.default_value);
  }
  return params;
}

bool is_fresh(const model::Stage& stage) {
  const model::Setting* const fresh = stage.setting("fresh");
  return fresh != nullptr && std::holds_alternative<bool>(fresh->value) && std::get<bool>(fresh->value);
}

}  // namespace

std::vector<ProvidedStage> provided_stages(const model::Pipeline& pipeline) {
  std::vector<ProvidedStage> found;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const model::Stage& stage = pipeline.stages[i];
    auto provider = catalog::provider_of(stage.traits.factory);
    if (!provider) continue;
    ProvidedStage& provided = found.emplace_back();
    provided.stage = i;
    provided.provider = std::move(provider);
    provided.request.stage = stage.traits.factory;
    provided.request.params = params_of(stage).dump();
    provided.fresh = is_fresh(stage);
  }
  return found;
}

void play_instead(model::Pipeline& pipeline, std::size_t stage, const std::filesystem::path& file,
                  const model::StageSource& stages) {
  const model::StageTraits* const source = stages.find("source");
  if (source == nullptr)
    throw base::RunError("the stage 'source' is missing, which plays what was made",
                         "`reel plugins --all` says why, if it is refused");
  model::Stage& replaced = pipeline.stages[stage];
  replaced.traits = *source;
  replaced.settings = {{.name = "uri", .value = file.string(), .key_mark = replaced.mark, .value_mark = replaced.mark}};
}

}  // namespace reel::engine
