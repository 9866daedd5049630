/// H.265 (ITU-T H.265, clauses 7.3 and 7.4; ISO 14496-15, 8.3.3). Its encoder always gives parameter sets the number 0, which files
/// have too, so they get other numbers here, in themselves and in every slice.
#include "codecs/h265.hpp"

#include <algorithm>
#include <array>

#include "codecs/codec.hpp"

namespace reel::engine {
namespace h265 {
namespace {

constexpr std::size_t header_front = 22;  // bytes of `hvcC` before its arrays, less the count

Buffer copy_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::optional<Configuration> read_units(Bytes header) {
  const auto units = nal::units_of(header, nal::start_codes);
  if (!units) return std::nullopt;
  Configuration c{.framing = nal::start_codes};
  for (const Bytes unit : *units)
    if (is_set(unit)) c.sets.push_back(copy_of(unit));
  return c.sets.empty() ? std::nullopt : std::optional(c);
}

/// Profile, tier and level stand between a sequence set's front and its number.
void skip_profile(BitReader& reader, unsigned sub_layers) {
  reader.skip(96);
  std::array<bool, 8> profile{}, level{};
  for (unsigned i = 0; i < sub_layers; ++i) profile[i] = reader.bits(1) != 0, level[i] = reader.bits(1) != 0;
  if (sub_layers > 0) reader.skip(2 * std::size_t{8 - sub_layers});
  for (unsigned i = 0; i < sub_layers; ++i) reader.skip((profile[i] ? 88U : 0U) + (level[i] ? 8U : 0U));
}

}  // namespace

std::optional<Configuration> read_configuration(Bytes header) {
  if (!header.empty() && header[0] == 0) return read_units(header);
  ByteReader reader(header);
  Configuration c{.front = copy_of(reader.take(header_front))};
  if (!reader.good() || c.front[0] != 1) return std::nullopt;
  c.framing = (c.front[21] & 3U) + 1;
  const std::uint32_t arrays = reader.number(1);
  for (std::uint32_t a = 0; a < arrays && reader.good(); ++a) {
    c.kinds.push_back(static_cast<std::uint8_t>(reader.number(1)));
    const std::uint32_t count = reader.number(2);
    for (std::uint32_t i = 0; i < count && reader.good(); ++i) {
      Buffer unit = copy_of(reader.take(reader.number(2)));
      if (unit.size() < 3) return std::nullopt;
      c.sets.push_back(std::move(unit));
    }
  }
  if (!reader.good() || !reader.at_end() || c.framing == 3 || c.sets.empty()) return std::nullopt;
  return c;
}

Buffer write(const Configuration& c) {
  Buffer header = c.front;
  if (c.framing == nal::start_codes) {
    for (const Buffer& set : c.sets) nal::append_unit(header, set, nal::start_codes);
    return header;
  }
  std::vector<std::uint8_t> kinds = c.kinds;
  for (const Buffer& set : c.sets)
    if (std::ranges::none_of(kinds, [&](std::uint8_t k) { return (k & 0x3FU) == type_of(set); }))
      kinds.push_back(static_cast<std::uint8_t>(type_of(set)));
  header.push_back(static_cast<std::uint8_t>(kinds.size()));
  for (const std::uint8_t kind : kinds) {
    const auto of_kind = [&](const Buffer& set) { return type_of(set) == (kind & 0x3FU); };
    const auto count = std::ranges::count_if(c.sets, of_kind);
    header.insert(header.end(), {kind, static_cast<std::uint8_t>(count >> 8), static_cast<std::uint8_t>(count)});
    for (const Buffer& set : c.sets)
      if (of_kind(set)) nal::append_unit(header, set, 2);
  }
  return header;
}

std::optional<unsigned> id_of_set(Bytes unit) {
  const Buffer plain = nal::unescaped(unit);
  BitReader reader(plain);
  reader.skip(16);
  if (type_of(unit) == video_set) return reader.good() ? std::optional(reader.bits(4)) : std::nullopt;
  if (type_of(unit) == sequence_set) {
    reader.skip(4);
    const unsigned sub_layers = reader.bits(3);
    reader.skip(1);
    skip_profile(reader, sub_layers);
  }
  const unsigned id = reader.exp_golomb();
  return reader.good() && id < 64 ? std::optional(id) : std::nullopt;
}

Buffer renumbered_set(Bytes unit, const Numbers& numbers) {
  const Buffer plain = nal::unescaped(unit);
  BitReader reader(plain);
  BitWriter writer;
  const auto keep = [&](std::size_t bits) {
    for (std::size_t i = 0; i < bits; ++i) writer.bits(reader.bits(1), 1);
  };
  keep(16);
  if (type_of(unit) == picture_set) {
    reader.exp_golomb();
    writer.exp_golomb(numbers.picture);
    reader.exp_golomb();
    writer.exp_golomb(numbers.sequence);
  } else {
    reader.skip(4);
    writer.bits(numbers.video, 4);
  }
  if (type_of(unit) == sequence_set) {
    const std::size_t front = reader.at();
    BitReader ahead(plain);
    ahead.skip(front);
    const unsigned sub_layers = ahead.bits(3);
    ahead.skip(1);
    skip_profile(ahead, sub_layers);
    keep(ahead.at() - front);
    reader.exp_golomb();
    writer.exp_golomb(numbers.sequence);
  }
  writer.rest(plain, reader.at());
  return nal::escaped(writer.bytes());
}

std::optional<Buffer> renumbered_slice(Bytes unit, unsigned picture_set_number) {
  Buffer plain = nal::unescaped(unit);
  const std::size_t at = is_entry_point(unit) ? 18 : 17;  // behind flags
  if (plain.size() < 4 || (plain[at / 8] >> (7 - at % 8) & 1U) == 0) return std::nullopt;
  // A number from 15 to 30 takes 9 bits instead of the 1 bit of 0: everything behind moves by exactly one byte.
  BitWriter writer;
  BitReader reader(plain);
  while (reader.at() < at) writer.bits(reader.bits(1), 1);
  reader.skip(1);
  writer.exp_golomb(picture_set_number);
  while (reader.at() < 24) writer.bits(reader.bits(1), 1);
  Buffer renumbered = writer.bytes();
  renumbered.insert(renumbered.end(), plain.begin() + 3, plain.end());
  return nal::escaped(renumbered);
}

Buffer with_broken_link(Bytes slice) {
  constexpr std::uint8_t no_output_of_prior_pictures = 0x40;  // behind a clean random access picture it means nothing
  Buffer plain = nal::unescaped(slice);
  plain[0] = static_cast<std::uint8_t>((plain[0] & 0x81U) | broken_link << 1U);
  if ((plain[2] & no_output_of_prior_pictures) == 0) {
    Buffer marked = copy_of(slice);
    marked[0] = plain[0];
    return marked;
  }
  plain[2] = static_cast<std::uint8_t>(plain[2] & ~no_output_of_prior_pictures);
  return nal::escaped(plain);
}

}  // namespace h265

namespace {

using namespace h265;

constexpr const char* constant_rate_factor = "8";  // untouched pictures cannot be told from the originals
constexpr unsigned most_video_sets = 16, most_sequence_sets = 16;
constexpr unsigned first_long_number = 15, last_long_number = 30;  // renumbered_slice() says why

class H265Codec final : public Codec {
 public:
  explicit H265Codec(const AVCodecParameters& parameters) : Codec(parameters) {
    auto found = read_configuration(own_header());
    if (!found) refuse("its H.265 has no header of its own beside the packets");
    if (!found) return;
    configuration_ = std::move(*found);
    if (interlaced()) refuse("its pictures are interlaced, which is not encoded in H.265");
    numbers_ = {free_number(video_set, 1, most_video_sets - 1), free_number(sequence_set, 1, most_sequence_sets - 1),
                free_number(picture_set, first_long_number, last_long_number)};
    if (numbers_.video == 0 || numbers_.sequence == 0 || numbers_.picture == 0)
      refuse("all numbers of parameter sets are taken");
  }

