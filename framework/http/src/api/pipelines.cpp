/// The language of pipelines: what there is, and what is wrong.
#include <array>

#include "pipeline_check.hpp"
#include "records.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

Response check(Core& core, Call& call) {
  const auto checked = check_pipeline(core, *call.store, call.user(), pipeline_text(call.body), false);
  json answer{{"valid", checked.valid()}, {"diagnostics", checked.faults}};
  for (const char* const key : {"name", "description", "params", "stages"})
    if (checked.valid()) answer[key] = checked.answer.at(key);
  if (checked.valid()) answer["graph"] = checked.answer.at("dot");
  return json_response(200, answer);
}

Response list_stages(Core& core, Call& /*call*/) {
  return json_response(200, {{"items", core.options.checker.stages()}});
}

Response get_stage(Core& core, Call& call) {
  const std::string owner = call.params["owner"], stage = call.params["stage"];
  const std::string name = owner == "reel" ? stage : owner + "/" + stage;
  for (const json& one : core.options.checker.stages())
    if (one.at("name") == name) return json_response(200, one);
  throw not_found("stage");
}

Response list_plugins(Core& core, Call& /*call*/) {
  json items = json::array();
  for (const json& plugin : core.options.checker.plugins()) {
    // Where a plugin lies is nothing for users.
    json item{{"refused", text_or_null(plugin.value("refused", ""))},
              {"stages", plugin.value("stages", json::array())}};
    for (const char* const key : {"id", "name", "version", "vendor", "license", "summary"})
      item[key] = plugin.value(key, "");
    items.push_back(std::move(item));
  }
  return json_response(200, {{"items", items}});
}

Response get_schema(Core& core, Call& /*call*/) {
  Response response = json_response(200, core.options.checker.schema());
  response.headers.set("Content-Type", "application/schema+json");
  return response;
}

constexpr std::array<Binding, 5> pipeline_bindings{{{"checkPipeline", &check, "checks"},
                                                    {"listStages", &list_stages, "checks"},
                                                    {"getStage", &get_stage, "checks"},
                                                    {"listPlugins", &list_plugins, "checks"},
                                                    {"getSchema", &get_schema, "checks"}}};

}  // namespace

std::span<const Binding> pipeline_handlers() { return pipeline_bindings; }

}  // namespace reel::http
