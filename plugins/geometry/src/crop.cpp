#include "crop.hpp"

#include <cmath>
#include <cstring>

namespace reel::geometry {
namespace {

double parse_aspect(const std::string& text) {
  const auto colon = text.find_first_of(":/");
  const auto width = detail::parse_number(detail::trim(std::string_view(text).substr(0, colon)));
  const auto height = colon == std::string::npos
                          ? std::optional{1.0}
                          : detail::parse_number(detail::trim(std::string_view(text).substr(colon + 1)));
  if (!width || !height || *width <= 0 || *height <= 0)
    throw Error("crop: cannot read the aspect '" + text + "', expected proportions such as 16:9 or 1.85");
  return *width / *height;
}

/// From the region, less what comes off at the edges.
Cut wanted(const VideoFormat& format, const Crop::Params& p) {
  const Shape shape = p.region.at(Time{0}, format.width, format.height);
  if (!shape.is_box) throw Error("crop: the region is a polygon, expected a box: pictures are rectangles");
  const auto bounds = shape.bounds(format.width, format.height);
  Cut cut{bounds.left, bounds.top, bounds.right - bounds.left, bounds.bottom - bounds.top};
  cut.x += static_cast<int>(p.left), cut.y += static_cast<int>(p.top);
  cut.width -= static_cast<int>(p.left + p.right), cut.height -= static_cast<int>(p.top + p.bottom);
  return cut;
}

void narrow_to(Cut& cut, double aspect) {
  if (cut.width <= 0 || cut.height <= 0) return;
  if (cut.width > cut.height * aspect) {
    const int width = static_cast<int>(std::lround(cut.height * aspect));
    cut.x += (cut.width - width) / 2, cut.width = width;
  } else {
    const int height = static_cast<int>(std::lround(cut.width / aspect));
    cut.y += (cut.height - height) / 2, cut.height = height;
  }
}

}  // namespace

Cut cut_of(const VideoFormat& format, const Crop::Params& p) {
  Cut cut = wanted(format, p);
  if (!p.aspect.empty()) narrow_to(cut, parse_aspect(p.aspect) / pixel_aspect(format));
  const Unit unit = unit_of(format);
  cut.x = floor_to(cut.x, unit.x), cut.y = floor_to(cut.y, unit.y);
  if (cut.width != format.width) cut.width = floor_to(cut.width, unit.x);
  if (cut.height != format.height) cut.height = floor_to(cut.height, unit.y);
  if (cut.width <= 0 || cut.height <= 0)
    throw Error("crop: nothing is left of a picture of " + std::to_string(format.width) + "x" +
                std::to_string(format.height) + " pixels; cut off less");
  return cut;
}

void Crop::output(VideoFormat& format, const Params& p) const {
  const Cut cut = cut_of(format, p);
  format.width = cut.width, format.height = cut.height;
}

void Crop::format(const VideoFormat& in, const Params& p) { cut_ = cut_of(in, p); }

void Crop::process(const VideoFrame& in, VideoFrame& out, const Params&) const {
  for (int plane = 0; plane < out.planes(); ++plane) {
    const auto p = static_cast<unsigned>(plane);
    const PlaneShape shape = plane_shape(out.raw()->info, p);
    const int x = (cut_.x >> shape.x_shift) * shape.group, y = cut_.y >> shape.y_shift;
    const auto bytes = static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.group);
    for (int row = 0; row < shape.height; ++row)
      std::memcpy(plane_row(out.raw(), p, row), plane_row(in.raw(), p, y + row) + x, bytes);
  }
}

}  // namespace reel::geometry
