#include "reel/engine/provided.hpp"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/catalog/provider.hpp"
#include "reel/engine/probe.hpp"
#include "stage_key.hpp"

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
  if (!stage.inputs.empty()) params["during"] = stage.during ? json(base::format(*stage.during)) : json();
  return params;
}

bool is_fresh(const model::Stage& stage) {
  const model::Setting* const fresh = stage.setting("fresh");
  return fresh != nullptr && std::holds_alternative<bool>(fresh->value) && std::get<bool>(fresh->value);
}

/// How long the part of its input is that a filter changes; 0: not known.
base::Time changed_length(const Prepared& prepared, std::size_t index) {
  const model::Stage& stage = prepared.pipeline.stages[index];
  const auto whole = prepared.clocks.empty() ? std::nullopt : prepared.clocks[index].input_duration;
  const auto at = [](const std::optional<base::TimePoint>& point) {
    const auto* const time = point ? std::get_if<base::Time>(&*point) : nullptr;
    return time != nullptr ? std::optional(*time) : std::nullopt;
  };
  const auto begin = stage.during ? at(stage.during->begin) : std::nullopt;
  const auto end = stage.during && stage.during->end ? at(stage.during->end) : whole;
  if (!end) return base::Time{0};
  return (whole ? std::min(*end, *whole) : *end) - begin.value_or(base::Time{0});
}

const model::StageTraits& traits_of(const char* name, const model::StageSource& stages) {
  const model::StageTraits* const found = stages.find(name);
  if (found != nullptr) return *found;
  throw base::RunError(std::string("the stage '") + name + "' is missing, which plays what was made",
                       "`reel plugins --all` says why, if it is refused");
}

/// A stage that stands in the text where another does.
model::Stage stage_at(const model::Stage& place, const char* name, const model::StageSource& stages,
                      std::vector<std::pair<std::string, model::Value>> settings) {
  model::Stage made;
  made.traits = traits_of(name, stages);
  made.id = place.id;
  made.mark = place.mark;
  made.during_mark = place.during_mark;
  for (auto& [setting, value] : settings) {
    model::Setting& added = made.settings.emplace_back();
    added.name = std::move(setting);
    added.value = std::move(value);
    added.key_mark = added.value_mark = place.mark;
  }
  return made;
}

/// Those of some stages and all that they take from.
model::Pipeline with_ancestors(const model::Pipeline& pipeline, std::set<std::size_t> wanted) {
  for (std::size_t i = pipeline.stages.size(); i-- > 0;)
    if (wanted.contains(i)) wanted.insert(pipeline.stages[i].inputs.begin(), pipeline.stages[i].inputs.end());
  model::Pipeline rest = pipeline;
  rest.stages.clear();
  std::map<std::size_t, std::size_t> places;
  for (const std::size_t i : wanted) {
    places[i] = rest.stages.size();
    rest.stages.push_back(pipeline.stages[i]);
    for (std::size_t& input : rest.stages.back().inputs) input = places.at(input);
  }
  return rest;
}

model::Pipeline without_idle_branches(const model::Pipeline& pipeline) {
  std::set<std::size_t> sinks;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i)
    if (pipeline.stages[i].traits.role == model::StageRole::sink) sinks.insert(i);
  return with_ancestors(pipeline, std::move(sinks));
}

