/// Codecs of editing and archives, whose pictures stand each for itself: ProRes, DNxHD (SMPTE ST 2019-1), Motion JPEG, and FFV1
/// (RFC 9043), which may also have groups of pictures.
extern "C" {
#include <libavutil/pixdesc.h>
}

#include <cmath>
#include <string>

#include "codecs/codec.hpp"

namespace reel::engine {
namespace {

class IntraCodec : public Codec {
 public:
  void read(Bytes, model::IndexedPacket& found) override { found.entry = true; }

 protected:
  explicit IntraCodec(const AVCodecParameters& parameters) : Codec(parameters) {}
  unsigned field_flags() const { return interlaced() ? AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME : 0; }
};

class ProresCodec final : public IntraCodec {
 public:
  explicit ProresCodec(const AVCodecParameters& parameters) : IntraCodec(parameters) {}

  std::vector<EncoderSettings> encoders(int) const override {
    EncoderSettings s{.encoder = "prores_ks", .group = 1, .flags = field_flags()};
    s.options = {{"vendor", "apl0"}};
    // The encoder takes 10 bits a sample, where decoders may give 12.
    const AVPixFmtDescriptor* const raw = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(parameters_.format));
    if (raw == nullptr) return {};
    if (raw->log2_chroma_w == 0)
      s.format = (raw->flags & AV_PIX_FMT_FLAG_ALPHA) != 0 ? AV_PIX_FMT_YUVA444P10LE : AV_PIX_FMT_YUV444P10LE;
    if (parameters_.profile >= 0) s.options["profile"] = std::to_string(parameters_.profile);
    return {s};
  }
};

/// Each compression id stands for a size of packets, so that has to come out again.
class DnxhdCodec final : public IntraCodec {
 public:
  explicit DnxhdCodec(const AVCodecParameters& parameters) : IntraCodec(parameters) {}

  void read(Bytes packet, model::IndexedPacket& found) override {
    constexpr std::size_t id_at = 0x28;
    if (packet.size() < id_at + 4) return refuse("a packet of it is damaged");
    const unsigned id = static_cast<unsigned>(packet[id_at + 2]) << 8U | packet[id_at + 3];
    if (size_ == 0) id_ = id, size_ = packet.size(), first_ = found.time;
    if (id != id_ || packet.size() != size_) return refuse("its compression changes on the way");
    found.entry = true;
    if (step_.count() == 0) step_ = found.time - first_;
  }

  std::vector<EncoderSettings> encoders(int) const override {
    EncoderSettings s{.encoder = "dnxhd", .group = 1, .flags = field_flags()};
    constexpr unsigned first_of_hr = 1270, last_of_hr = 1274;
    if (id_ >= first_of_hr && id_ <= last_of_hr) {
      s.options["profile"] = std::to_string(5 - (id_ - first_of_hr));
      return {s};
    }
    // The encoder goes by names of rates, in millions of bits a second, which are somewhat less than what packets come to.
    std::vector<EncoderSettings> all;
    const double rate = step_.count() > 0 ? static_cast<double>(size_) * 8e9 / static_cast<double>(step_.count()) : 0;
    for (std::int64_t millions = std::llround(rate / 1e6), tried = 0; tried < 8 && millions > tried; ++tried) {
      s.bit_rate = (millions - tried) * 1'000'000;
      all.push_back(s);
    }
    return all;
  }
  std::optional<Buffer> fitted(Bytes packet) const override {
    return packet.size() == size_ ? Codec::fitted(packet) : std::nullopt;
  }

 private:
  unsigned id_ = 0;
  std::size_t size_ = 0;
  base::Time first_{0}, step_{0};
};

class MjpegCodec final : public IntraCodec {
 public:
  explicit MjpegCodec(const AVCodecParameters& parameters) : IntraCodec(parameters) {
    if (interlaced()) refuse("its pictures are interlaced, which is not encoded in Motion JPEG");
  }

  std::vector<EncoderSettings> encoders(int) const override {
    EncoderSettings s{.encoder = "mjpeg", .group = 1, .quantizer = 1};
    s.options = {{"qmin", "1"}, {"huffman", "default"}};
    return {s};
  }
};

/// Its header says how each picture is coded, and none says it again: an encoder has to be found that makes the same header.
class Ffv1Codec final : public Codec {
 public:
  explicit Ffv1Codec(const AVCodecParameters& parameters) : Codec(parameters) {
    // Before version 3 each keyframe says how pictures are coded, and none may say anything else.
    if (parameters.extradata_size == 0) refuse("its FFV1 has no header of its own beside the packets");
  }

  void read(Bytes, model::IndexedPacket& found) override { found.entry = found.key; }

  std::vector<EncoderSettings> encoders(int) const override {
    std::vector<EncoderSettings> all;
    for (const int group : {12, 1})
      for (const char* const slices : {"4", "6", "9", "12", "16", "24", "30"})
        for (const char* const coder : {"rice", "range_tab", "range_def"})
          for (const char* const context : {"0", "1"})
            for (const char* const check : {"1", "0"})
              all.push_back({.encoder = "ffv1",
                             .group = group,
                             .options = {{"level", "3"},
                                         {"slices", slices},
                                         {"coder", coder},
                                         {"context", context},
                                         {"slicecrc", check}}});
    return all;
  }
  std::optional<Buffer> header(Bytes encoder_header) const override {
    const Bytes own = own_header();
    if (!std::equal(own.begin(), own.end(), encoder_header.begin(), encoder_header.end())) return std::nullopt;
    return Codec::header(encoder_header);
  }
};

}  // namespace

std::unique_ptr<Codec> prores_codec(const AVCodecParameters& p) { return std::make_unique<ProresCodec>(p); }
std::unique_ptr<Codec> dnxhd_codec(const AVCodecParameters& p) { return std::make_unique<DnxhdCodec>(p); }
std::unique_ptr<Codec> mjpeg_codec(const AVCodecParameters& p) { return std::make_unique<MjpegCodec>(p); }
std::unique_ptr<Codec> ffv1_codec(const AVCodecParameters& p) { return std::make_unique<Ffv1Codec>(p); }

}  // namespace reel::engine
