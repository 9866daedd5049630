#include "reel/engine/describe.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

#include "describe/describe.hpp"
#include "exports.hpp"
#include "graph/kinds.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/engine/plan.hpp"
#include "reel/engine/provided.hpp"

namespace reel::engine {
namespace {

using Json = nlohmann::ordered_json;

std::string rounded(double value) {
  std::string text(32, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.3f", value)));
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string inputs_words(const model::Pipeline& pipeline, const model::Stage& stage) {
  std::vector<std::string> ids;
  for (const std::size_t input : stage.inputs) ids.push_back("'" + pipeline.stages[input].id + "'");
  return base::join_words(ids);
}

/// What happens to one kind of media in a stage, as a sentence; empty where there is none.
std::string effect_words(const Prepared& prepared, std::size_t index, const std::vector<Kinds>& outputs, Kind kind) {
  const model::Stage& stage = prepared.pipeline.stages[index];
  const std::string what = kind == Kind::video ? "Pictures" : "Sound";
  const bool comes = stage.inputs.empty() || input_kinds(stage, outputs).has(kind);
  if (stage.traits.role == model::StageRole::source)
    return outputs[index].has(kind) ? what + ": read and decoded." : "";
  if (stage.traits.role == model::StageRole::sink)
    return comes && takes(stage.traits, kind) ? what + ": encoded and written."
           : comes                            ? what + ": not used here."
                                              : "";
  if (!comes) return "";
  if (passes(stage.traits, kind)) {
    const bool dropped = stage.inputs.size() > 1;
    return what + ": passed on untouched" +
           (dropped ? ", from the first input; those of the others are dropped." : ".");
  }
  return what + ": " + contract_words(kind == Kind::video ? stage.traits.video : stage.traits.audio) + ".";
}

std::string clock_words(const planner::StageClock& clock) {
  if (!clock.input_duration || !clock.output_duration) return "";
  if (*clock.input_duration == *clock.output_duration)
    return "Lasts " + base::format_moment(*clock.output_duration) + ".";
  return "Lasts " + base::format_moment(*clock.output_duration) + " (" + base::format_moment(*clock.input_duration) +
         " before).";
}

void add_parameters(const model::Stage& stage, std::string& text) {
  for (const model::ParamSchema& p : stage.traits.params) {
    const model::Setting* const setting = stage.setting(p.name);
    std::string value = setting != nullptr ? base::redacted(setting_text(*setting)) : model::to_yaml(p.default_value);
    if (value.empty() || value == "null") value = "(none)";
    const std::string unit = p.unit.empty() ? "" : " " + p.unit;
    text += "     " + p.name + ": " + value + unit + (setting != nullptr ? "" : "  (default)") + "\n";
  }
}

/// What a provider is asked for, and what that costs.
std::string provider_words(const ProvidedStage& stage) {
  const std::string prepared = stage.provider->prepare(stage.request);
  const model::ProviderEstimate estimate = stage.provider->estimate(prepared);
  std::string text = "Made by " + stage.provider->limits(prepared).service + " before anything plays";
  if (estimate.cents) text += "; costs about " + base::format_dollars(*estimate.cents);
  if (estimate.seconds)
    text +=
        "; takes about " +
        base::format_duration(std::chrono::duration_cast<base::Time>(std::chrono::duration<double>(*estimate.seconds)));
  return text + (stage.fresh ? "." : "; the same request is paid for once.");
}

Json contract_json(const model::Contract& c) { return model::to_text(c); }

Json seconds_json(const std::optional<base::Time>& t) { return t ? Json(base::seconds(*t)) : Json(nullptr); }

Json stage_json(const Prepared& prepared, std::size_t index, const std::vector<Kinds>& outputs) {
  const model::Stage& stage = prepared.pipeline.stages[index];
  Json json;
  json["id"] = stage.id;
  json["uses"] = stage.traits.name;
  json["title"] = stage.traits.title;
  json["role"] = model::name(stage.traits.role);
  json["line"] = stage.mark.line;
  json["from"] = Json::array();
  for (const std::size_t input : stage.inputs) json["from"].push_back(prepared.pipeline.stages[input].id);
  if (stage.during) json["during"] = base::format(*stage.during);
  json["with"] = Json::object();
  for (const model::ParamSchema& p : stage.traits.params) {
    const model::Setting* const setting = stage.setting(p.name);
    json["with"][p.name] = {
        {"value", setting != nullptr ? base::redacted(setting_text(*setting)) : model::to_yaml(p.default_value)},
        {"default", setting == nullptr}};
  }
  json["gives"] = {{"video", outputs[index].video}, {"audio", outputs[index].audio}};
  json["contract"] = {{"video", contract_json(stage.traits.video)}, {"audio", contract_json(stage.traits.audio)}};
  json["input_seconds"] = seconds_json(prepared.clocks[index].input_duration);
  json["output_seconds"] = seconds_json(prepared.clocks[index].output_duration);
  return json;
}

}  // namespace

std::string setting_text(const model::Setting& setting) {
  if (setting.keyframes.empty()) return model::to_yaml(setting.value);
  std::string text = "[ ";
  for (const model::Keyframe& k : setting.keyframes) {
    if (text.size() > 2) text += ", ";
    text += "{ at: " + base::format(k.at) + ", value: " + model::to_yaml(k.value);
    if (k.curve != model::Curve::linear) text += k.curve == model::Curve::ease ? ", curve: ease" : ", curve: hold";
    text += " }";
  }
  return text + " ]";
}

std::string contract_words(const model::Contract& contract) {
  using Kind = model::Contract::Kind;
  switch (contract.kind) {
    case Kind::untouched:
      return "passed on untouched";
    case Kind::pointwise:
      return "changed, each moment by itself";
    case Kind::window:
      return "changed, looking at " + std::to_string(contract.before) + " frames before and " +
             std::to_string(contract.after) + " after each" +
             (contract.from_begin.empty() ? "" : "; what it follows, from the beginning on");
    case Kind::retime:
      return "moved in time";
    case Kind::whole:
      return "changed, and any part may depend on all the rest";
  }
  return {};
}

std::string during_words(const base::TimePointRange& during) {
  if (during.begin && during.end) return "from " + base::format(*during.begin) + " to " + base::format(*during.end);
  if (during.begin) return "from " + base::format(*during.begin) + " on";
  return during.end ? "until " + base::format(*during.end) : "always";
}

std::string media_words(const model::MediaInfo& media) {
  std::vector<std::string> parts;
  if (const auto* const v = media.video(); v != nullptr) {
    std::string text = v->video->codec + " " + std::to_string(v->video->width) + "x" + std::to_string(v->video->height);
    if (v->video->rotation != 0) text += ", turned upright by " + std::to_string(v->video->rotation) + " degrees";
    if (v->video->still)
      text += ", a still picture";
    else if (v->video->variable_frame_rate)
      text += ", variable frame rate";
    else if (v->video->frame_rate.num > 0)
      text += ", " + rounded(v->video->frame_rate.value()) + " pictures a second";
    parts.push_back(text);
  }
  if (const auto* const a = media.audio(); a != nullptr)
    parts.push_back(a->audio->codec + " sound at " + std::to_string(a->audio->sample_rate) + " Hz, " +
                    base::counted(static_cast<std::uint64_t>(a->audio->channels), "channel"));
  std::string text = base::join_words(parts);
  if (media.duration) text += "; lasts " + base::format_moment(*media.duration);
  return text;
}

std::string explain_text(const Prepared& prepared) {
  const model::Pipeline& pipeline = prepared.pipeline;
  const auto outputs = output_kinds(pipeline, prepared.media);
  const auto provided = provided_stages(prepared);
  std::string text = pipeline.name.empty() ? pipeline.file : pipeline.name;
  if (!pipeline.description.empty()) text += ": " + pipeline.description;
  text += "\n";
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const model::Stage& stage = pipeline.stages[i];
    text += "\n" + std::to_string(i + 1) + ". " + stage.id + " (" + stage.traits.name + ", line " +
            std::to_string(stage.mark.line) + "): " + stage.traits.summary + "\n";
    if (!stage.inputs.empty()) text += "   Takes what " + inputs_words(pipeline, stage) + " gives.\n";
    if (prepared.media[i]) text += "   Media: " + media_words(*prepared.media[i]) + ".\n";
    if (const auto made = std::ranges::find(provided, i, &ProvidedStage::stage); made != provided.end())
      text += "   " + provider_words(*made) + "\n";
    if (stage.during) text += "   Acts " + during_words(*stage.during) + "; the rest passes unchanged.\n";
    for (const Kind kind : both_kinds)
      if (const std::string effect = effect_words(prepared, i, outputs, kind); !effect.empty())
        text += "   " + effect + "\n";
    if (const std::string clock = clock_words(prepared.clocks[i]); !clock.empty()) text += "   " + clock + "\n";
    add_parameters(stage, text);
  }
  if (!main_sink(without_exporters(prepared).pipeline))
    return text + "\nNothing is played to the end: only documents are written.\n";
  text += "\nWhat is rendered, and what is copied:\n";
  std::istringstream lines(planner::to_text(plan(prepared)));
  for (std::string line; std::getline(lines, line);) text += "   " + line + "\n";
  return text;
}

std::string explain_json(const Prepared& prepared) {
  const auto outputs = output_kinds(prepared.pipeline, prepared.media);
  Json json;
  json["file"] = prepared.pipeline.file;
  json["name"] = prepared.pipeline.name;
  json["description"] = prepared.pipeline.description;
  json["stages"] = Json::array();
  for (std::size_t i = 0; i < prepared.pipeline.stages.size(); ++i)
    json["stages"].push_back(stage_json(prepared, i, outputs));
  json["plan"] = Json::parse(planner::to_json(plan(prepared)));
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace reel::engine