  void read(Bytes packet, model::IndexedPacket& found) override {
    if (!refusal().empty()) return;
    const auto units = nal::units_of(packet, configuration_.framing);
    if (!units) return refuse("a packet of it is damaged");
    for (const Bytes unit : *units) {
      if (unit.size() < 3) return refuse("a packet of it is damaged");
      if (is_set(unit) && !known(unit)) refuse("its parameter sets change on the way");
      switch (type_of(unit)) {
        case idr_with_leading:
        case idr_without_leading:
        case broken_link:
        case broken_link_with_decodable_leading:
          found.entry = true;
          break;
        case broken_link_with_leading:
          found.open_entry = true;
          break;
        case clean_random_access:
          found.open_entry = found.unmarked = true;
          break;
        default:
          break;
      }
    }
  }

  std::vector<EncoderSettings> encoders(int reorder) const override {
    EncoderSettings s{.encoder = "libx265", .b_frames = reorder == 0 ? 0 : 3, .flags = AV_CODEC_FLAG_GLOBAL_HEADER};
    s.options = {{"preset", "faster"}, {"crf", constant_rate_factor}};
    std::string& more = s.options["x265-params"];
    more = "info=0:open-gop=0:repeat-headers=0:aq-mode=0:cutree=0:psy-rd=0:psy-rdoq=0:log-level=none";
    more += ":bframes=" + std::to_string(s.b_frames);
    if (reorder < 2) more += ":b-pyramid=0";
    return {s};
  }

