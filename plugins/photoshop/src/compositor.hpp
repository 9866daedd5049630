/// What the layers look like together.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "reel/extension/exporter.h"

namespace reel::photoshop {

/// 0 to 1, multiplied by alpha.
struct Pixel {
  float red = 0, green = 0, blue = 0, alpha = 0;
};

/// Blends a document row by row: it needs memory for a few rows only.
class Compositor {
 public:
  explicit Compositor(const reel_document& document) : document_(document) {}

  /// `into`: as wide as the document.
  void row(std::uint32_t y, std::span<Pixel> into);

 private:
  void blend_layers(std::span<const reel_layer> layers, std::uint32_t y, std::span<Pixel> onto, std::size_t level);
  void blend_group(const reel_layer& group, std::uint32_t y, std::span<Pixel> onto, std::size_t level);

  const reel_document& document_;
  std::vector<std::vector<Pixel>> rows_;  ///< of groups, by their nesting
};

}  // namespace reel::photoshop
