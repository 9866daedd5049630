#include "region_mask.hpp"

#include <cstring>

namespace reel::picture {

namespace {

/// How much of the pixel [i, i+1) lies in [from, to), 0..1.
double overlap(double from, double to, int i) {
  return std::clamp(std::min(to, i + 1.0) - std::max(from, double(i)), 0.0, 1.0);
}

constexpr double feather_to_sigma = 0.25;  // 95 % of the edge lies within the feather's width

bool same_size_and_format(const GstVideoInfo& a, const GstVideoInfo& b) {
  return a.finfo == b.finfo && a.width == b.width && a.height == b.height;
}

}  // namespace

void RegionMask::update(const Region& region, double feather, const VideoFrame& frame) {
  whole_ = region.whole_picture();
  if (whole_) return;
  const GstVideoInfo& info = frame.raw()->info;
  Shape shape = region.at(frame.time(), frame.width(), frame.height());
  if (same_size_and_format(info, info_) && shape.corners == corners_ && feather == feather_) return;
  info_ = info;
  feather_ = feather;
  corners_ = shape.corners;
  const Shape::Bounds b = shape.bounds(frame.width(), frame.height());
  area_ = {b.left, b.top, b.right, b.bottom};
  levels_.clear();
  if (area_.empty()) return;
  const int reach = feather > 0 ? Box::of_sigma(feather * feather_to_sigma).support() : 0;
  area_ = area_.grown(reach, reach, frame.width(), frame.height());
  // Whole samples of chroma, which may stand for up to four pixels.
  area_.left &= ~3, area_.top &= ~3;
  draw(shape);
  if (feather > 0) soften(feather * feather_to_sigma);
  for (int c = 1; c < frame.components(); ++c) {
    const int x = subsampling_x(frame, c), y = subsampling_y(frame, c);
    if (std::ranges::none_of(levels_, [&](const Level& l) { return l.x == x && l.y == y; })) shrink(x, y);
  }
}

void RegionMask::draw(const Shape& shape) {
  levels_.resize(1);
  Level& level = levels_.front();
  level.area = area_;
  level.coverage.assign(static_cast<std::size_t>(area_.width()) * static_cast<std::size_t>(area_.height()), 0);
  if (shape.is_box)
    draw_box(shape);
  else
    draw_polygon(shape);
}

void RegionMask::draw_box(const Shape& shape) {
  const auto [left, right] = std::minmax(shape.corners[0].x, shape.corners[2].x);
  const auto [top, bottom] = std::minmax(shape.corners[0].y, shape.corners[2].y);
  std::uint8_t* out = levels_.front().coverage.data();
  for (int y = area_.top; y < area_.bottom; ++y) {
    const double down = overlap(top, bottom, y);
    for (int x = area_.left; x < area_.right; ++x)
      *out++ = static_cast<std::uint8_t>(std::lround(255 * down * overlap(left, right, x)));
  }
}

void RegionMask::draw_polygon(const Shape& shape) {
  constexpr int lines = 8;  // in each row; across, coverage is exact
  std::vector<double> crossings;
  std::vector<float> sum(static_cast<std::size_t>(area_.width()));
  std::uint8_t* out = levels_.front().coverage.data();
  for (int y = area_.top; y < area_.bottom; ++y) {
    std::ranges::fill(sum, 0.0F);
    for (int line = 0; line < lines; ++line) {
      const double at = y + (line + 0.5) / lines;
      crossings.clear();
      for (std::size_t i = 0; i < shape.corners.size(); ++i) {
        const Point a = shape.corners[i], b = shape.corners[(i + 1) % shape.corners.size()];
        if ((a.y <= at) != (b.y <= at)) crossings.push_back(a.x + (at - a.y) / (b.y - a.y) * (b.x - a.x));
      }
      std::ranges::sort(crossings);
      for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
        const double from = std::max<double>(crossings[i], area_.left),
                     to = std::min<double>(crossings[i + 1], area_.right);
        for (int x = static_cast<int>(from); x < to; ++x)
          sum[static_cast<std::size_t>(x - area_.left)] += static_cast<float>(overlap(from, to, x));
      }
    }
    for (const float s : sum) *out++ = static_cast<std::uint8_t>(std::lround(255 * s / lines));
  }
}

void RegionMask::soften(double sigma) {
  std::vector<std::uint8_t>& coverage = levels_.front().coverage;
  const int width = area_.width(), height = area_.height();
  const Plane<std::uint8_t> plane(coverage.data(), width, width, height, 1);
  const Area all{0, 0, width, height};
  blur_plane(blur_, plane, all, sigma, sigma, 8);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      plane.at(x, y) = static_cast<std::uint8_t>(std::min((blur_.row(y)[x] + 128) >> 8, 255));
}

void RegionMask::shrink(int x, int y) {
  const Level& full = levels_.front();
  Level small{x, y, {area_.left / x, area_.top / y, (area_.right + x - 1) / x, (area_.bottom + y - 1) / y}, {}};
  for (int row = small.area.top; row < small.area.bottom; ++row)
    for (int column = small.area.left; column < small.area.right; ++column) {
      int sum = 0, count = 0;
      for (int j = row * y; j < std::min((row + 1) * y, area_.bottom); ++j)
        for (int i = column * x; i < std::min((column + 1) * x, area_.right); ++i, ++count)
          sum += full.coverage[static_cast<std::size_t>((j - area_.top) * area_.width() + i - area_.left)];
      small.coverage.push_back(static_cast<std::uint8_t>((sum + count / 2) / count));
    }
  levels_.push_back(std::move(small));
}

const RegionMask::Level& RegionMask::level(const VideoFrame& frame, int c) const {
  const int x = subsampling_x(frame, c), y = subsampling_y(frame, c);
  return *std::ranges::find_if(levels_, [&](const Level& l) { return l.x == x && l.y == y; });
}

Area RegionMask::area(const VideoFrame& frame, int c) const {
  if (!whole_) return nothing() ? Area{} : level(frame, c).area;
  const auto plane = frame.component<std::uint8_t>(c);
  return {0, 0, plane.width(), plane.height()};
}

const std::uint8_t* RegionMask::row(const VideoFrame& frame, int c, int y) const {
  if (whole_) return nullptr;
  const Level& l = level(frame, c);
  return &l.coverage[static_cast<std::size_t>(y - l.area.top) * static_cast<std::size_t>(l.area.width())];
}

}  // namespace reel::picture
