/// The small picture of a document that file managers show.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compositor.hpp"

namespace reel::photoshop {

/// At most 160 pixels wide and high: the mean of what lies under each of its pixels, on white.
class Thumbnail {
 public:
  Thumbnail(std::uint32_t width, std::uint32_t height);

  /// Rows of the document, each once.
  void add(std::uint32_t y, std::span<const Pixel> row);

  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }
  std::vector<std::uint8_t> jpeg() const;

 private:
  struct Mean {
    double red = 0, green = 0, blue = 0;
    std::uint64_t count = 0;
  };

  std::uint32_t full_height_, width_, height_;
  std::vector<Mean> means_;
};

}  // namespace reel::photoshop
