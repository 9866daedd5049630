extern "C" {
#include <libavutil/cpu.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>

#include "files/av_messages.hpp"
#include "reel/base/error.hpp"
#include "verify/pictures.hpp"

namespace reel::engine::proof {
namespace {

/// More threads would only need more memory: two files are decoded at the same time.
constexpr int most_threads = 4;

class LibavReader : public PictureReader {
 public:
  LibavReader(const File& file, const ReaderOptions& options)
      : track_(*file.pictures), stop_(options.stop), input_(av::open(file.uri)) {
    av::read_only(input_.get(), track_.stream);
    const AVStream* const stream = input_->streams[track_.stream];
    const AVCodec* const codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (codec == nullptr)
      throw base::RunError(std::string("libavcodec has no decoder for ") +
                           avcodec_get_name(stream->codecpar->codec_id));
    decoder_.reset(avcodec_alloc_context3(codec));
    if (!decoder_ || avcodec_parameters_to_context(decoder_.get(), stream->codecpar) < 0) throw std::bad_alloc();
    decoder_->pkt_timebase = stream->time_base;
    decoder_->thread_count = options.one_thread ? 1 : std::clamp(av_cpu_count(), 1, most_threads);
    messages_.hear(*decoder_);
    messages_.hear(*input_);
    if (avcodec_open2(decoder_.get(), codec, nullptr) < 0)
      throw base::RunError(std::string("libavcodec cannot decode this ") + codec->name);
  }

  const Picture* next() override {
    while (!ended_) {
      if (stop_ != nullptr && *stop_) throw base::Interrupted("stopped before the end");
      const int got = avcodec_receive_frame(decoder_.get(), frame_.get());
      if (got == 0) return take();
      if (got == AVERROR(EAGAIN)) {
        feed();
      } else if (got == AVERROR_EOF || ++failed_ > track_.count()) {
        ended_ = true;
      } else {
        messages_.add("a picture cannot be decoded");
      }
    }
    return nullptr;
  }
  std::string decoder() const override { return decoder_->codec->name; }
  std::set<std::string> messages() const override { return messages_.texts(); }

 private:
  void feed() {
    bool more = true;
    do {
      av_packet_unref(packet_.get());
      more = av::read(input_.get(), packet_.get());
    } while (more && packet_->stream_index != track_.stream);
    const int sent = avcodec_send_packet(decoder_.get(), more ? packet_.get() : nullptr);
    if (sent < 0 && sent != AVERROR_EOF) messages_.add("a packet cannot be decoded");
  }

  const Picture* take() {
    const AVFrame& f = *frame_;
    if (f.decode_error_flags != 0 || (f.flags & AV_FRAME_FLAG_CORRUPT) != 0) messages_.add("a picture is damaged");
    picture_ = {.format = f.format, .width = f.width, .height = f.height};
    const auto format = static_cast<AVPixelFormat>(f.format);
    const AVPixFmtDescriptor* const known = av_pix_fmt_desc_get(format);
    for (int p = 0; known != nullptr && p < av_pix_fmt_count_planes(format); ++p) {
      const bool chroma = p == 1 || p == 2;
      const int height = chroma ? AV_CEIL_RSHIFT(f.height, known->log2_chroma_h) : f.height;
      picture_.planes.at(static_cast<std::size_t>(p)) = {
          f.data[p], f.linesize[p], static_cast<std::size_t>(std::max(0, av_image_get_linesize(format, f.width, p))),
          static_cast<std::size_t>(height)};
    }
    const bool plain = known != nullptr && (known->flags & AV_PIX_FMT_FLAG_BE) == 0 &&
                       known->comp[0].step == (known->comp[0].depth + 7) / 8 && known->comp[0].shift == 0;
    picture_.depth = plain ? known->comp[0].depth : 0;
    picture_.place =
        track_.untimed ? std::optional(rank_++) : place_of(f.pts != AV_NOPTS_VALUE ? f.pts : f.best_effort_timestamp);
    return &picture_;
  }

  std::optional<std::size_t> place_of(std::int64_t pts) const {
    const auto found =
        std::ranges::lower_bound(track_.displayed, pts, {}, [&](std::size_t packet) { return track_.pts[packet]; });
    if (found == track_.displayed.end() || track_.pts[*found] != pts) return std::nullopt;
    return static_cast<std::size_t>(found - track_.displayed.begin());
  }

  const Track& track_;
  const std::atomic<bool>* stop_;
  av::Messages messages_;  ///< before those who speak
  av::Input input_;
  av::CodecContext decoder_;
  av::Frame frame_{av_frame_alloc()};
  av::Packet packet_{av_packet_alloc()};
  Picture picture_;
  std::size_t failed_ = 0, rank_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<PictureReader> libav_reader(const File& file, const ReaderOptions& options) {
  return std::make_unique<LibavReader>(file, options);
}

}  // namespace reel::engine::proof
