#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/segmenter.hpp"
#include "reel/engine/describe.hpp"
#include "reel/model/json.hpp"
#include "reel/prompt/json.hpp"
#include "stages.hpp"
#include "work.hpp"

namespace reel::runner {
namespace {

using nlohmann::json;

json params_json(const model::Pipeline& pipeline) {
  json params = json::array();
  for (const model::PipelineParam& p : pipeline.params) {
    json param{{"name", p.name}, {"type", model::name(p.type)}, {"description", p.description}};
    if (p.default_value) param["default"] = *p.default_value;
    if (!p.choices.empty()) param["choices"] = p.choices;
    if (p.minimum) param["minimum"] = *p.minimum;
    if (p.maximum) param["maximum"] = *p.maximum;
    params.push_back(std::move(param));
  }
  return params;
}

json stages_json(const model::Pipeline& pipeline) {
  json stages = json::array();
  for (const model::Stage& s : pipeline.stages)
    stages.push_back({{"id", s.id}, {"uses", s.traits.name}, {"line", s.mark.line}});
  return stages;
}

class Checker {
 public:
  Checker(const service::RunnerSetup& setup) : policy_(policy_of(setup)), stages_(load_stages(setup)) {}

  json answer(const json& question) {
    const std::string what = question.at("ask");
    if (what == "check") return check(question);
    if (what == "read") return read(question);
    if (what == "schema") return json::parse(model::json_schema(*stages_));
    json all = json::array();
    if (what == "stages")
      for (const model::StageTraits* stage : stages_->stages()) all.push_back(model::to_json(*stage));
    else if (what == "plugins")
      for (const catalog::PluginInfo& plugin : stages_->plugins()) all.push_back(catalog::to_json(plugin));
    else
      throw base::InputError("the question '" + what + "', expected check, read, stages, schema or plugins");
    return all;
  }

 private:
  json check(const json& question) {
    Names::Files files;
    // No file is looked at: a name stands for itself.
    for (const std::string name : question.at("inputs")) files.inputs[name] = name;
    const Names names(std::move(files), policy_);
    std::vector<std::string> uris;
    bool network = false;
    model::CheckOptions options;
    options.set = question.at("params");
    options.require_params = question.at("require_params");
    const std::vector<std::string> secrets = question.at("secrets");
    options.has_secret = [&](const std::string& name) { return std::ranges::find(secrets, name) != secrets.end(); };
    options.resolve = [&](const model::StageTraits& stage, const auto& param, const std::string& text) {
      std::string place = names.resolve(stage, param, text);
      if (stage.role == model::StageRole::source && param.type == model::ParamType::uri) uris.push_back(text);
      network = network || text.find("://") != std::string::npos;
      return place;
    };
    model::Diagnosed diagnosed;
    const auto pipeline = model::load_pipeline(question.at("name"), question.at("yaml"), *stages_, options, diagnosed);
    json answer = json::parse(model::to_json(std::vector{diagnosed})).at("files").at(0);
    answer["valid"] = pipeline.has_value();
    if (!pipeline) return answer;
    answer.update({{"name", pipeline->name},
                   {"description", pipeline->description},
                   {"params", params_json(*pipeline)},
                   {"stages", stages_json(*pipeline)},
                   {"uris", uris},
                   {"network", network},
                   {"dot", engine::graph_dot(*pipeline)}});
    return answer;
  }

  /// A stage that policy forbids is one that there is not, so a prompt leads to none.
  json read(const json& question) try {
    prompt::Ask ask;
    ask.text = question.at("prompt");
    if (!question.at("media").is_null()) ask.media = model::media_of(question["media"]);
    for (const json& drawn : question.at("regions")) ask.regions.push_back(prompt::drawn_of(drawn));
    ask.labels = catalog::labels_that_are_found();
    ask.input = question.at("input");
    ask.output = question.at("output");
    ask.pipeline = question.at("pipeline");
    return {{"reading", prompt::to_json(prompt::understand(ask, *stages_), ask.text)}};
  } catch (const base::InputError& e) {
    return {{"fault", base::with_hint(e.what(), e.hint())}};
  }

  catalog::Policy policy_;
  std::unique_ptr<catalog::Catalog> stages_;
};

}  // namespace

void answer_questions(Workplace& place) {
  Checker checker(place.spec.setup);
  for (std::string line; !place.stop.asked() && std::getline(std::cin, line);) {
    const json answer{{"is", "answer"}, {"answer", checker.answer(json::parse(line))}};
    place.channel.write(answer.dump(-1, ' ', false, json::error_handler_t::replace));
  }
}

}  // namespace reel::runner
