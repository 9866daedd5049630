#include "scale.hpp"

#include <cmath>

namespace reel::geometry {
namespace {

int rounded_to(double value, int unit) {
  return std::max(unit, static_cast<int>(std::lround(value / unit)) * unit);
}

/// `size` in the middle of `whole`, beginning at a whole chroma sample.
int centered(int whole, int size, int unit) { return floor_to((whole - size) / 2, unit); }

/// The size of the result, with all bars.
void set_size(Placement& to, double shown_width, double shown_height, const Unit& unit, const Scale::Params& p) {
  const double aspect = shown_width / shown_height;
  double width = p.width, height = p.height;
  if (p.width == 0 && p.height == 0) width = shown_width, height = shown_height;
  else if (p.width == 0) width = height * aspect;
  else if (p.height == 0) height = width / aspect;
  else if (p.fit == Fit::inside) width = std::min(width, height * aspect), height = width / aspect;
  to.width = rounded_to(width, unit.x), to.height = rounded_to(height, unit.y);
}

GstVideoResamplerMethod resampler(Method method) {
  switch (method) {
    case Method::lanczos: return GST_VIDEO_RESAMPLER_METHOD_LANCZOS;
    case Method::bicubic: return GST_VIDEO_RESAMPLER_METHOD_CUBIC;
    case Method::bilinear: return GST_VIDEO_RESAMPLER_METHOD_LINEAR;
    case Method::nearest: break;
  }
  return GST_VIDEO_RESAMPLER_METHOD_NEAREST;
}

GstStructure* converter_options(const Placement& at, const Scale::Params& p) {
  return gst_structure_new(
      "options", GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD, resampler(p.method),
      GST_VIDEO_CONVERTER_OPT_CHROMA_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD, resampler(p.method),
      // Catmull-Rom: GStreamer's own choice, Mitchell, is a good deal softer.
      GST_VIDEO_RESAMPLER_OPT_CUBIC_B, G_TYPE_DOUBLE, 0.0, GST_VIDEO_RESAMPLER_OPT_CUBIC_C, G_TYPE_DOUBLE, 0.5,
      GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD, GST_VIDEO_DITHER_NONE,
      GST_VIDEO_CONVERTER_OPT_SRC_X, G_TYPE_INT, at.from.x, GST_VIDEO_CONVERTER_OPT_SRC_Y, G_TYPE_INT, at.from.y,
      GST_VIDEO_CONVERTER_OPT_SRC_WIDTH, G_TYPE_INT, at.from.width, GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT,
      at.from.height, GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT, at.to.x, GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT,
      at.to.y, GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT, at.to.width, GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT,
      G_TYPE_INT, at.to.height, GST_VIDEO_CONVERTER_OPT_FILL_BORDER, G_TYPE_BOOLEAN, TRUE,
      GST_VIDEO_CONVERTER_OPT_BORDER_ARGB, G_TYPE_UINT, p.background.argb(), GST_VIDEO_CONVERTER_OPT_THREADS,
      G_TYPE_UINT, 0U, nullptr);
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
  converter_.reset();
  if (in.width == out.width && in.height == out.height && is_identity(place(in, p), in)) return;
  VideoFormat from = in, to = out;
  converter_.reset(gst_video_converter_new(&from, &to, converter_options(place(in, p), p)));
  if (!converter_)
    throw Error(std::string("scale: pictures of format ") + GST_VIDEO_INFO_NAME(&in) + " cannot be scaled");
}

void Scale::process(const VideoFrame& in, VideoFrame& out, const Params&) const {
  if (!converter_) gst_video_frame_copy(out.raw(), in.raw());
  else gst_video_converter_frame(converter_.get(), in.raw(), out.raw());
}

}  // namespace reel::geometry
