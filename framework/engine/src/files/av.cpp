#include "files/av.hpp"

extern "C" {
#include <libavutil/log.h>
}

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "files/av_messages.hpp"
#include "files/file_io.hpp"
#include "files/local_file.hpp"
#include "files/mp4_boxes.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::engine::av {

std::string words(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

namespace {

/// libav's own words help those who debug, and nobody else.
void log_line(void* from, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_WARNING) return;
  note_message(from, level, format, arguments);
  std::array<char, 1024> line{};
  int prefix = 1;
  if (av_log_format_line2(from, level, format, arguments, line.data(), static_cast<int>(line.size()), &prefix) <= 0)
    return;
  std::string_view text(line.data());
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (!text.empty()) base::log(base::Level::debug, base::printable(text));
}

void quieten() {
  static std::once_flag once;
  std::call_once(once, hear_libav);
}

[[noreturn]] void refuse(const std::string& file, AVIOContext* io, const std::string& why) {
  rethrow_fault(io);
  const std::string shown = "'" + base::printable(file) + "'";
  if (const std::string fault = mp4_fault(io); !fault.empty())
    throw base::InputError(shown + " " + fault, "copy it again from where it was recorded");
  throw base::InputError(shown + " " + why, "check that it is a video or sound file and that it plays elsewhere");
}

/// Demuxers that take any text for media, or open further addresses that the file names.
bool refused_format(std::string_view name) {
  static constexpr std::array refused{"tty", "hls",    "dash", "concat", "sdp", "rtsp", "ffmetadata",
                                      "imf", "webvtt", "bin",  "adf",    "idf", "xbin"};
  return std::ranges::find(refused, name) != refused.end();
}

const AVInputFormat* detect(AVIOContext* io, const std::string& file) {
  const AVInputFormat* format = nullptr;
  const int score = av_probe_input_buffer2(io, &format, file.c_str(), nullptr, 0, 0);
  if (score < 0 || format == nullptr) refuse(file, io, "is no media file");
  const std::string_view name = format->name;
  if (name == "hls" || name == "dash" || name == "concat" || name == "imf")
    throw base::InputError(
        "'" + base::printable(file) + "' is a playlist (" + std::string(name) + "), not a media file",
        "name the media file itself");
  // A score this low means that nothing but chance spoke for the format.
  if (refused_format(name) || score < 2) refuse(file, io, "is no media file");
  return format;
}

bool has_media(const AVFormatContext* context) {
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    const AVCodecParameters* const p = context->streams[i]->codecpar;
    if (p->codec_type == AVMEDIA_TYPE_VIDEO && p->width > 0 && p->height > 0) return true;
    if (p->codec_type == AVMEDIA_TYPE_AUDIO && p->sample_rate > 0) return true;
  }
  return false;
}

std::string stream_kinds(const AVFormatContext* context) {
  std::vector<std::string> kinds;
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    const char* const kind = av_get_media_type_string(context->streams[i]->codecpar->codec_type);
    if (kind != nullptr && std::ranges::find(kinds, kind) == kinds.end()) kinds.emplace_back(kind);
  }
  return base::join_words(kinds);
}

}  // namespace

void hear_libav() { av_log_set_callback(log_line); }

void CloseInput::operator()(AVFormatContext* context) const {
  // The file is ours, not the context's: it was opened before it.
  const Io io(context->pb);
  avformat_close_input(&context);
}

void FreePacket::operator()(AVPacket* packet) const { av_packet_free(&packet); }

Input open(const std::string& uri) {
  quieten();
  const std::string file = base::scheme_of(uri) == "file" ? local_path(uri).string() : uri;
  Io io = open_io(uri);
  const AVInputFormat* const format = detect(io.get(), file);

  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) throw std::bad_alloc();
  context->pb = io.get();
  // On failure this frees the context and leaves the file to us.
  if (const int error = avformat_open_input(&context, file.c_str(), format, nullptr); error < 0)
    refuse(file, io.get(), "cannot be read as " + std::string(format->long_name) + ": " + words(error));
  io.release();  // NOLINT(bugprone-unused-return-value): CloseInput closes it from now on
  Input input(context);
  const int error = avformat_find_stream_info(context, nullptr);
  rethrow_fault(context->pb);
  if (!has_media(context)) {
    if (context->nb_streams > 0 && error >= 0)
      refuse(file, context->pb, "holds no picture and no sound that can be read, only " + stream_kinds(context));
    refuse(file, context->pb, "holds no picture and no sound");
  }
  return input;
}

bool read(AVFormatContext* context, AVPacket* packet) {
  if (av_read_frame(context, packet) >= 0) return true;
  rethrow_fault(context->pb);
  return false;
}

void read_only(AVFormatContext* context, int stream) {
  for (unsigned i = 0; i < context->nb_streams; ++i)
    if (static_cast<int>(i) != stream) context->streams[i]->discard = AVDISCARD_ALL;
}

std::shared_ptr<AVCodecParameters> copy_of(const AVCodecParameters& parameters) {
  std::shared_ptr<AVCodecParameters> copy(avcodec_parameters_alloc(),
                                          [](AVCodecParameters* p) { avcodec_parameters_free(&p); });
  if (!copy || avcodec_parameters_copy(copy.get(), &parameters) < 0) throw std::bad_alloc();
  return copy;
}

bool is_cover(const AVStream* stream) { return (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0; }

AVStream* default_stream(AVFormatContext* context, AVMediaType type) {
  const int best = av_find_best_stream(context, type, -1, -1, nullptr, 0);
  if (best < 0) return nullptr;
  AVStream* const stream = context->streams[best];
  return is_cover(stream) ? nullptr : stream;
}

base::Time to_time(std::int64_t ticks, AVRational time_base) {
  return base::Time{av_rescale_q_rnd(ticks, time_base, {1, 1'000'000'000}, AV_ROUND_DOWN)};
}

base::Time media_start(const AVFormatContext* context) {
  std::optional<base::Time> first;
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    const AVStream* const s = context->streams[i];
    const auto type = s->codecpar->codec_type;
    if ((type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO) || is_cover(s) || s->start_time == AV_NOPTS_VALUE)
      continue;
    const base::Time start = to_time(s->start_time, s->time_base);
    if (!first || start < *first) first = start;
  }
  // Before 0 lies only what decoders need to settle (the priming of Opus and AAC): it is never heard.
  return std::max(first.value_or(base::Time{0}), base::Time{0});
}

}  // namespace reel::engine::av
