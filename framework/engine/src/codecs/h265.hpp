/// As much of H.265's syntax as it takes to put rendered pictures between copied ones. Private to the engine.
#pragma once

#include "codecs/nal.hpp"

namespace reel::engine::h265 {

enum UnitType : unsigned {
  broken_link_with_leading = 16,
  broken_link_with_decodable_leading = 17,
  broken_link = 18,  ///< with nothing that leads it
  idr_with_leading = 19,
  idr_without_leading = 20,
  clean_random_access = 21,
  video_set = 32,
  sequence_set = 33,
  picture_set = 34,
  delimiter = 35
};
inline unsigned type_of(Bytes unit) { return unit[0] >> 1U & 0x3FU; }
inline bool is_set(Bytes unit) { return type_of(unit) >= video_set && type_of(unit) <= picture_set; }
inline bool is_slice(Bytes unit) { return type_of(unit) < video_set; }
inline bool is_entry_point(Bytes unit) { return type_of(unit) >= 16 && type_of(unit) <= 23; }

/// The header of a stream: what MP4 and Matroska keep beside the packets (`hvcC`), or units behind start codes.
struct Configuration {
  Buffer front;                     ///< of `hvcC`, up to its arrays; kept as it is
  std::vector<std::uint8_t> kinds;  ///< of its arrays
  nal::Framing framing = 4;         ///< of the packets
  std::vector<Buffer> sets;
};
std::optional<Configuration> read_configuration(Bytes header);
Buffer write(const Configuration& configuration);

/// Of parameter sets.
struct Numbers {
  unsigned video = 0, sequence = 0, picture = 0;
};
/// The number of a parameter set; nothing if it is broken.
std::optional<unsigned> id_of_set(Bytes unit);
/// A set with other numbers, of itself and of what it refers to.
Buffer renumbered_set(Bytes unit, const Numbers& numbers);
/// A slice of a clean random access picture as one of a picture before which a link is broken, so that decoders begin anew, and
/// show all that was before.
Buffer with_broken_link(Bytes slice);
/// A slice that referred to picture parameter set 0, referring to another from 15 to 30; nothing if it did not.
std::optional<Buffer> renumbered_slice(Bytes unit, unsigned picture_set_number);

}  // namespace reel::engine::h265
