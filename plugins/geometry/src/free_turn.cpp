#include "free_turn.hpp"

#include <cmath>
#include <numbers>

namespace reel::geometry {
namespace {

constexpr int phases = 256;
constexpr int weight_bits = 11;
using Weights = std::array<int, 4>;

/// Weights of the samples at -1, 0, 1 and 2 for each place between 0 and 1. They add up to 1 << weight_bits.
std::array<Weights, phases> make_weights(Sampling method) {
  std::array<Weights, phases> table{};
  for (int i = 0; i < phases; ++i) {
    const double t = static_cast<double>(i) / phases;
    std::array<double, 4> w{0, 1 - t, t, 0};
    if (method == Sampling::bicubic)  // Catmull-Rom
      w = {((2 - t) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2, ((4 - 3 * t) * t + 1) * t / 2,
           (t - 1) * t * t / 2};
    int left = 1 << weight_bits;
    Weights& row = table[static_cast<std::size_t>(i)];
    for (const std::size_t k : {0U, 2U, 3U}) left -= row[k] = static_cast<int>(std::lround(w[k] * (1 << weight_bits)));
    row[1] = left;
  }
  return table;
}

const std::array<Weights, phases>& weights_for(Sampling method) {
  static const auto cubic = make_weights(Sampling::bicubic), linear = make_weights(Sampling::bilinear);
  return method == Sampling::bicubic ? cubic : linear;
}

/// Samples of one component of the source.
template <class T>
class Sampler {
 public:
  Sampler(const Plane<T>& plane, Sampling method, int background, int max)
      : plane_(plane), weights_(weights_for(method)), background_(background), max_(max) {}

  /// At (x, y), counted from the centre of the first sample.
  T at(double x, double y) const {
    const double cover = cover_of(x, plane_.width()) * cover_of(y, plane_.height());
    if (cover <= 0) return static_cast<T>(background_);
    const double floor_x = std::floor(x), floor_y = std::floor(y);
    const int left = static_cast<int>(floor_x) - 1, top = static_cast<int>(floor_y) - 1;
    const Weights& wx = weights_[phase(x - floor_x)];
    const Weights& wy = weights_[phase(y - floor_y)];
    const bool inside = left >= 0 && top >= 0 && left + 3 < plane_.width() && top + 3 < plane_.height();
    const int value = std::clamp(inside ? sum<true>(left, top, wx, wy) : sum<false>(left, top, wx, wy), 0, max_);
    if (cover >= 1) return static_cast<T>(value);
    return static_cast<T>(std::lround(background_ + (value - background_) * cover));
  }

 private:
  /// How much of a sample's width lies within the picture: edges come out smooth.
  static double cover_of(double at, int length) { return std::clamp(std::min(at + 1, length - at), 0.0, 1.0); }
  static std::size_t phase(double share) { return static_cast<std::size_t>(share * phases); }

  template <bool Inside>
  int sum(int left, int top, const Weights& wx, const Weights& wy) const {
    constexpr int half = 1 << (weight_bits - 1);
    int total = half;
    for (int j = 0; j < 4; ++j) {
      const T* const row = plane_.row_data(Inside ? top + j : std::clamp(top + j, 0, plane_.height() - 1));
      int across = half;
      for (int i = 0; i < 4; ++i) {
        const int x = Inside ? left + i : std::clamp(left + i, 0, plane_.width() - 1);
        across += row[std::ptrdiff_t{x} * plane_.step()] * wx[static_cast<std::size_t>(i)];
      }
      total += (across >> weight_bits) * wy[static_cast<std::size_t>(j)];
    }
    return total >> weight_bits;
  }

  Plane<T> plane_;
  const std::array<Weights, phases>& weights_;
  int background_, max_;
};

/// From places in the result to places in the source, both in samples of one component.
struct Turn {
  double x0, x_by_x, x_by_y, y0, y_by_x, y_by_y;

  Turn(const VideoFrame& in, const VideoFrame& out, unsigned component, const Rotate::Params& p) {
    const double angle = p.angle * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
    const double aspect = pixel_aspect(in.raw()->info);
    const GstVideoFormatInfo* const format = in.raw()->info.finfo;
    const double wide = 1 << GST_VIDEO_FORMAT_INFO_W_SUB(format, component);
    const double high = 1 << GST_VIDEO_FORMAT_INFO_H_SUB(format, component);
    x_by_x = c, x_by_y = s * high / (aspect * wide);
    y_by_x = -s * aspect * wide / high, y_by_y = c;
    if (p.flip == Flip::horizontal) x_by_x = -x_by_x, x_by_y = -x_by_y;
    if (p.flip == Flip::vertical) y_by_x = -y_by_x, y_by_y = -y_by_y;
    const double mid_x = out.width() / (2 * wide) - 0.5, mid_y = out.height() / (2 * high) - 0.5;
    x0 = in.width() / (2 * wide) - 0.5 - x_by_x * mid_x - x_by_y * mid_y;
    y0 = in.height() / (2 * high) - 0.5 - y_by_x * mid_x - y_by_y * mid_y;
  }
};

template <class T>
void turn_component(const VideoFrame& in, VideoFrame& out, int component, const Rotate::Params& p, int background) {
  const Turn turn(in, out, static_cast<unsigned>(component), p);
  const auto depth = GST_VIDEO_INFO_COMP_DEPTH(&in.raw()->info, static_cast<unsigned>(component));
  const Sampler<T> sampler(in.component<T>(component), p.method, background, (1 << depth) - 1);
  const Plane<T> to = out.component<T>(component);
  for (int y = 0; y < to.height(); ++y) {
    T* sample = to.row_data(y);
    for (int x = 0; x < to.width(); ++x, sample += to.step())
      *sample = sampler.at(turn.x0 + turn.x_by_x * x + turn.x_by_y * y, turn.y0 + turn.y_by_x * x + turn.y_by_y * y);
  }
}

}  // namespace

void free_turn(const VideoFrame& in, VideoFrame& out, const Rotate::Params& p, const std::array<int, 4>& background) {
  for (int c = 0; c < in.components(); ++c) {
    const int value = background[static_cast<std::size_t>(c)];
    in.depth() > 8 ? turn_component<std::uint16_t>(in, out, c, p, value)
                   : turn_component<std::uint8_t>(in, out, c, p, value);
  }
}

}  // namespace reel::geometry
