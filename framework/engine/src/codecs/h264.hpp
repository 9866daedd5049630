/// As much of H.264's syntax (ITU-T H.264, clauses 7.3 and 7.4; ISO 14496-15, 5.3.3) as it takes to put rendered pictures between
/// copied ones. Private to the engine.
#pragma once

#include "codecs/nal.hpp"

namespace reel::engine::h264 {

enum UnitType : unsigned { slice = 1, idr_slice = 5, sei = 6, sequence_set = 7, picture_set = 8, delimiter = 9 };
inline unsigned type_of(Bytes unit) { return unit[0] & 0x1FU; }

inline constexpr std::size_t most_sequence_sets = 31, most_picture_sets = 255;  ///< that a header has room for

/// The header of a stream: what MP4 and Matroska keep beside the packets (`avcC`), or units behind start codes.
struct Configuration {
  std::uint8_t profile = 0, compatibility = 0, level = 0;
  nal::Framing framing = 4;  ///< of the packets
  std::vector<Buffer> sequence_sets, picture_sets;
  Buffer tail;  ///< what high profiles add; kept as it is
};
std::optional<Configuration> read_configuration(Bytes header);
Buffer write(const Configuration& configuration);

/// The version of x264 that made the stream, if the packet that these are of says so; decoders mend by it what versions got wrong.
std::optional<unsigned> x264_version(const std::vector<Bytes>& units);

/// The number of a sequence or picture parameter set; nothing if it is broken.
std::optional<unsigned> id_of_set(Bytes unit);

}  // namespace reel::engine::h264
