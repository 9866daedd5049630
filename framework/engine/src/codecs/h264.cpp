#include "codecs/h264.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>
#include <thread>

#include "codecs/codec.hpp"

namespace reel::engine {
namespace h264 {
namespace {

Buffer copy_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::vector<Buffer> sets(ByteReader& reader, std::size_t count) {
  std::vector<Buffer> found;
  for (std::size_t i = 0; i < count && reader.good(); ++i) found.push_back(copy_of(reader.take(reader.number(2))));
  return found;
}

void append(Buffer& to, const std::vector<Buffer>& sets, nal::Framing framing) {
  for (const Buffer& set : sets) nal::append_unit(to, set, framing);
}

std::optional<Configuration> read_units(Bytes header) {
  const auto units = nal::units_of(header, nal::start_codes);
  if (!units) return std::nullopt;
  Configuration c{.framing = nal::start_codes};
  for (const Bytes unit : *units) {
    if (type_of(unit) == sequence_set) c.sequence_sets.push_back(copy_of(unit));
    if (type_of(unit) == picture_set) c.picture_sets.push_back(copy_of(unit));
  }
  if (c.sequence_sets.empty() || c.picture_sets.empty() || c.sequence_sets.front().size() < 4) return std::nullopt;
  c.profile = c.sequence_sets.front()[1];
  c.compatibility = c.sequence_sets.front()[2];
  c.level = c.sequence_sets.front()[3];
  return c;
}

}  // namespace

std::optional<Configuration> read_configuration(Bytes header) {
  if (!header.empty() && header[0] == 0) return read_units(header);
  ByteReader reader(header);
  if (reader.number(1) != 1) return std::nullopt;
  Configuration c;
  c.profile = static_cast<std::uint8_t>(reader.number(1));
  c.compatibility = static_cast<std::uint8_t>(reader.number(1));
  c.level = static_cast<std::uint8_t>(reader.number(1));
  c.framing = (reader.number(1) & 3U) + 1;
  c.sequence_sets = sets(reader, reader.number(1) & 31U);
  c.picture_sets = sets(reader, reader.number(1));
  c.tail = copy_of(reader.rest());
  if (!reader.good() || c.framing == 3 || c.sequence_sets.empty() || c.picture_sets.empty()) return std::nullopt;
  return c;
}

Buffer write(const Configuration& c) {
  Buffer header;
  if (c.framing == nal::start_codes) {
    append(header, c.sequence_sets, nal::start_codes);
    append(header, c.picture_sets, nal::start_codes);
    return header;
  }
  header = {1,
            c.profile,
            c.compatibility,
            c.level,
            static_cast<std::uint8_t>(0xFCU | (c.framing - 1)),
            static_cast<std::uint8_t>(0xE0U | c.sequence_sets.size())};
  append(header, c.sequence_sets, 2);
  header.push_back(static_cast<std::uint8_t>(c.picture_sets.size()));
  append(header, c.picture_sets, 2);
  header.insert(header.end(), c.tail.begin(), c.tail.end());
  return header;
}

std::optional<unsigned> x264_version(const std::vector<Bytes>& units) {
  constexpr std::string_view mark = "x264 - core ";
  for (const Bytes unit : units) {
    if (type_of(unit) != sei) continue;
    const std::string_view text(reinterpret_cast<const char*>(unit.data()), unit.size());
    const std::size_t at = text.find(mark);
    unsigned version = 0;
    if (at != std::string_view::npos &&
        std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), version).ec == std::errc{})
      return version;
  }
  return std::nullopt;
}

std::optional<unsigned> id_of_set(Bytes unit) {
  if (unit.empty()) return std::nullopt;
  // Numbers of sets stand at the front. A sequence set begins with profile, constraints and level.
  const Buffer front = nal::unescaped(unit.first(std::min<std::size_t>(unit.size(), 32)));
  BitReader reader(front);
  reader.skip(type_of(unit) == sequence_set ? 32 : 8);
  const unsigned id = reader.exp_golomb();
  return reader.good() && id <= 0xFFFF ? std::optional(id) : std::nullopt;
}

}  // namespace h264

