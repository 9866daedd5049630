#include "reel/engine/probe.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "files/av.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

std::string or_empty(const char* text) { return text != nullptr ? text : ""; }

model::Rational rational(AVRational r) {
  return r.num > 0 && r.den > 0 ? model::Rational{r.num, r.den} : model::Rational{0, 1};
}

// What is said of a file goes into a row, into answers and events: it must not grow with what a stranger wrote into the file.
constexpr std::size_t longest_tag = 1000, most_tags = 100, most_chapters = 1000;

std::string beginning(const char* text) { return base::beginning(text, longest_tag, ""); }

std::string tag(const AVDictionary* tags, const char* key) {
  const AVDictionaryEntry* const entry = av_dict_get(tags, key, nullptr, 0);
  return entry != nullptr ? beginning(entry->value) : "";
}

/// Degrees clockwise that turn the picture upright, from the display matrix (which counts the other way
/// round).
int rotation(const AVStream* stream) {
  std::size_t size = 0;
  const auto* const matrix =
      reinterpret_cast<const std::int32_t*>(av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size));
  if (matrix == nullptr || size < 9 * sizeof(std::int32_t)) return 0;
  const double angle = av_display_rotation_get(matrix);
  if (std::isnan(angle)) return 0;
  const int quarters = static_cast<int>(std::lround(-angle / 90.0));
  return ((quarters % 4 + 4) % 4) * 90;
}

bool is_still(const AVFormatContext* context) {
  const std::string_view format = context->iformat->name;
  return format.ends_with("_pipe") || format == "image2";
}

/// True if the times between pictures differ by more than their rounding explains. The last one may be odd.
bool uneven(std::vector<std::int64_t> times, AVRational time_base) {
  std::ranges::sort(times);
  if (times.size() < 4) return false;
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i + 1 < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  const auto [least, most] = std::ranges::minmax(steps);
  std::ranges::nth_element(steps, steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2));
  const std::int64_t usual = steps[steps.size() / 2];
  const std::int64_t rounding = 2 + static_cast<std::int64_t>(0.002 / av_q2d(time_base));
  return most - least > std::max(rounding, usual / 20);
}

/// MP4 knows all its packets at once; elsewhere the first ones have to tell.
bool variable_frame_rate(AVFormatContext* context, AVStream* stream) {
  std::vector<std::int64_t> times;
  const int known = avformat_index_get_entries_count(stream);
  if (stream->nb_frames > 0 && known >= stream->nb_frames) {
    for (int i = 0; i < known; ++i) times.push_back(avformat_index_get_entry(stream, i)->timestamp);
    return uneven(std::move(times), stream->time_base);
  }
  constexpr int most_packets = 4000;
  const av::Packet packet(av_packet_alloc());
  for (int n = 0; n < most_packets && times.size() < 300 && av::read(context, packet.get()); ++n) {
    if (packet->stream_index == stream->index && packet->pts != AV_NOPTS_VALUE) times.push_back(packet->pts);
    av_packet_unref(packet.get());
  }
  // The last ones that were read may have pictures between them that were not.
  if (times.size() > 40) {
    std::ranges::sort(times);
    times.resize(times.size() - 20);
  }
  return uneven(std::move(times), stream->time_base);
}

template <class Value>
std::string color_name(const char* (*name)(Value), Value value, Value unspecified) {
  return value == unspecified ? "" : or_empty(name(value));
}

model::VideoStream video(AVFormatContext* context, AVStream* stream) {
  const AVCodecParameters& p = *stream->codecpar;
  model::VideoStream v;
  v.codec = avcodec_get_name(p.codec_id);
  v.profile = or_empty(avcodec_profile_name(p.codec_id, p.profile));
  v.width = p.width;
  v.height = p.height;
  v.rotation = rotation(stream);
  v.frame_rate = rational(stream->avg_frame_rate);
  const AVRational aspect = av_guess_sample_aspect_ratio(context, stream, nullptr);
  if (aspect.num > 0 && aspect.den > 0) v.pixel_aspect = {aspect.num, aspect.den};
  if (const auto* const format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(p.format)); format != nullptr) {
    v.pixel_format = format->name;
    v.bit_depth = format->comp[0].depth;
    v.alpha = (format->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  }
  v.interlaced = p.field_order > AV_FIELD_PROGRESSIVE;
  v.still = is_still(context);
  v.color_primaries = color_name(av_color_primaries_name, p.color_primaries, AVCOL_PRI_UNSPECIFIED);
  v.color_transfer = color_name(av_color_transfer_name, p.color_trc, AVCOL_TRC_UNSPECIFIED);
  v.color_matrix = color_name(av_color_space_name, p.color_space, AVCOL_SPC_UNSPECIFIED);
  v.color_range = color_name(av_color_range_name, p.color_range, AVCOL_RANGE_UNSPECIFIED);
  return v;
}

