/// The values that parameters take.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reel/base/time.hpp"

namespace reel::model {

/// Straight (not premultiplied) sRGB, 0..255. Written `#rgb`, `#rrggbb`, `#rrggbbaa` or a CSS name.
struct Color {
  std::uint8_t red = 0, green = 0, blue = 0, alpha = 255;
  friend bool operator==(const Color&, const Color&) = default;
};

/// A part of the picture. Relative units count from 0 (left, top) to 1 (right, bottom).
/// Written `{ box: [x, y, width, height] }` or `{ polygon: [[x, y], …] }`, with `unit: px` for pixels.
struct Region {
  enum class Shape { box, polygon };
  Shape shape = Shape::box;
  std::vector<std::array<double, 2>> points;  ///< box: {x, y}, {width, height}; polygon: its corners
  bool pixels = false;
  friend bool operator==(const Region&, const Region&) = default;
};

enum class ParamType {
  boolean,
  integer,  ///< signed or unsigned, told apart by the minimum
  number,
  string,
  choice,
  time,
  ranges,
  times,  ///< moments and ranges, in any order; a moment is a range that ends where it begins
  color,
  region,
  file,  ///< a path, relative to the pipeline's folder
  uri,   ///< a path or a URI; a path is relative to the working folder
};
std::string_view name(ParamType type);

using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, base::TimePoint,
                           std::vector<base::TimePointRange>, Color, Region>;

/// As an author would write it in YAML (flow style).
std::string to_yaml(const Value& value);

enum class Curve { linear, ease, hold };

struct Keyframe {
  base::TimePoint at;
  Value value;
  Curve curve = Curve::linear;  ///< how it goes from this keyframe to the next
};

}  // namespace reel::model
