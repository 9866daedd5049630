/// What lies in a media file, packet by packet. Private to the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codecs/codec.hpp"
#include "files/av.hpp"
#include "reel/model/media.hpp"

namespace reel::engine {

/// Times of one packet in ticks of its stream.
struct PacketTimes {
  std::int64_t pts = 0, dts = 0, duration = 0;
};

/// The packets of the video stream that plays by default. What planners need is in `media`; the rest is for those who copy.
struct FileIndex {
  std::string uri;
  std::string version{};  ///< as av::version_of()
  model::MediaIndex media;
  int stream = -1;
  AVRational time_base{0, 1};
  std::vector<PacketTimes> times;  ///< in order of decoding, as `media.packets`
  std::vector<base::Time> shown;   ///< times of `media.packets`, sorted
  int reorder = 0;                 ///< by how many packets decoding runs ahead of display, at most
  AVRational frame_rate{25, 1};    ///< about
  std::shared_ptr<const AVCodecParameters> parameters;
  std::shared_ptr<Codec> codec;  ///< null where rendered pictures cannot stand between these
  /// Of each packet, whether anybody looked into it; empty: into all. Of others only the file's tables are known, and every keyframe is
  /// taken for an entry.
  std::vector<bool> seen{};
};

/// Times of decoding for pictures shown at these times, which grow: each as many places earlier as `depth`, and those before the
/// first at the first step.
std::vector<std::int64_t> decoding_times(const std::vector<std::int64_t>& shown, int depth);

/// Reads packets [first, end) once more, in order of decoding. False: they were not found.
bool read_packets(const FileIndex& index, std::size_t first, std::size_t end, const std::function<void(Bytes)>& take);

/// Looks into packets [first, end) of an index by tables, `first` being a keyframe. False: they are not what the index said; now it says
/// what they are, or in its fault or refusal why they cannot be used.
bool look_into(FileIndex& index, std::size_t first, std::size_t end);

/// Reads every packet; of a file elsewhere, if they say enough, its tables alone. Nothing where the file has no video stream. Throws as
/// av::open().
std::optional<FileIndex> index_file(const std::string& uri);

}  // namespace reel::engine
