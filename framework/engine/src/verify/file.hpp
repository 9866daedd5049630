/// A media file as verify looks at it: the packets of its pictures and of its sound. Private to the engine.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "files/av.hpp"
#include "verify/match.hpp"

namespace reel::engine::proof {

/// The packets of one stream in the order of decoding. What is kept of each has one size, however large it is.
struct Track {
  int stream = -1;
  AVRational time_base{0, 1};
  std::vector<Print> prints;
  std::vector<std::int64_t> pts, dts, duration;  ///< ticks; AV_NOPTS_VALUE where the file has none
  std::vector<std::uint32_t> bytes;
  std::vector<bool> keys;
  /// The file does not say when each picture is shown (AVI): they are shown in some order within what is decoded together, and
  /// only numbers tell which is which.
  bool untimed = false;
  base::Time unheard{0};               ///< of sound: what lets a decoder settle at the start and is thrown away
  std::size_t headers = 0;             ///< how often the header changes on the way
  std::vector<std::size_t> displayed;  ///< packets in the order of display
  std::vector<std::size_t> place;      ///< by packet: its place in that order

  std::size_t count() const { return prints.size(); }
  base::Time time(std::size_t packet) const;  ///< of decoding where there is no other
  base::Time end(std::size_t packet) const;
  base::Time tick() const;
  /// How long a picture is shown, or a packet of sound lasts, as a rule.
  base::Time step() const;
};

struct File {
  std::string uri;
  base::Time start{0};  ///< av::media_start()
  std::optional<Track> pictures, sound;
  std::size_t video_number = 0;    ///< among the streams of pictures
  std::size_t sample_entries = 0;  ///< of the track that has most; 0: not an MP4 or MOV
};

/// Reads every packet of the streams that play by default. Throws as av::open(), and base::Interrupted.
File read_file(const std::string& uri, const std::atomic<bool>* stop);

}  // namespace reel::engine::proof
