/// Which kinds of media flow where. Private to the engine.
#pragma once

#include <optional>
#include <vector>

#include "reel/model/media.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::engine {

enum class Kind { video, audio };
inline constexpr Kind both_kinds[]{Kind::video, Kind::audio};
inline const char* name(Kind kind) { return kind == Kind::video ? "video" : "audio"; }

struct Kinds {
  bool video = false, audio = false;
  bool has(Kind kind) const { return kind == Kind::video ? video : audio; }
  bool& of(Kind kind) { return kind == Kind::video ? video : audio; }
  bool any() const { return video || audio; }
};

inline bool takes(const model::StageTraits& t, Kind kind) {
  return kind == Kind::video ? t.takes_video : t.takes_audio;
}
inline bool gives(const model::StageTraits& t, Kind kind) {
  return kind == Kind::video ? t.gives_video : t.gives_audio;
}
/// What a stage does not touch flows past it, from its first input.
inline bool passes(const model::StageTraits& t, Kind kind) {
  return t.role != model::StageRole::source && t.role != model::StageRole::sink && !takes(t, kind) && !gives(t, kind);
}

/// What each stage gives to the ones after it. `media` tells what sources really hold.
std::vector<Kinds> output_kinds(const model::Pipeline& pipeline,
                                const std::vector<std::optional<model::MediaInfo>>& media);

/// Kinds that reach any input of a stage.
Kinds input_kinds(const model::Stage& stage, const std::vector<Kinds>& outputs);

/// The last sink, if there is one: what the pipeline is about. The others are side outputs.
std::optional<std::size_t> main_sink(const model::Pipeline& pipeline);

/// From a stage up its first inputs to the source whose clock it counts in.
std::size_t main_source(const model::Pipeline& pipeline, std::size_t stage);

}  // namespace reel::engine
