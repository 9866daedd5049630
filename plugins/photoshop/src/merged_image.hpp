/// All layers as one picture, which the file holds for programs that read no layers.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compositor.hpp"
#include "format.hpp"
#include "output.hpp"
#include "reel/task.hpp"
#include "thumbnail.hpp"

namespace reel::photoshop {

/// Blends the layers once, and keeps the result as the file will hold it: the file begins with things that depend on it and ends with it.
/// At 8 bits it is packed, at 16 it is not: few programs read that.
class MergedImage {
 public:
  /// `task` is told of the first half of the work.
  MergedImage(const reel_document& document, const Format& format, const Task& task);

  bool has_alpha() const { return has_alpha_; }
  unsigned channels() const { return has_alpha_ ? 4 : 3; }
  const Thumbnail& thumbnail() const { return thumbnail_; }
  void write(Output& output, const Format& format) const;

 private:
  struct Channel {
    std::vector<std::uint8_t> bytes;
    std::vector<std::uint32_t> row_lengths;  ///< where it is packed
  };
  void append(std::span<const Pixel> row, unsigned depth);

  std::array<Channel, 4> channels_;
  std::vector<std::uint8_t> row_;
  Thumbnail thumbnail_;
  bool has_alpha_ = false;
};

}  // namespace reel::photoshop
