#include "scale.hpp"

#include <cmath>

namespace reel::geometry {
namespace {

int rounded_to(double value, int unit) { return std::max(unit, static_cast<int>(std::lround(value / unit)) * unit); }

/// `size` in the middle of `whole`, beginning at a whole chroma sample.
int centered(int whole, int size, int unit) { return floor_to((whole - size) / 2, unit); }

/// The size of the result, with all bars.
void set_size(Placement& to, double shown_width, double shown_height, const Unit& unit, const Scale::Params& p) {
  const double aspect = shown_width / shown_height;
  double width = p.width, height = p.height;
  if (p.width == 0 && p.height == 0)
    width = shown_width, height = shown_height;
  else if (p.width == 0)
    width = height * aspect;
  else if (p.height == 0)
    height = width / aspect;
  else if (p.fit == Fit::inside)
    width = std::min(width, height * aspect), height = width / aspect;
  to.width = rounded_to(width, unit.x), to.height = rounded_to(height, unit.y);
}

bool is_identity(const Placement& at, const VideoFormat& in) {
  const auto whole = [&](const Placement::Box& b) { return b.width == in.width && b.height == in.height; };
  return whole(at.from) && whole(at.to);
}

}  // namespace

Placement place(const VideoFormat& in, const Scale::Params& p) {
  const Unit unit = unit_of(in);
  const double pixel = pixel_aspect(in), aspect = in.width * pixel / in.height;
  Placement at;
  set_size(at, in.width * pixel, in.height, unit, p);
  if (at.width > 32767 || at.height > 32767)
    throw Error("scale: the result would have " + std::to_string(at.width) + "x" + std::to_string(at.height) +
                " pixels; expected at most 32767 each way");
  at.from = {0, 0, in.width, in.height};
  at.to = {0, 0, at.width, at.height};
  const bool both = p.width != 0 && p.height != 0;
  const double target = static_cast<double>(at.width) / at.height;
  if (both && p.fit == Fit::contain) {
    at.to.width = std::min(at.width, rounded_to(std::min(double(at.width), at.height * aspect), unit.x));
    at.to.height = std::min(at.height, rounded_to(std::min(double(at.height), at.width / aspect), unit.y));
    at.to.x = centered(at.width, at.to.width, unit.x), at.to.y = centered(at.height, at.to.height, unit.y);
  } else if (both && p.fit == Fit::cover) {
    at.from.width = std::min(in.width, rounded_to(std::min(double(in.width), in.height * target / pixel), unit.x));
    at.from.height = std::min(in.height, rounded_to(std::min(double(in.height), in.width * pixel / target), unit.y));
    at.from.x = centered(in.width, at.from.width, unit.x), at.from.y = centered(in.height, at.from.height, unit.y);
  }
  return at;
}

void Scale::output(VideoFormat& format, const Params& p) const {
  const Placement at = place(format, p);
  format.width = at.width, format.height = at.height;
  format.par_n = format.par_d = 1;
}

void Scale::format(const VideoFormat& in, const VideoFormat& out, const Params& p) {
  const Placement at = place(in, p);
  resampler_.reset();
  if (in.width != out.width || in.height != out.height || !is_identity(at, in))
    resampler_ = Resampler::make(in, out, at, p.method, p.background);
}

void Scale::process(const VideoFrame& in, VideoFrame& out, const Params&) const {
  if (resampler_)
    resampler_->run(*in.raw(), *out.raw());
  else
    gst_video_frame_copy(out.raw(), in.raw());
}

}  // namespace reel::geometry
