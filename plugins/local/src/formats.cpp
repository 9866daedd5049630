#include "formats.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "path.hpp"

namespace reel::local {
namespace {

using V = VideoCodec;
using A = AudioCodec;

/// One container: the first codec of each kind is its default.
struct FormatRow {
  Container container;
  const char* muxer;
  const char* title;
  std::vector<std::string_view> extensions;
  std::vector<V> video;
  std::vector<A> audio;
  bool single_picture = false;
};

const std::vector<FormatRow>& table() {
  static const std::vector<FormatRow> rows{
      {Container::mp4,
       "mp4",
       "MP4",
       {"mp4", "m4v", "m4a"},
       {V::h264, V::h265, V::av1, V::vp9},
       {A::aac, A::opus, A::flac, A::mp3}},
      {Container::mov, "mov", "QuickTime", {"mov", "qt"}, {V::h264, V::h265, V::prores}, {A::aac, A::pcm, A::mp3}},
      {Container::mkv,
       "matroska",
       "Matroska",
       {"mkv", "mka"},
       {V::h264, V::h265, V::vp9, V::av1, V::prores, V::ffv1},
       {A::aac, A::opus, A::flac, A::pcm, A::mp3}},
      {Container::webm, "webm", "WebM", {"webm"}, {V::vp9, V::av1}, {A::opus}},
      {Container::wav, "wav", "WAV", {"wav"}, {}, {A::pcm}},
      {Container::flac, "flac", "FLAC", {"flac"}, {}, {A::flac}},
      {Container::mp3, "mp3", "MP3", {"mp3"}, {}, {A::mp3}},
      {Container::ogg, "ogg", "Ogg", {"ogg", "oga", "opus"}, {}, {A::opus, A::flac}},
      {Container::png, "image2pipe", "PNG", {"png"}, {V::png}, {}, true},
      {Container::jpeg, "image2pipe", "JPEG", {"jpg", "jpeg"}, {V::jpeg}, {}, true},
  };
  return rows;
}

template <class E>
std::string name(E value) {
  for (const auto& c : choices(E{}))
    if (c.value == value) return c.name;
  return "";
}

template <class E>
std::string list(const std::vector<E>& values) {
  std::string text;
  for (const E v : values) text += (text.empty() ? "" : ", ") + name(v);
  return text;
}

const FormatRow& row_of(const std::string& path, Container container) {
  const std::string extension = extension_of(path);
  for (const FormatRow& row : table())
    if (container == Container::automatic ? std::ranges::find(row.extensions, extension) != row.extensions.end()
                                          : row.container == container)
      return row;
  std::string known;
  for (const FormatRow& row : table())
    for (const auto e : row.extensions) known += (known.empty() ? "." : " .") + std::string(e);
  throw Error("cannot tell what kind of file '" + path + "' is to be" +
              (extension.empty() ? std::string(": its name has no extension")
                                 : ": the extension '." + extension + "' is not known") +
              "; expected one of " + known + ", or set 'container'");
}

/// The codec to use: the one asked for if it fits, the default if none was asked for.
template <class E>
E pick(E asked, const std::vector<E>& able, E preferred, const FormatRow& row, const char* what) {
  if (able.empty()) return E::none;
  if (asked == E::automatic) return std::ranges::find(able, preferred) != able.end() ? preferred : able.front();
  if (std::ranges::find(able, asked) != able.end()) return asked;
  throw Error(std::string(what) + " '" + name(asked) + "' cannot go into " + row.title +
              "; expected one of: " + list(able));
}

}  // namespace

Format choose_format(const std::string& path, Container container, VideoCodec video, AudioCodec audio) {
  const FormatRow& row = row_of(path, container);
  Format format{.container = row.container, .muxer = row.muxer, .single_picture = row.single_picture};
  const bool is_matroska_sound = row.container == Container::mkv && extension_of(path) == "mka";
  format.video = is_matroska_sound ? V::none : pick(video, row.video, V::automatic, row, "video-codec");
  const A usual = format.video == V::ffv1 ? A::flac : format.video == V::prores ? A::pcm : A::automatic;
  format.audio = pick(audio, row.audio, usual, row, "audio-codec");
  if (extension_of(path) == "m4a" && row.container == Container::mp4) {
    format.video = V::none;
    format.muxer = "ipod";
    if (format.audio == A::opus || format.audio == A::flac) format.muxer = "mp4";
  }
  return format;
}

}  // namespace reel::local