namespace {

using namespace h264;

constexpr int with_full_chroma = 244;               // profile
constexpr unsigned sound_with_full_chroma = 151;    // version of x264
constexpr std::uint8_t sei_user_data = 5;           // unregistered
constexpr unsigned highest_set = 31;                // of sequence parameter sets
constexpr const char* constant_rate_factor = "10";  // untouched pictures cannot be told from the originals
constexpr unsigned most_slices = 8;

/// x264's name of the profile of a file; null where it has none.
const char* profile_name(int profile) {
  switch (profile & 0xFF) {
    case 66:
      return "baseline";
    case 77:
      return "main";
    case 100:
      return "high";
    case 110:
      return "high10";
    case 122:
      return "high422";
    case with_full_chroma:
      return "high444";
    default:
      return nullptr;
  }
}

class H264Codec final : public Codec {
 public:
  explicit H264Codec(const AVCodecParameters& parameters) : Codec(parameters) {
    auto found = read_configuration(own_header());
    if (!found) refuse("its H.264 has no header of its own beside the packets");
    if (profile_name(parameters.profile) == nullptr) refuse("its H.264 profile is one that cannot be encoded again");
    if (!found) return;
    configuration_ = std::move(*found);
    for (const auto* const sets : {&configuration_.sequence_sets, &configuration_.picture_sets})
      for (const Buffer& set : *sets) {
        const auto id = id_of_set(set);
        if (!id) refuse("one of its parameter sets is damaged");
        taken_.insert(id.value_or(0));
      }
  }

  void read(Bytes packet, model::IndexedPacket& found) override {
    if (!refusal().empty()) return;
    const auto units = nal::units_of(packet, configuration_.framing);
    if (!units) return refuse("a packet of it is damaged");
    const bool full_chroma = (parameters_.profile & 0xFF) == with_full_chroma;
    if (const auto version = x264_version(*units); version && full_chroma && *version < sound_with_full_chroma)
      return refuse(
          "its 4:4:4 pictures are of an old x264, and decoders mend its fault only where its mark comes first");
    all_entries_ = all_entries_ && std::ranges::find(*units, unsigned{idr_slice}, type_of) != units->end();
    for (const Bytes unit : *units) {
      const unsigned type = type_of(unit);
      if ((type == sequence_set || type == picture_set) && !known(unit)) refuse("its parameter sets change on the way");
      if (type == idr_slice) found.entry = true;
    }
  }

  std::vector<EncoderSettings> encoders(int reorder) const override {
    EncoderSettings s{.encoder = "libx264", .b_frames = reorder == 0 ? 0 : 3};
    unsigned id = 1;
    while (id <= highest_set && taken_.contains(id)) ++id;
    if (id > highest_set || configuration_.sequence_sets.size() >= most_sequence_sets ||
        configuration_.picture_sets.size() >= most_picture_sets)
      return {};
    s.flags =
        AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP | (interlaced() ? AV_CODEC_FLAG_INTERLACED_DCT : 0);
    if (parameters_.level > 0) s.level = parameters_.level;
    // Where nothing else tells a decoder that none are reordered, keyframes do.
    if (all_entries_ || (parameters_.profile & FF_PROFILE_H264_INTRA) != 0) s.group = 1, s.b_frames = 0;
    s.options = {{"preset", "veryfast"}, {"crf", constant_rate_factor}, {"profile", profile_name(parameters_.profile)}};
    std::string& more = s.options["x264-params"];
    more = "sps-id=" + std::to_string(id) + ":stitchable=1:psy=0";
    // Each picture that waits takes 10 MB in 1080p: to look further ahead would save little at this quality, and threads that share a
    // picture need none that wait.
    s.threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, most_slices));
    more += ":rc-lookahead=3:sliced-threads=1";
    if (reorder < 2) more += ":b-pyramid=none";
    return {s};
  }

  std::optional<Buffer> header(Bytes encoder_header) const override {
    const auto made = read_configuration(encoder_header);
    if (!made) return std::nullopt;
    Configuration both = configuration_;
    both.sequence_sets.push_back(made->sequence_sets.front());
    both.picture_sets.push_back(made->picture_sets.front());
    return write(both);
  }

  std::optional<Buffer> fitted(Bytes packet) const override {
    const auto units = nal::units_of(packet, nal::start_codes);
    if (!units) return std::nullopt;
    Buffer fitted;
    for (const Bytes unit : *units) {
      const unsigned type = type_of(unit);
      // Not what the encoder says of itself; captions stay.
      const bool about_itself = type == sei && unit.size() > 1 && unit[1] == sei_user_data;
      if (type == sequence_set || type == picture_set || type == delimiter || about_itself) continue;
      if (!nal::append_unit(fitted, unit, configuration_.framing)) return std::nullopt;
    }
    return fitted;
  }

 private:
  bool known(Bytes unit) const {
    const auto same = [&](const Buffer& set) { return std::ranges::equal(set, unit); };
    return std::ranges::any_of(configuration_.sequence_sets, same) ||
           std::ranges::any_of(configuration_.picture_sets, same);
  }

  Configuration configuration_;
  std::set<unsigned> taken_;  ///< numbers of parameter sets
  bool all_entries_ = true;
};

}  // namespace

std::unique_ptr<Codec> h264_codec(const AVCodecParameters& parameters) {
  return std::make_unique<H264Codec>(parameters);
}

}  // namespace reel::engine
