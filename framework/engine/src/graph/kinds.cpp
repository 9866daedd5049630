#include "graph/kinds.hpp"

namespace reel::engine {
namespace {

/// The author wants none of that kind.
bool left_out(const model::Stage& stage, Kind kind) {
  const model::Setting* const wanted = stage.setting(name(kind));
  const auto* const is = wanted != nullptr ? std::get_if<bool>(&wanted->value) : nullptr;
  return is != nullptr && !*is;
}

Kinds source_kinds(const model::Stage& stage, const std::optional<model::MediaInfo>& media) {
  Kinds kinds{stage.traits.gives_video, stage.traits.gives_audio};
  for (const Kind kind : both_kinds) kinds.of(kind) = kinds.has(kind) && !left_out(stage, kind);
  if (!media) return kinds;
  kinds.video = kinds.video && media->video() != nullptr;
  kinds.audio = kinds.audio && media->audio() != nullptr;
  return kinds;
}

bool gives_on(const model::Stage& stage, Kind kind, const std::vector<Kinds>& outputs) {
  if (stage.inputs.empty() || stage.traits.role == model::StageRole::sink) return false;
  if (passes(stage.traits, kind)) return outputs[stage.inputs.front()].has(kind);
  if (!gives(stage.traits, kind)) return false;
  // What it gives without taking any, it makes of the other kind.
  return !takes(stage.traits, kind) || input_kinds(stage, outputs).has(kind);
}

}  // namespace

Kinds input_kinds(const model::Stage& stage, const std::vector<Kinds>& outputs) {
  Kinds kinds;
  for (const std::size_t input : stage.inputs)
    for (const Kind kind : both_kinds) kinds.of(kind) = kinds.has(kind) || outputs[input].has(kind);
  return kinds;
}

std::vector<Kinds> output_kinds(const model::Pipeline& pipeline,
                                const std::vector<std::optional<model::MediaInfo>>& media) {
  std::vector<Kinds> outputs;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const model::Stage& stage = pipeline.stages[i];
    if (stage.traits.role == model::StageRole::source) {
      outputs.push_back(source_kinds(stage, media[i]));
      continue;
    }
    outputs.push_back({gives_on(stage, Kind::video, outputs), gives_on(stage, Kind::audio, outputs)});
  }
  return outputs;
}

std::optional<std::size_t> main_sink(const model::Pipeline& pipeline) {
  for (std::size_t i = pipeline.stages.size(); i-- > 0;)
    if (pipeline.stages[i].traits.role == model::StageRole::sink) return i;
  return std::nullopt;
}

std::size_t main_source(const model::Pipeline& pipeline, std::size_t stage) {
  while (!pipeline.stages[stage].inputs.empty()) stage = pipeline.stages[stage].inputs.front();
  return stage;
}

}  // namespace reel::engine