model::AudioStream audio(const AVStream* stream) {
  const AVCodecParameters& p = *stream->codecpar;
  model::AudioStream a;
  a.codec = avcodec_get_name(p.codec_id);
  a.profile = or_empty(avcodec_profile_name(p.codec_id, p.profile));
  a.sample_rate = p.sample_rate;
  a.channels = p.ch_layout.nb_channels;
  a.sample_format = or_empty(av_get_sample_fmt_name(static_cast<AVSampleFormat>(p.format)));
  std::array<char, 64> layout{};
  if (av_channel_layout_describe(&p.ch_layout, layout.data(), layout.size()) > 0) a.channel_layout = layout.data();
  return a;
}

std::string kind(const AVStream* stream) {
  if (av::is_cover(stream)) return "attachment";
  switch (stream->codecpar->codec_type) {
    case AVMEDIA_TYPE_VIDEO:
      return "video";
    case AVMEDIA_TYPE_AUDIO:
      return "audio";
    case AVMEDIA_TYPE_SUBTITLE:
      return "subtitle";
    case AVMEDIA_TYPE_ATTACHMENT:
      return "attachment";
    default:
      return "data";
  }
}

model::StreamInfo stream_info(AVFormatContext* context, AVStream* stream, base::Time origin) {
  model::StreamInfo info;
  info.index = stream->index;
  info.kind = kind(stream);
  info.language = tag(stream->metadata, "language");
  if (info.language == "und") info.language.clear();
  if (stream->start_time != AV_NOPTS_VALUE)
    info.start = std::max(base::Time{0}, av::to_time(stream->start_time, stream->time_base) - origin);
  if (stream->duration > 0 && !is_still(context)) info.duration = av::to_time(stream->duration, stream->time_base);
  if (stream->codecpar->bit_rate > 0) info.bit_rate = stream->codecpar->bit_rate;
  if (info.kind == "video") info.video = video(context, stream);
  if (info.kind == "audio") info.audio = audio(stream);
  return info;
}

/// Until the last picture or sound ends. Where no stream says how long it is, the container does.
std::optional<base::Time> duration(const AVFormatContext* context, const model::MediaInfo& info) {
  if (is_still(context)) return std::nullopt;
  base::Time longest{0};
  bool all_known = true;
  for (const auto& s : info.streams) {
    if (s.kind != "video" && s.kind != "audio") continue;
    if (!s.duration)
      all_known = false;
    else
      longest = std::max(longest, s.start + *s.duration);
  }
  if (all_known && longest > base::Time{0}) return longest;
  if (context->duration > 0) return av::to_time(context->duration, {1, AV_TIME_BASE});
  return longest > base::Time{0} ? std::optional(longest) : std::nullopt;
}

void add_chapters(const AVFormatContext* context, base::Time origin, model::MediaInfo& info) {
  for (unsigned i = 0; i < std::min<std::size_t>(context->nb_chapters, most_chapters); ++i) {
    const AVChapter* const c = context->chapters[i];
    model::Chapter chapter;
    chapter.range.begin = std::max(base::Time{0}, av::to_time(c->start, c->time_base) - origin);
    if (c->end != AV_NOPTS_VALUE && c->end > c->start) chapter.range.end = av::to_time(c->end, c->time_base) - origin;
    chapter.title = tag(c->metadata, "title");
    info.chapters.push_back(std::move(chapter));
  }
}

}  // namespace

model::MediaInfo probe(const std::string& uri) {
  const av::Input input = av::open(uri);
  const base::Time origin = av::media_start(input.get());
  model::MediaInfo info;
  info.uri = uri;
  info.container = input->iformat->name;
  info.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, avio_size(input->pb)));
  for (unsigned i = 0; i < input->nb_streams; ++i)
    info.streams.push_back(stream_info(input.get(), input->streams[i], origin));
  for (const auto type : {AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_SUBTITLE})
    if (const AVStream* const s = av::default_stream(input.get(), type); s != nullptr)
      info.streams[static_cast<std::size_t>(s->index)].is_default = true;
  info.duration = duration(input.get(), info);
  add_chapters(input.get(), origin, info);
  for (const AVDictionaryEntry* t = nullptr;
       info.tags.size() < most_tags && (t = av_dict_get(input->metadata, "", t, AV_DICT_IGNORE_SUFFIX)) != nullptr;)
    info.tags[beginning(t->key)] = beginning(t->value);
  // Last, since it may read on.
  if (AVStream* const s = av::default_stream(input.get(), AVMEDIA_TYPE_VIDEO); s != nullptr && !is_still(input.get()))
    info.streams[static_cast<std::size_t>(s->index)].video->variable_frame_rate = variable_frame_rate(input.get(), s);
  return info;
}

}  // namespace reel::engine
