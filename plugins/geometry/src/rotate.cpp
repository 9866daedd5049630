#include "rotate.hpp"

#include <cmath>
#include <numbers>
#include <optional>

#include "free_turn.hpp"
#include "native_color.hpp"
#include "quarter_turn.hpp"

namespace reel::geometry {
namespace {

/// 0 to 3 where the angle is a multiple of 90 degrees.
std::optional<int> quarters_of(double angle) {
  const double quarters = angle / 90;
  if (std::abs(quarters - std::round(quarters)) > 1e-9) return std::nullopt;
  return (static_cast<int>(std::lround(quarters)) % 4 + 4) % 4;
}

int rounded_up(double value, int unit) { return std::max(1, static_cast<int>(std::ceil(value / unit - 1e-6)) * unit); }

}  // namespace

void Rotate::output(VideoFormat& format, const Params& p) const {
  if (const auto quarters = quarters_of(p.angle)) {
    if (*quarters % 2 == 0) return;
    std::swap(format.width, format.height);
    std::swap(format.par_n, format.par_d);
    return;
  }
  if (!p.expand) return;
  const double angle = p.angle * std::numbers::pi / 180;
  const double c = std::abs(std::cos(angle)), s = std::abs(std::sin(angle)), aspect = pixel_aspect(format);
  const double width = format.width * aspect, height = format.height;
  const Unit unit = unit_of(format);
  format.width = rounded_up((width * c + height * s) / aspect, unit.x);
  format.height = rounded_up(width * s + height * c, unit.y);
}

void Rotate::format(const VideoFormat& in, const Params& p) { background_ = native_color(p.background, in); }

void Rotate::process(const VideoFrame& in, VideoFrame& out, const Params& p) const {
  if (const auto quarters = quarters_of(p.angle))
    quarter_turn(in, out, *quarters, p.flip);
  else
    free_turn(in, out, p, background_);
}

}  // namespace reel::geometry
