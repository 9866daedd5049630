#include "gaussian.hpp"

#include <array>

namespace reel::picture {

Box Box::of_sigma(double sigma) {
  const double variance = sigma * sigma / 3;  // of each pass
  const double r = std::floor(0.5 * std::sqrt(12 * variance + 1) - 0.5);
  const double edge = (2 * r + 1) * (r * (r + 1) - 3 * variance) / (6 * (variance - (r + 1) * (r + 1)));
  const double weight = 1 / (2 * edge + 2 * r + 1);
  return {static_cast<int>(r), static_cast<float>(weight), static_cast<float>(weight * edge)};
}

namespace {

/// The entry that stands at `i`, perhaps outside, when the `n` entries go on mirrored.
inline int mirrored(int i, int n) {
  if (i >= 0 && i < n) return i;
  i %= 2 * n;
  if (i < 0) i += 2 * n;
  return i < n ? i : 2 * n - 1 - i;
}

/// One pass, an entry at a time: `sum` is that of the entries that count in full.
struct Pass {
  const Lanes* in;
  Lanes* out;
  int n, radius;
  float inner, outer;
  Lanes sum;

  [[gnu::always_inline]] void start() {
    sum = in[0];
    for (int i = 1; i <= radius; ++i) sum.v += in[mirrored(i, n)].v + in[mirrored(-i, n)].v;
  }
  [[gnu::always_inline]] void step(int i) {
    const auto next = in[mirrored(i + radius + 1, n)].v;
    const auto before = in[mirrored(i - radius - 1, n)].v, last = in[mirrored(i - radius, n)].v;
    out[i].v = sum.v * inner + (next + before) * outer;
    sum.v += next - last;
  }
};

/// All three passes in one sweep, each as far behind the one before as it has to be: what one wrote, the next
/// finds in the nearest cache. The last may write over what the first has read.
REEL_PICTURE_FAST void three_passes(Lanes* lines, Lanes* scratch, int n, int radius, float inner, float outer) {
  const int lag = radius + 1;
  Pass first{lines, scratch, n, radius, inner, outer, {}};
  Pass second{scratch, scratch + n, n, radius, inner, outer, {}};
  Pass third{scratch + n, lines, n, radius, inner, outer, {}};
  first.start();
  for (int i = 0; i < n + 2 * lag; ++i) {
    const int j = i - lag, k = j - lag;
    if (i < n) first.step(i);
    if (j == 0) second.start();
    if (j >= 0 && j < n) second.step(j);
    if (k == 0) third.start();
    if (k >= 0 && k < n) third.step(k);
  }
}

}  // namespace

void blur_lanes(Lanes* lines, Lanes* scratch, int n, Box box) {
  three_passes(lines, scratch, n, box.radius, box.inner, box.outer);
}

void GaussianBlur::across(int columns, Box box) {
  const int first = static_cast<int>(skip_), last = first + area_.width();
  for (int top = 0; top < area_.height(); top += lane_count) {
    // A block at the bottom may have fewer rows: then its last one is filtered several times.
    std::array<std::uint16_t*, lane_count> rows{};
    for (int i = 0; i < lane_count; ++i)
      rows[static_cast<std::size_t>(i)] =
          &blurred_[static_cast<std::size_t>(std::min(top + i, area_.height() - 1)) * stride_];
    for (int x = 0; x < columns; ++x)
      for (int i = 0; i < lane_count; ++i)
        lines_[static_cast<std::size_t>(x)].v[i] = rows[static_cast<std::size_t>(i)][x];
    blur_lanes(lines_.data(), scratch_.data(), columns, box);
    for (int x = first; x < last; ++x)
      for (int i = 0; i < lane_count; ++i)
        rows[static_cast<std::size_t>(i)][x] =
            static_cast<std::uint16_t>(static_cast<int>(lines_[static_cast<std::size_t>(x)].v[i] + 0.5F));
  }
}

}  // namespace reel::picture
