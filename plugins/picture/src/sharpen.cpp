#include "sharpen.hpp"

namespace reel::picture {

void Sharpen::process(VideoFrame& frame, const Params& p) {
  mask_.update(p.region, 0, frame);
  if (mask_.nothing()) return;
  with_sample_type(frame, [&](auto sample) { run<decltype(sample)>(frame, p); });
}

template <class T>
void Sharpen::run(VideoFrame& frame, const Params& p) {
  const auto plane = frame.component<T>(0);
  const Area area = mask_.area(frame, 0);
  const int shift = 16 - frame.depth();
  blur_plane(blur_, plane, area, p.radius, p.radius, shift);
  const auto amount = static_cast<float>(p.amount), top = static_cast<float>(full_scale(frame));
  const float unit = 1 / static_cast<float>(1 << shift);
  const auto threshold = static_cast<float>(p.threshold) * top;
  for (int y = area.top; y < area.bottom; ++y) {
    const T* const in = plane.row_data(y);
    const std::ptrdiff_t step = plane.step();
    const std::uint16_t* const blurred = blur_.row(y) - area.left;
    write_row(mask_, frame, 0, plane, y, area, [=](int x) {
      const auto old = static_cast<float>(in[x * step]);
      const float detail = old - static_cast<float>(blurred[x]) * unit;
      // What exceeds the threshold counts: no step where a difference crosses it.
      const float strong = detail - std::clamp(detail, -threshold, threshold);
      return static_cast<T>(static_cast<int>(std::clamp(old + amount * strong, 0.0F, top) + 0.5F));
    });
  }
}

}  // namespace reel::picture
