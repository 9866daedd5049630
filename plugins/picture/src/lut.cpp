#include "lut.hpp"

namespace reel::picture {

void Lut::start(const Params& p) {
  if (p.file.path.empty()) throw Error("lut: no file is given; set 'file' to the path of a .cube file");
  cube_ = read_cube(p.file.path);
  top_ = 0;
}

/// The curve's value at an input value; the input itself where there is no curve.
float Lut::curve_at(std::size_t channel, double value) const {
  if (cube_.curve.empty()) return static_cast<float>(value);
  const double low = cube_.curve_range.low[channel], high = cube_.curve_range.high[channel];
  const double last = static_cast<double>(cube_.curve.size()) - 1;
  const double at = std::clamp((value - low) / (high - low), 0.0, 1.0) * last;
  const auto i = static_cast<std::size_t>(std::min(at, last - 1));
  const auto share = static_cast<float>(at - static_cast<double>(i));
  return cube_.curve[i][channel] * (1 - share) + cube_.curve[i + 1][channel] * share;
}

Lut::Position Lut::position(std::size_t channel, double value) const {
  const double low = cube_.lattice_range.low[channel], high = cube_.lattice_range.high[channel];
  const double at = std::clamp((value - low) / (high - low), 0.0, 1.0) * (cube_.size - 1);
  const int i = std::min(static_cast<int>(at), cube_.size - 2);
  const int distance = channel == 0 ? 1 : channel == 1 ? cube_.size : cube_.size * cube_.size;
  return {i * distance, static_cast<float>(at - i)};
}

void Lut::prepare(const VideoFrame& frame, double strength) {
  const int top = full_scale(frame);
  const bool only_curve = cube_.size == 0;
  if (top == top_ && (!only_curve || strength == strength_)) return;
  const bool rescale = top != top_;
  top_ = top;
  strength_ = strength;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    if (only_curve)
      curves_[channel].clear();
    else
      positions_[channel].clear();
    for (int sample = 0; sample <= top; ++sample) {
      const auto value = static_cast<double>(curve_at(channel, static_cast<double>(sample) / top));
      if (only_curve)
        curves_[channel].push_back(static_cast<std::uint16_t>(
            std::lround(std::clamp(sample + strength * (value * top - sample), 0.0, static_cast<double>(top)))));
      else
        positions_[channel].push_back(position(channel, value));
    }
  }
  if (!rescale) return;
  lattice_ = cube_.lattice;
  for (Node& node : lattice_) node *= static_cast<float>(top);
}

namespace {

/// The entries around a colour, and how far it is from the first on each axis.
struct Cell {
  const Node* first;
  int r, g, b;  ///< distances of the next entries
  float fr, fg, fb;
};

/// Along the edges of the one of six tetrahedra that holds the colour: first the axis with the largest
/// fraction. Without branches, which a noisy picture would mispredict.
inline Node tetrahedral(const Cell& c) {
  const bool rg = c.fr > c.fg, gb = c.fg > c.fb, rb = c.fr > c.fb;
  const int all = c.r + c.g + c.b;
  const int largest = rg ? (rb ? c.r : c.b) : (gb ? c.g : c.b);
  const int smallest = rg ? (gb ? c.b : c.g) : (rb ? c.b : c.r);
  const float high = std::max(std::max(c.fr, c.fg), c.fb), low = std::min(std::min(c.fr, c.fg), c.fb);
  const float middle = std::max(std::min(c.fr, c.fg), std::min(std::max(c.fr, c.fg), c.fb));
  return c.first[0] * (1 - high) + c.first[largest] * (high - middle) + c.first[all - smallest] * (middle - low) +
         c.first[all] * low;
}

inline Node trilinear(const Cell& c) {
  const auto along_r = [&](int at) { return c.first[at] * (1 - c.fr) + c.first[at + c.r] * c.fr; };
  const Node near = along_r(0) * (1 - c.fg) + along_r(c.g) * c.fg;
  const Node far = along_r(c.b) * (1 - c.fg) + along_r(c.b + c.g) * c.fg;
  return near * (1 - c.fb) + far * c.fb;
}

}  // namespace

template <class T, class Mix>
void Lut::run(VideoFrame& frame, float strength, Mix mix) const {
  const auto red = frame.component<T>(0), green = frame.component<T>(1), blue = frame.component<T>(2);
  const std::ptrdiff_t step = red.step();
  const int top = top_, width = red.width(), n = cube_.size;
  const auto highest = static_cast<float>(top);
  for (int y = 0; y < red.height(); ++y) {
    T *r = red.row_data(y), *g = green.row_data(y), *b = blue.row_data(y);
    for (int x = 0; x < width; ++x, r += step, g += step, b += step) {
      // Samples of 10 and 12 bits lie in 16: broken input must not read beyond the tables.
      const int old_r = std::min<int>(*r, top), old_g = std::min<int>(*g, top), old_b = std::min<int>(*b, top);
      const Position& pr = positions_[0][static_cast<std::size_t>(old_r)];
      const Position& pg = positions_[1][static_cast<std::size_t>(old_g)];
      const Position& pb = positions_[2][static_cast<std::size_t>(old_b)];
      const Cell cell{&lattice_[static_cast<std::size_t>(pr.index + pg.index + pb.index)],
                      1,
                      n,
                      n * n,
                      pr.fraction,
                      pg.fraction,
                      pb.fraction};
      const Node old{static_cast<float>(old_r), static_cast<float>(old_g), static_cast<float>(old_b), 0};
      const Node out = old + (mix(cell) - old) * strength + 0.5F;
      const auto sample = [highest](float v) {
        return static_cast<T>(static_cast<int>(std::min(std::max(v, 0.0F), highest + 0.5F)));
      };
      *r = sample(out[0]), *g = sample(out[1]), *b = sample(out[2]);
    }
  }
}

template <class T>
void Lut::run_curve(VideoFrame& frame) const {
  for (int c = 0; c < 3; ++c) {
    const auto plane = frame.component<T>(c);
    const std::uint16_t* const curve = curves_[static_cast<std::size_t>(c)].data();
    const int top = top_, width = plane.width();
    for (int y = 0; y < plane.height(); ++y) {
      T* sample = plane.row_data(y);
      for (int x = 0; x < width; ++x, sample += plane.step())
        *sample = static_cast<T>(curve[std::min<int>(*sample, top)]);
    }
  }
}

void Lut::process(VideoFrame& frame, const Params& p) {
  prepare(frame, p.strength);
  with_sample_type(frame, [&](auto sample) {
    using T = decltype(sample);
    const auto strength = static_cast<float>(p.strength);
    if (cube_.size == 0)
      run_curve<T>(frame);
    else if (p.interpolation == Interpolation::tetrahedral)
      run<T>(frame, strength, [](const Cell& c) { return tetrahedral(c); });
    else
      run<T>(frame, strength, [](const Cell& c) { return trilinear(c); });
  });
}

}  // namespace reel::picture
