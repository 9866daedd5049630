/// Whether the times of a file's packets agree with the order of display that the pictures themselves tell. Private to the engine.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "codecs/bits.hpp"
#include "files/av.hpp"

namespace reel::engine {

/// A file that has lost its offsets from decoding to display (MP4's ctts) has good times by themselves, but those of other
/// pictures. What is planned by them would cut and render others than those that were meant.
class PictureOrder {
 public:
  /// For H.264; of other codecs nothing is known.
  explicit PictureOrder(const AVCodecParameters& parameters);
  ~PictureOrder();
  PictureOrder(const PictureOrder&) = delete;
  PictureOrder& operator=(const PictureOrder&) = delete;

  /// Packets in order of decoding. `first`: nothing from here on needs anything before.
  void read(Bytes packet, std::int64_t pts, bool first);
  /// After the last packet: false if pictures are shown in another order than the times of their packets say.
  bool agrees();

 private:
  struct Parser;
  void end_group();

  std::unique_ptr<Parser> parser_;
  std::vector<std::pair<int, std::int64_t>> group_;  ///< count of display and time of each picture
  bool agrees_ = true;
};

}  // namespace reel::engine
