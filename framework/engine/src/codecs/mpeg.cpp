/// MPEG-2 video (ITU-T H.262, 6.2) and MPEG-4 part 2 (ISO 14496-2, 6.2).
#include <algorithm>

#include "codecs/codec.hpp"

namespace reel::engine {
namespace {

/// What stands behind one start code, with it, up to the next one.
struct Section {
  std::uint8_t code = 0;
  Bytes all;
};

std::vector<Section> sections_of(Bytes packet) {
  std::vector<Section> sections;
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i + 4 <= packet.size(); ++i)
    if (packet[i] == 0 && packet[i + 1] == 0 && packet[i + 2] == 1) starts.push_back(i);
  for (std::size_t n = 0; n < starts.size(); ++n) {
    const std::size_t end = n + 1 < starts.size() ? starts[n + 1] : packet.size();
    sections.push_back({packet[starts[n] + 3], packet.subspan(starts[n], end - starts[n])});
  }
  return sections;
}

namespace mpeg2 {
constexpr std::uint8_t picture = 0x00, sequence = 0xB3, extension = 0xB5, group = 0xB8;
constexpr unsigned intra = 1;
}  // namespace mpeg2

class Mpeg2Codec final : public Codec {
 public:
  explicit Mpeg2Codec(const AVCodecParameters& parameters) : Codec(parameters) {}

  void read(Bytes packet, model::IndexedPacket& found) override {
    Buffer sequence;
    bool closed = false, begins = true;
    for (const Section& s : sections_of(packet)) {
      if (s.code == mpeg2::sequence || (s.code == mpeg2::extension && begins))
        sequence.insert(sequence.end(), s.all.begin(), s.all.end());
      if (s.code == mpeg2::group && s.all.size() >= 8) closed = (s.all[7] & 0x40U) != 0, begins = false;
      if (s.code != mpeg2::picture || s.all.size() < 6) continue;
      begins = false;
      // Rendered pictures bring a sequence header of their own, so an entry must bring back the file's.
      if ((s.all[5] >> 3U & 7U) == mpeg2::intra && !sequence.empty()) (closed ? found.entry : found.open_entry) = true;
    }
    if (sequence_.empty()) sequence_ = sequence;
    if (!sequence.empty() && sequence != sequence_) refuse("its sequence headers change on the way");
  }

  std::vector<EncoderSettings> encoders(int reorder) const override {
    EncoderSettings s{.encoder = "mpeg2video",
                      .b_frames = reorder == 0 ? 0 : 2,
                      .group = 15,
                      .flags = AV_CODEC_FLAG_CLOSED_GOP,
                      .quantizer = 1};
    if (interlaced()) s.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
    s.options = {{"qmin", "1"}, {"sc_threshold", "1000000000"}};
    return {s};
  }

 private:
  Buffer sequence_;
};

namespace mpeg4 {
constexpr std::uint8_t first_layer = 0x20, last_layer = 0x2F, picture = 0xB6;

/// What pictures cannot be read without: the header of the layer.
Buffer layer_of(Bytes header) {
  for (const Section& s : sections_of(header))
    if (s.code >= first_layer && s.code <= last_layer) return {s.all.begin(), s.all.end()};
  return {};
}
}  // namespace mpeg4

/// Has one header for all pictures, so those who are rendered must get along with it as it is.
class Mpeg4Codec final : public Codec {
 public:
  explicit Mpeg4Codec(const AVCodecParameters& parameters) : Codec(parameters), layer_(mpeg4::layer_of(own_header())) {
    if (layer_.empty()) refuse("its MPEG-4 has no header of its own beside the packets");
  }

  void read(Bytes packet, model::IndexedPacket& found) override {
    const auto sections = sections_of(packet);
    if (std::ranges::count(sections, mpeg4::picture, &Section::code) != 1)
      return refuse("some of its packets hold more than one picture, or none");
    if (const Buffer layer = mpeg4::layer_of(packet); !layer.empty() && layer != layer_)
      refuse("its headers change on the way");
    found.open_entry = found.key;
  }

  std::vector<EncoderSettings> encoders(int reorder) const override {
    EncoderSettings s{.encoder = "mpeg4",
                      .b_frames = reorder == 0 ? 0 : 2,
                      .group = 250,
                      .flags = AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP,
                      .quantizer = 1};
    s.options = {{"qmin", "1"}, {"sc_threshold", "1000000000"}};
    return {s};
  }

  std::optional<Buffer> header(Bytes encoder_header) const override {
    if (mpeg4::layer_of(encoder_header) != layer_) return std::nullopt;
    return Codec::header(encoder_header);
  }

 private:
  Buffer layer_;
};

}  // namespace

std::unique_ptr<Codec> mpeg2_codec(const AVCodecParameters& parameters) {
  return std::make_unique<Mpeg2Codec>(parameters);
}
std::unique_ptr<Codec> mpeg4_codec(const AVCodecParameters& parameters) {
  return std::make_unique<Mpeg4Codec>(parameters);
}

}  // namespace reel::engine
