#include "color.hpp"

#include <numbers>

namespace reel::picture {

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix m{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) m[i][j] += a[i][k] * b[k][j];
  return m;
}

/// Red, green, blue from luma and chroma, for primaries that weigh kr, 1 - kr - kb, kb.
Matrix to_rgb(double kr, double kb) {
  const double kg = 1 - kr - kb;
  return {{{1, 0, 2 * (1 - kr)}, {1, -2 * kb * (1 - kb) / kg, -2 * kr * (1 - kr) / kg}, {1, 2 * (1 - kb), 0}}};
}

Matrix from_rgb(double kr, double kb) {
  const double kg = 1 - kr - kb;
  return {{{kr, kg, kb},
           {-kr / (2 * (1 - kb)), -kg / (2 * (1 - kb)), 0.5},
           {0.5, -kg / (2 * (1 - kr)), -kb / (2 * (1 - kr))}}};
}

/// Linear sRGB of the light of a black body, by the cubic fit of Kim et al. (US patent 7024034) for
/// 1667..25000 K.
Vector light_of(double kelvin) {
  const double k = 1e3 / kelvin;
  const double x = kelvin <= 4000 ? ((-0.2661239 * k - 0.2343589) * k + 0.8776956) * k + 0.179910
                                  : ((-3.0258469 * k + 2.1070379) * k + 0.2226347) * k + 0.240390;
  const double y = kelvin <= 2222   ? ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
                   : kelvin <= 4000 ? ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
                                    : ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483;
  const double X = x / y, Z = (1 - x - y) / y;
  return {3.2404542 * X - 1.5371385 - 0.4985314 * Z, -0.9692660 * X + 1.8760108 + 0.0415560 * Z,
          0.0556434 * X - 0.2040259 + 1.0572252 * Z};
}

/// Gains of gamma-coded red, green and blue that keep the luma of white. Equal steps of the temperature are
/// equal steps of reciprocal kelvin, which look about equal.
Matrix temperature_gains(double temperature, double kr, double kb) {
  constexpr double neutral = 6500, coding = 1 / 2.2;
  const Vector light = light_of(1e6 / (1e6 / neutral + 1.138 * temperature)), white = light_of(neutral);
  Matrix m{};
  for (std::size_t i = 0; i < 3; ++i) m[i][i] = std::pow(std::max(light[i], 0.0) / white[i], coding);
  const double luma = kr * m[0][0] + (1 - kr - kb) * m[1][1] + kb * m[2][2];
  for (std::size_t i = 0; i < 3; ++i) m[i][i] /= luma;
  return m;
}

Matrix chroma_turn(double saturation, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  const double c = saturation * std::cos(angle), s = saturation * std::sin(angle);
  return {{{1, 0, 0}, {0, c, -s}, {0, s, c}}};
}

bool same(const ColorAdjust::Params& a, const ColorAdjust::Params& b) {
  return a.brightness == b.brightness && a.contrast == b.contrast && a.saturation == b.saturation && a.hue == b.hue &&
         a.gamma == b.gamma && a.temperature == b.temperature;
}

template <class T>
T rounded(float value, int top) {
  return static_cast<T>(static_cast<int>(std::clamp(value, 0.0F, static_cast<float>(top)) + 0.5F));
}

}  // namespace

bool ColorAdjust::is_identity(const Params& p) { return same(p, Params{}); }

void ColorAdjust::process(VideoFrame& frame, const Params& p) {
  mask_.update(p.region, 0, frame);
  if (mask_.nothing()) return;
  prepare(frame, p);
  with_sample_type(frame, [&](auto sample) { run<decltype(sample)>(frame); });
}