  std::optional<Buffer> header(Bytes encoder_header) const override {
    const auto made = read_configuration(encoder_header);
    if (!made) return std::nullopt;
    Configuration both = configuration_;
    for (const Buffer& set : made->sets) {
      if (id_of_set(set) != 0U) return std::nullopt;
      both.sets.push_back(renumbered_set(set, numbers_));
    }
    return write(both);
  }

  std::optional<Buffer> fitted(Bytes packet) const override {
    const auto units = nal::units_of(packet, nal::start_codes);
    if (!units) return std::nullopt;
    Buffer fitted;
    for (const Bytes unit : *units) {
      if (is_set(unit) || type_of(unit) == delimiter) continue;
      if (!is_slice(unit)) {
        nal::append_unit(fitted, unit, configuration_.framing);
        continue;
      }
      const auto renumbered = renumbered_slice(unit, numbers_.picture);
      if (!renumbered || !nal::append_unit(fitted, *renumbered, configuration_.framing)) return std::nullopt;
    }
    return fitted;
  }

  /// To end the sequence before a clean random access picture would make it an entry too, but then decoders throw away what they have not
  /// shown yet (clause C.5.2.2); before one with a broken link, they show it.
  std::optional<Buffer> marked(Bytes packet) const override {
    const auto units = nal::units_of(packet, configuration_.framing);
    if (!units) return std::nullopt;
    Buffer marked;
    bool found = false;
    for (const Bytes unit : *units) {
      const bool entry = type_of(unit) == clean_random_access;
      found = found || entry;
      nal::append_unit(marked, entry ? with_broken_link(unit) : Buffer(unit.begin(), unit.end()),
                       configuration_.framing);
    }
    return found ? std::optional(marked) : std::nullopt;
  }

 private:
  bool known(Bytes unit) const {
    return std::ranges::any_of(configuration_.sets, [&](const Buffer& set) { return std::ranges::equal(set, unit); });
  }
  unsigned free_number(unsigned type, unsigned first, unsigned last) const {
    const auto taken = [&](unsigned id) {
      return std::ranges::any_of(configuration_.sets,
                                 [&](const Buffer& set) { return type_of(set) == type && id_of_set(set) == id; });
    };
    while (first <= last && taken(first)) ++first;
    return first <= last ? first : 0;
  }

  Configuration configuration_;
  Numbers numbers_;
};

}  // namespace

std::unique_ptr<Codec> h265_codec(const AVCodecParameters& parameters) {
  return std::make_unique<H265Codec>(parameters);
}

}  // namespace reel::engine
