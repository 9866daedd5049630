/// Reads the merged image of Photoshop documents, whoever wrote them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stored_image.hpp"

namespace reel::photoshop {

enum class ColorMode : unsigned { grey = 1, rgb = 3, cmyk = 4, duotone = 8 };

/// From the channels of a document to sRGB.
class ColorConversion {
 public:
  /// `profile`: what the document says about its inks, or nothing.
  ColorConversion(ColorMode mode, std::span<const std::uint8_t> profile);
  std::array<std::uint16_t, 3> operator()(const std::array<std::uint16_t, 4>& channels) const;

 private:
  struct Delete {
    void operator()(void* transform) const;
  };
  ColorMode mode_;
  std::unique_ptr<void, Delete> transform_;
};

/// The merged image of a PSD or PSB in RGB, grey or CMYK at 8, 16 or 32 bits a channel, row by row. Views the file. All throw Error that
/// says why a file cannot be read; memory stays in proportion to the file's size, whatever the file claims.
class PsdReader {
 public:
  explicit PsdReader(std::span<const std::uint8_t> file);

  std::uint32_t width() const { return size_.width; }
  std::uint32_t height() const { return size_.height; }
  /// More than 8 bits a channel.
  bool deep() const { return format_.depth > 8; }
  /// Red, green, blue, alpha, each 0 to 65535 also where the image is not deep. `into`: four times the width.
  void row(std::uint32_t y, std::span<std::uint16_t> into);

 private:
  void read_header(ByteReader& file);

  Format format_;
  StoredSize size_{};
  ColorMode mode_{};
  unsigned colors_ = 0;
  bool alpha_ = false;
  std::unique_ptr<ColorConversion> to_rgb_;
  std::unique_ptr<StoredImage> image_;
  std::vector<std::vector<std::uint16_t>> rows_;  ///< of the colours, then alpha
};

}  // namespace reel::photoshop