void ColorAdjust::prepare(const VideoFrame& frame, const Params& p) {
  const GstVideoInfo& info = frame.raw()->info;
  if (made_for_ && same(*made_for_, p) && format_ == frame.format() &&
      gst_video_colorimetry_is_equal(&colorimetry_, &info.colorimetry) != FALSE)
    return;
  made_for_ = p;
  format_ = frame.format();
  colorimetry_ = info.colorimetry;
  top_ = full_scale(frame);
  std::array<gint, GST_VIDEO_MAX_COMPONENTS> offset{}, scale{};
  gst_video_color_range_offsets(info.colorimetry.range, info.finfo, offset.data(), scale.data());
  for (std::size_t i = 0; i < 3; ++i) offset_[i] = offset[i], scale_[i] = scale[i];
  double kr = 0.2126, kb = 0.0722;
  gst_video_color_matrix_get_Kr_Kb(info.colorimetry.matrix, &kr, &kb);
  matrix_ = chroma_turn(p.saturation, p.hue);
  if (p.temperature != 0) {
    const Matrix gains = temperature_gains(p.temperature, kr, kb);
    matrix_ = product(matrix_, product(from_rgb(kr, kb), product(gains, to_rgb(kr, kb))));
  }
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      if (scale_[j] > 0) matrix_[i][j] *= scale_[i] / scale_[j];
  make_luma_table(p);
}

