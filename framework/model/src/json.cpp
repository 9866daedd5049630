#include "reel/model/json.hpp"

#include "reel/base/error.hpp"

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

std::optional<base::Time> time_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  return base::Time{found->get<base::Time::rep>()};
}

Rational rational_of(const json& pair) { return {pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>()}; }

VideoStream video_of(const json& v) {
  VideoStream out;
  out.codec = v.at("codec");
  out.profile = v.at("profile");
  out.pixel_format = v.at("pixel_format");
  out.width = v.at("width");
  out.height = v.at("height");
  out.rotation = v.at("rotation");
  out.frame_rate = rational_of(v.at("frame_rate"));
  out.variable_frame_rate = v.at("variable_frame_rate");
  out.pixel_aspect = rational_of(v.at("pixel_aspect"));
  out.bit_depth = v.at("bit_depth");
  out.interlaced = v.at("interlaced");
  out.alpha = v.at("alpha");
  out.still = v.at("still");
  const json& color = v.at("color");
  out.color_primaries = color.at("primaries");
  out.color_transfer = color.at("transfer");
  out.color_matrix = color.at("matrix");
  out.color_range = color.at("range");
  return out;
}

AudioStream audio_of(const json& a) {
  AudioStream out;
  out.codec = a.at("codec");
  out.profile = a.at("profile");
  out.sample_rate = a.at("sample_rate");
  out.channels = a.at("channels");
  out.channel_layout = a.at("channel_layout");
  out.sample_format = a.at("sample_format");
  return out;
}

StreamInfo stream_of(const json& s) {
  StreamInfo out;
  out.index = s.at("index");
  out.kind = s.at("kind");
  out.is_default = s.at("default");
  out.language = s.value("language", "");
  const auto start = base::parse_time(s.at("start").get<std::string>());
  if (start && std::holds_alternative<base::Time>(*start)) out.start = std::get<base::Time>(*start);
  out.duration = time_of(s, "duration_ns");
  if (s.contains("bit_rate")) out.bit_rate = s["bit_rate"].get<std::int64_t>();
  if (s.contains("video")) out.video = video_of(s["video"]);
  if (s.contains("audio")) out.audio = audio_of(s["audio"]);
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

MediaInfo media_of(const json& media) try {
  MediaInfo out;
  out.uri = media.at("uri");
  out.container = media.at("container");
  out.bytes = media.at("bytes");
  out.duration = time_of(media, "duration_ns");
  for (const json& stream : media.at("streams")) out.streams.push_back(stream_of(stream));
  for (const json& chapter : media.at("chapters"))
    out.chapters.push_back(
        {{time_of(chapter, "begin_ns").value_or(base::Time{0}), time_of(chapter, "end_ns").value_or(base::Time::max())},
         chapter.at("title")});
  out.tags = media.at("tags");
  return out;
} catch (const json::exception& e) {
  throw base::InputError(std::string("this says nothing about media: ") + e.what());
}

}  // namespace reel::model
