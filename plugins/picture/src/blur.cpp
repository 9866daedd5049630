#include "blur.hpp"

namespace reel::picture {

namespace {

/// Colour that counts as much as it is opaque, so that what lies hidden under transparent pixels does not
/// bleed out.
template <class T>
struct WeightedSource {
  const Plane<T>& color;
  const Plane<T>& alpha;
  float scale;
  auto operator()(int y) const {
    const T* const c = color.row_data(y);
    const T* const a = alpha.row_data(y);
    const std::ptrdiff_t color_step = color.step(), alpha_step = alpha.step();
    return [=, scale = scale](int x) {
      return static_cast<float>(c[x * color_step]) * static_cast<float>(a[x * alpha_step]) * scale;
    };
  }
};

}  // namespace

void Blur::process(VideoFrame& frame, const Params& p) {
  mask_.update(p.region, p.feather, frame);
  if (mask_.nothing()) return;
  with_sample_type(frame, [&](auto sample) { run<decltype(sample)>(frame, p.radius); });
}

template <class T>
void Blur::run(VideoFrame& frame, double radius) {
  const int alpha = alpha_component(frame);
  if (alpha >= 0) return blur_with_alpha<T>(frame, alpha, radius);
  for (int c = 0; c < frame.components(); ++c) blur_component<T>(frame, c, radius);
}

template <class T>
void Blur::blur_component(VideoFrame& frame, int c, double radius) {
  const auto plane = frame.component<T>(c);
  const Area area = mask_.area(frame, c);
  const int shift = 16 - frame.depth(), half = shift > 0 ? 1 << (shift - 1) : 0, top = full_scale(frame);
  blur_plane(blur_, plane, area, radius / subsampling_x(frame, c), radius / subsampling_y(frame, c), shift);
  for (int y = area.top; y < area.bottom; ++y) {
    const std::uint16_t* const blurred = blur_.row(y) - area.left;
    write_row(mask_, frame, c, plane, y, area,
              [=](int x) { return static_cast<T>(std::min((blurred[x] + half) >> shift, top)); });
  }
}

/// All formats with alpha that we take have all components at full resolution.
template <class T>
void Blur::blur_with_alpha(VideoFrame& frame, int alpha, double radius) {
  const auto opacity = frame.component<T>(alpha);
  const Area area = mask_.area(frame, alpha);
  const int shift = 16 - frame.depth();
  const auto top = static_cast<float>(full_scale(frame));
  blur_plane(alpha_blur_, opacity, area, radius, radius, shift);
  for (int c = 0; c < alpha; ++c) {
    const auto plane = frame.component<T>(c);
    blur_.run(WeightedSource<T>{plane, opacity, 1 / top}, plane.width(), plane.height(), area, radius, radius,
              static_cast<float>(1 << shift));
    for (int y = area.top; y < area.bottom; ++y) {
      const std::uint16_t* const color = blur_.row(y) - area.left;
      const std::uint16_t* const weight = alpha_blur_.row(y) - area.left;
      write_row(mask_, frame, c, plane, y, area, [&](int x) {
        if (weight[x] == 0) return plane.at(x, y);
        return static_cast<T>(std::min(static_cast<float>(color[x]) / static_cast<float>(weight[x]) * top + 0.5F, top));
      });
    }
  }
  blur_component<T>(frame, alpha, radius);
}

}  // namespace reel::picture