void ColorAdjust::make_luma_table(const Params& p) {
  luma_.resize(static_cast<std::size_t>(top_) + 1);
  for (int i = 0; i <= top_; ++i) {
    const double v = ((i - offset_[0]) / scale_[0] - 0.5) * p.contrast + 0.5 + p.brightness;
    // Below black, which samples of limited range can be, the curve goes on as its mirror image.
    const double coded = p.gamma == 1 ? v : std::copysign(std::pow(std::abs(v), 1 / p.gamma), v);
    luma_[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(
        std::clamp(std::lround(coded * scale_[0] + offset_[0]), 0L, static_cast<long>(top_)));
  }
}

template <class T>
void ColorAdjust::run(VideoFrame& frame) {
  const Params& p = *made_for_;
  const bool gray = frame.components() < 3;
  const bool tinted = p.temperature != 0 && !gray;
  if (!tinted && (p.brightness != 0 || p.contrast != 1 || p.gamma != 1)) change_luma<T>(frame);
  if (gray || (!tinted && p.saturation == 1 && p.hue == 0)) return;
  const auto u = frame.component<T>(1), v = frame.component<T>(2);
  const Area area = mask_.area(frame, 1);
  // New chroma needs the old luma, and the other way round.
  for (int y = area.top; y < area.bottom; ++y) {
    turn_chroma<T>(frame, y, area, tinted);
    if (tinted) mix_luma<T>(frame, y);
    const std::uint16_t *const new_u = u_.data() - area.left, *const new_v = v_.data() - area.left;
    write_row(mask_, frame, 1, u, y, area, [=](int x) { return static_cast<T>(new_u[x]); });
    write_row(mask_, frame, 2, v, y, area, [=](int x) { return static_cast<T>(new_v[x]); });
  }
}

template <class T>
void ColorAdjust::change_luma(VideoFrame& frame) {
  const auto plane = frame.component<T>(0);
  const Area area = mask_.area(frame, 0);
  const std::uint16_t* const table = luma_.data();
  // Samples of 10 and 12 bits lie in 16: broken input must not read beyond the table.
  const int top = top_;
  for (int y = area.top; y < area.bottom; ++y) {
    const T* const in = plane.row_data(y);
    const std::ptrdiff_t step = plane.step();
    if constexpr (sizeof(T) == 1)
      write_row(mask_, frame, 0, plane, y, area, [=](int x) { return static_cast<T>(table[in[x * step]]); });
    else
      write_row(mask_, frame, 0, plane, y, area,
                [=](int x) { return static_cast<T>(table[std::min<int>(in[x * step], top)]); });
  }
}

/// A row of new chroma, into u_ and v_.
template <class T>
void ColorAdjust::turn_chroma(const VideoFrame& frame, int y, const Area& area, bool tinted) {
  const auto u = frame.component<T>(1), v = frame.component<T>(2);
  const std::ptrdiff_t step = u.step();
  const auto width = static_cast<std::size_t>(area.width());
  u_.resize(width), v_.resize(width), y_.resize(width);
  std::ranges::fill(y_, 0.0F);
  if (tinted) average_luma<T>(frame, y, area);
  const auto row = [&](std::size_t i) {
    const double constant = offset_[i] - matrix_[i][1] * offset_[1] - matrix_[i][2] * offset_[2];
    return std::array{static_cast<float>(matrix_[i][0]), static_cast<float>(matrix_[i][1]),
                      static_cast<float>(matrix_[i][2]), static_cast<float>(constant)};
  };
  const auto mu = row(1), mv = row(2);
  const T *const in_u = u.row_data(y) + area.left * step, *const in_v = v.row_data(y) + area.left * step;
  if (step == 1)
    turn_row(in_u, in_v, std::integral_constant<int, 1>{}, mu, mv);
  else
    turn_row(in_u, in_v, static_cast<int>(step), mu, mv);
}

template <class T, class Step>
void ColorAdjust::turn_row(const T* __restrict in_u, const T* __restrict in_v, Step step,
                           const std::array<float, 4>& mu, const std::array<float, 4>& mv) {
  std::uint16_t* const __restrict out_u = u_.data(), * const __restrict out_v = v_.data();
  const float* const __restrict luma = y_.data();
  const int width = static_cast<int>(u_.size()), top = top_;
  for (int x = 0; x < width; ++x) {
    const auto old_u = static_cast<float>(in_u[x * step]), old_v = static_cast<float>(in_v[x * step]);
    out_u[x] = rounded<std::uint16_t>(mu[0] * luma[x] + mu[1] * old_u + mu[2] * old_v + mu[3], top);
    out_v[x] = rounded<std::uint16_t>(mv[0] * luma[x] + mv[1] * old_u + mv[2] * old_v + mv[3], top);
  }
}

/// The mean luma above black of the pixels that share each sample of chroma, into y_.
template <class T>
void ColorAdjust::average_luma(const VideoFrame& frame, int y, const Area& area) {
  const auto luma = frame.component<T>(0);
  const int across = subsampling_x(frame, 1), down = subsampling_y(frame, 1);
  const int bottom = std::min((y + 1) * down, luma.height());
  const std::ptrdiff_t step = luma.step();
  for (int row = y * down; row < bottom; ++row) {
    const T* const in = luma.row_data(row);
    for (int x = area.left; x < area.right; ++x)
      for (int i = x * across; i < (x + 1) * across; ++i)
        y_[static_cast<std::size_t>(x - area.left)] += static_cast<float>(in[std::min(i, luma.width() - 1) * step]);
  }
  const float share = 1 / static_cast<float>(across * (bottom - y * down));
  for (float& value : y_) value = value * share - static_cast<float>(offset_[0]);
}

/// The rows of luma that share row `y` of chroma, where chroma takes part in luma. Chroma keeps its own
/// resolution: its share in luma is small.
template <class T>
void ColorAdjust::mix_luma(VideoFrame& frame, int y) {
  const auto plane = frame.component<T>(0), u = frame.component<T>(1), v = frame.component<T>(2);
  const Area area = mask_.area(frame, 0);
  const int across = subsampling_x(frame, 1) / 2, down = subsampling_y(frame, 1);
  const std::array m{static_cast<float>(matrix_[0][0]), static_cast<float>(matrix_[0][1]),
                     static_cast<float>(matrix_[0][2])};
  const auto constant = static_cast<float>(offset_[0]) - m[0] * static_cast<float>(offset_[0]) -
                        m[1] * static_cast<float>(offset_[1]) - m[2] * static_cast<float>(offset_[2]);
  const T *const in_u = u.row_data(y), *const in_v = v.row_data(y);
  const std::ptrdiff_t step = plane.step(), step_uv = u.step();
  for (int row = std::max(y * down, area.top); row < std::min((y + 1) * down, area.bottom); ++row) {
    const T* const in = plane.row_data(row);
    write_row(mask_, frame, 0, plane, row, area, [&](int x) {
      const std::ptrdiff_t at = (x >> across) * step_uv;
      const float luma = m[0] * static_cast<float>(in[x * step]) + m[1] * static_cast<float>(in_u[at]) +
                         m[2] * static_cast<float>(in_v[at]) + constant;
      return static_cast<T>(luma_[rounded<std::uint16_t>(luma, top_)]);
    });
  }
}

}  // namespace reel::picture