/// Stages that come before another; those after it count on.
void insert(model::Pipeline& pipeline, std::size_t at, std::vector<model::Stage> added) {
  for (std::size_t i = at; i < pipeline.stages.size(); ++i)
    for (std::size_t& input : pipeline.stages[i].inputs)
      if (input >= at) input += added.size();
  pipeline.stages.insert(pipeline.stages.begin() + static_cast<std::ptrdiff_t>(at),
                         std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

/// The file's pictures over those of the input, which keeps its clock and its sound.
void lay_over(model::Pipeline& pipeline, std::size_t at, const model::MediaInfo& made,
              const model::StageSource& stages) {
  const model::Stage place = pipeline.stages[at];
  const std::size_t input = place.inputs.front();
  std::vector<model::Stage> added{stage_at(place, "source", stages, {{"uri", made.uri}, {"audio", false}})};
  added.front().id += "-made";
  if (!place.during) {
    const model::VideoStream& video = *made.video()->video;
    added.push_back(stage_at(place, "scale", stages,
                             {{"width", std::int64_t{video.width}},
                              {"height", std::int64_t{video.height}},
                              {"fit", std::string("stretch")}}));
    added.back().id += "-size";
    added.back().inputs = {input};
  }
  const auto begin = place.during && place.during->begin ? *place.during->begin : base::TimePoint(base::Time{0});
  model::Stage over = stage_at(place, "overlay", stages,
                               {{"width", 1.0}, {"height", 1.0}, {"start", begin}, {"at-end", std::string("hold")}});
  over.during = place.during;
  over.inputs = {place.during ? input : at + 1, at};
  insert(pipeline, at, added);
  pipeline.stages[at + added.size()] = std::move(over);
}

}  // namespace

std::vector<ProvidedStage> provided_stages(const Prepared& prepared) {
  std::vector<ProvidedStage> found;
  const auto& stages = prepared.pipeline.stages;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    auto provider = catalog::provider_of(stages[i].traits.factory);
    if (!provider) continue;
    ProvidedStage& provided = found.emplace_back();
    provided.stage = i;
    provided.provider = std::move(provider);
    provided.request.stage = stages[i].traits.factory;
    provided.request.params = params_of(stages[i]).dump();
    if (!stages[i].inputs.empty()) provided.request.input = "";
    if (!stages[i].inputs.empty()) provided.request.input_duration = changed_length(prepared, i);
    provided.fresh = is_fresh(stages[i]);
  }
  return found;
}

model::Pipeline input_of(const Prepared& prepared, std::size_t stage, const std::filesystem::path& file,
                         const model::StageSource& stages) {
  const model::Stage& place = prepared.pipeline.stages[stage];
  model::Pipeline clip = with_ancestors(prepared.pipeline, {place.inputs.front()});
  if (place.during) {
    clip.stages.push_back(stage_at(place, "cut", stages, {{"keep", std::vector<base::TimePointRange>{*place.during}}}));
    clip.stages.back().inputs = {clip.stages.size() - 2};
    clip.stages.back().id += "-part";
  }
  clip.stages.push_back(
      stage_at(place, "sink", stages, {{"uri", file.string()}, {"video-codec", std::string("h264")}}));
  clip.stages.back().inputs = {clip.stages.size() - 2};
  clip.stages.back().id += "-input";
  return clip;
}

std::optional<std::string> name_of(const model::Pipeline& pipeline) {
  Sha256 sum;
  for (const model::Stage& stage : pipeline.stages) {
    if (stage.traits.role == model::StageRole::sink) continue;
    for (const std::size_t input : stage.inputs) sum.add(std::to_string(input));
    if (!add_stage(pipeline, stage, sum)) return std::nullopt;
  }
  return to_hex(sum.end());
}

std::string name_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Sha256 sum;
  std::vector<char> chunk(1 << 16);
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || in.gcount() > 0)
    sum.add(Bytes(reinterpret_cast<const std::uint8_t*>(chunk.data()), static_cast<std::size_t>(in.gcount())));
  if (!in.eof()) throw base::RunError("cannot read " + file.string());
  return to_hex(sum.end());
}

void play_instead(model::Pipeline& pipeline, std::size_t stage, const std::filesystem::path& file,
                  const model::StageSource& stages) {
  const model::Stage& place = pipeline.stages[stage];
  const model::MediaInfo made = probe(file.string());
  const bool alone = place.inputs.empty() || (!place.during && made.audio() != nullptr);
  if (!alone) return lay_over(pipeline, stage, made, stages);
  pipeline.stages[stage] = stage_at(place, "source", stages, {{"uri", file.string()}});
  pipeline = without_idle_branches(pipeline);
}

}  // namespace reel::engine
