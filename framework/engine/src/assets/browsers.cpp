#include <algorithm>
#include <array>
#include <fstream>
#include <initializer_list>
#include <string_view>

#include "reel/engine/assets.hpp"

namespace reel::engine {
namespace {

using Names = std::initializer_list<std::string_view>;

bool any(std::string_view name, Names names) { return std::ranges::find(names, name) != names.end(); }

/// libav calls both Matroska and WebM by both names; the file itself says which it is, in its first bytes.
bool is_webm(const std::string& file) {
  std::array<char, 64> head{};
  std::ifstream in(file, std::ios::binary);
  in.read(head.data(), head.size());
  return std::string_view(head.data(), static_cast<std::size_t>(in.gcount())).find("webm") != std::string_view::npos;
}

struct Rules {
  Names video, audio;
};

const Rules mp4{{"h264", "vp9", "av1"}, {"aac", "mp3", "opus", "flac"}};
const Rules webm{{"vp8", "vp9", "av1"}, {"opus", "vorbis"}};

std::string refused_codec(const model::MediaInfo& media, const Rules& rules) {
  if (const auto* const v = media.video(); v != nullptr) {
    if (!any(v->video->codec, rules.video)) return "its pictures are " + v->video->codec;
    if (!any(v->video->pixel_format, {"yuv420p", "yuvj420p"}))
      return "its pictures are stored as " + v->video->pixel_format;
  }
  if (const auto* const a = media.audio(); a != nullptr && !any(a->audio->codec, rules.audio))
    return "its sound is " + a->audio->codec;
  return {};
}

std::string refused_sound(const model::MediaInfo& media, std::string_view container) {
  const std::string_view codec = media.audio()->audio->codec;
  const bool plays = (container == "mp3" && codec == "mp3") || (container == "aac" && codec == "aac") ||
                     (container == "flac" && codec == "flac") || (container == "wav" && codec == "pcm_s16le") ||
                     (container == "ogg" && any(codec, {"opus", "vorbis", "flac"}));
  return plays ? "" : "its container is " + std::string(container);
}

}  // namespace

std::string why_browsers_cannot_play(const model::MediaInfo& media) {
  const std::string_view container = media.container;
  const auto* const video = media.video();
  if (video != nullptr && video->video->still)
    return any(video->video->codec, {"mjpeg", "png", "gif", "webp"}) ? "" : "it is a picture of " + video->video->codec;
  if (container.find("mp4") != std::string_view::npos) {
    const auto brand = media.tags.find("major_brand");
    if (brand != media.tags.end() && brand->second.starts_with("qt")) return "its container is QuickTime";
    return refused_codec(media, mp4);
  }
  if (container.find("webm") != std::string_view::npos)
    return is_webm(media.uri) ? refused_codec(media, webm) : "its container is Matroska";
  if (video == nullptr && media.audio() != nullptr) return refused_sound(media, container);
  return "its container is " + std::string(container);
}

}  // namespace reel::engine
