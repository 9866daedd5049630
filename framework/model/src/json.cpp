#include "reel/model/json.hpp"

namespace reel::model {
namespace {

using nlohmann::json;

json param_json(const ParamSchema& param) {
  json out{{"name", param.name},         {"type", name(param.type)},       {"description", param.description},
           {"required", param.required}, {"animatable", param.animatable}, {"live", param.live}};
  if (!param.unit.empty()) out["unit"] = param.unit;
  if (param.minimum) out["minimum"] = *param.minimum;
  if (param.maximum) out["maximum"] = *param.maximum;
  if (param.identity) out["identity"] = *param.identity;
  if (!std::holds_alternative<std::monostate>(param.default_value)) out["default"] = to_yaml(param.default_value);
  for (const Choice& choice : param.choices)
    out["choices"].push_back({{"name", choice.name}, {"description", choice.description}});
  return out;
}

json stream_json(const StreamInfo& s, const FrameIndex* frames) {
  json out{{"index", s.index}, {"kind", s.kind}, {"start", base::format_time(s.start)}, {"default", s.is_default}};
  if (!s.language.empty()) out["language"] = s.language;
  if (s.duration) out["duration_ns"] = s.duration->count();
  if (s.bit_rate) out["bit_rate"] = *s.bit_rate;
  if (s.video) {
    const VideoStream& v = *s.video;
    out["video"] = {{"codec", v.codec},
                    {"profile", v.profile},
                    {"pixel_format", v.pixel_format},
                    {"width", v.width},
                    {"height", v.height},
                    {"rotation", v.rotation},
                    {"frame_rate", {v.frame_rate.num, v.frame_rate.den}},
                    {"variable_frame_rate", v.variable_frame_rate},
                    {"pixel_aspect", {v.pixel_aspect.num, v.pixel_aspect.den}},
                    {"bit_depth", v.bit_depth},
                    {"interlaced", v.interlaced},
                    {"alpha", v.alpha},
                    {"still", v.still},
                    {"color",
                     {{"primaries", v.color_primaries},
                      {"transfer", v.color_transfer},
                      {"matrix", v.color_matrix},
                      {"range", v.color_range}}}};
    if (frames != nullptr && s.is_default) {
      out["video"]["frames"] = frames->times.size();
      for (std::size_t i = 0; i < frames->times.size(); ++i)
        if (frames->keyframes[i]) out["video"]["keyframes_ns"].push_back(frames->times[i].count());
    }
  }
  if (s.audio) {
    const AudioStream& a = *s.audio;
    out["audio"] = {{"codec", a.codec},
                    {"profile", a.profile},
                    {"sample_rate", a.sample_rate},
                    {"channels", a.channels},
                    {"channel_layout", a.channel_layout},
                    {"sample_format", a.sample_format}};
  }
  return out;
}

}  // namespace

json to_json(const StageTraits& stage) {
  json out{{"name", stage.name},
           {"element", stage.factory},
           {"plugin", stage.plugin},
           {"title", stage.title},
           {"summary", stage.summary},
           {"role", name(stage.role)},
           {"synonyms", stage.synonyms},
           {"takes", json::array()},
           {"gives", json::array()},
           {"params", json::array()},
           {"contract", {{"video", to_text(stage.video)}, {"audio", to_text(stage.audio)}}},
           {"during", stage.allows_during}};
  if (stage.takes_video) out["takes"].push_back("video");
  if (stage.takes_audio) out["takes"].push_back("audio");
  if (stage.gives_video) out["gives"].push_back("video");
  if (stage.gives_audio) out["gives"].push_back("audio");
  if (stage.role == StageRole::join) out["inputs"] = {{"min", stage.min_inputs}, {"max", stage.max_inputs}};
  for (const ParamSchema& param : stage.params) out["params"].push_back(param_json(param));
  return out;
}

json to_json(const MediaInfo& media, const FrameIndex* frames) {
  json out{{"uri", media.uri},         {"container", media.container}, {"bytes", media.bytes},
           {"streams", json::array()}, {"tags", media.tags},           {"chapters", json::array()}};
  if (media.duration) out["duration_ns"] = media.duration->count();
  for (const auto& stream : media.streams) out["streams"].push_back(stream_json(stream, frames));
  for (const auto& chapter : media.chapters)
    out["chapters"].push_back(
        {{"begin_ns", chapter.range.begin.count()}, {"end_ns", chapter.range.end.count()}, {"title", chapter.title}});
  return out;
}

}  // namespace reel::model
