#include "packet_writer.hpp"

#include <gst/gst.h>

#include <array>
#include <cstdarg>
#include <cstring>
#include <mutex>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
}

GST_DEBUG_CATEGORY_STATIC(reel_writer_debug);
#define GST_CAT_DEFAULT reel_writer_debug

namespace reel::local {
namespace {

/// The last complaint of libavformat on this thread: error codes alone say little.
std::string& last_complaint() {
  static thread_local std::string text;
  return text;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

void on_log(void*, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_INFO) return;
  std::array<char, 512> text{};
  vsnprintf(text.data(), text.size(), format, arguments);
  const std::string line = trimmed(text.data());
  if (line.empty()) return;
  if (level <= AV_LOG_ERROR) last_complaint() = line;
  GST_CAT_LEVEL_LOG(reel_writer_debug, level <= AV_LOG_WARNING ? GST_LEVEL_INFO : GST_LEVEL_DEBUG, nullptr, "%s",
                    line.c_str());
}

/// libavformat writes to standard error unless told otherwise. The setting is the process's: whoever came later wins.
void send_log_to_gstreamer() {
  static std::once_flag once;
  std::call_once(once, [] {
    GST_DEBUG_CATEGORY_INIT(reel_writer_debug, "reelwriter", 0, "Media files that Reelwork writes");
    av_log_set_callback(on_log);
  });
}

std::string text_of(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

std::string advice(int code) {
  if (code == AVERROR(ENOSPC)) return "; free some space, or write to another disk";
  if (code == AVERROR(EFBIG)) return "; the file system or a limit of this process allows no larger file";
  return {};
}

}  // namespace

PacketWriter::PacketWriter(const Options& options, std::vector<StreamSpec> streams) : target_(options.target) {
  send_log_to_gstreamer();
  last_complaint().clear();
  const std::string url = "file:" + options.path;
  int code = avformat_alloc_output_context2(&context_, nullptr, options.muxer.c_str(), url.c_str());
  if (code < 0) fail(code);
  try {
    context_->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;  // FLAC in MP4 and the like
    context_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;     // the muxer above decides about times
    for (StreamSpec& s : streams) add_stream(s);
    add_chapters(options.chapters);
    for (const auto& [key, value] : options.tags) av_dict_set(&context_->metadata, key.c_str(), value.c_str(), 0);
    code = avio_open(&context_->pb, url.c_str(), AVIO_FLAG_WRITE);
    if (code < 0) fail(code);
    AVDictionary* settings = nullptr;
    std::string flags = "+write_colr";
    if (options.fast_start) flags += "+faststart";
    av_dict_set(&settings, "movflags", flags.c_str(), 0);
    code = avformat_write_header(context_, &settings);
    av_dict_free(&settings);
    if (code < 0) fail(code);
    header_written_ = true;
  } catch (...) {
    avio_closep(&context_->pb);
    avformat_free_context(context_);
    throw;
  }
}

PacketWriter::~PacketWriter() {
  avio_closep(&context_->pb);
  avformat_free_context(context_);
}

void PacketWriter::add_stream(StreamSpec& spec) {
  AVStream* const stream = avformat_new_stream(context_, nullptr);
  if (stream == nullptr || avcodec_parameters_copy(stream->codecpar, spec.parameters.get()) < 0) fail(AVERROR(ENOMEM));
  stream->time_base = spec.time_base;
  stream->avg_frame_rate = spec.frame_rate;
  stream->r_frame_rate = spec.frame_rate;
  stream->sample_aspect_ratio = spec.parameters->sample_aspect_ratio;
  if (!spec.language.empty()) av_dict_set(&stream->metadata, "language", spec.language.c_str(), 0);
  for (const auto& [type, bytes] : spec.side_data)
    if (std::uint8_t* const into = av_stream_new_side_data(stream, type, bytes.size()))
      std::memcpy(into, bytes.data(), bytes.size());
}

void PacketWriter::add_chapters(const std::vector<Chapter>& chapters) {
  if (chapters.empty()) return;
  context_->chapters = static_cast<AVChapter**>(av_calloc(chapters.size(), sizeof(AVChapter*)));
  if (context_->chapters == nullptr) fail(AVERROR(ENOMEM));
  for (const Chapter& c : chapters) {
    auto* const chapter = static_cast<AVChapter*>(av_mallocz(sizeof(AVChapter)));
    if (chapter == nullptr) fail(AVERROR(ENOMEM));
    context_->chapters[context_->nb_chapters++] = chapter;
    chapter->id = context_->nb_chapters;
    chapter->time_base = {1, 1'000'000};
    chapter->start = c.begin.count() / 1000;
    chapter->end = c.end.count() / 1000;
    av_dict_set(&chapter->metadata, "title", c.title.c_str(), 0);
  }
}

AVRational PacketWriter::time_base(std::size_t stream) const { return context_->streams[stream]->time_base; }

void PacketWriter::write(AVPacket& packet) {
  int code = av_write_frame(context_, &packet);
  av_packet_unref(&packet);
  if (code >= 0 && context_->pb->error < 0) code = context_->pb->error;
  if (code < 0) fail(code);
}

void PacketWriter::finish() {
  int code = av_write_trailer(context_);
  if (code >= 0 && context_->pb->error < 0) code = context_->pb->error;
  if (code >= 0) code = avio_closep(&context_->pb);
  if (code < 0) fail(code);
}

void PacketWriter::fail(int code) const {
  const std::string complaint =
      code == AVERROR(EINVAL) || code == AVERROR_PATCHWELCOME || code == AVERROR_INVALIDDATA ? last_complaint() : "";
  throw Error("cannot write '" + target_ + "': " + (complaint.empty() ? text_of(code) : complaint) + advice(code));
}

}  // namespace reel::local
