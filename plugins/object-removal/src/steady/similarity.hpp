/// How a camera moves that shifts, turns about its axis, and comes nearer.
#pragma once

#include <cmath>
#include <complex>
#include <opencv2/core.hpp>

namespace reel::removal::steady {

/// Points of one picture to those of another, as p → turn · p + shift. Points count from the middle of the picture, in its samples,
/// x + iy.
struct Similarity {
  std::complex<double> turn{1, 0};  ///< angle and enlargement
  std::complex<double> shift{0, 0};

  std::complex<double> operator*(std::complex<double> p) const { return turn * p + shift; }
  Similarity operator*(const Similarity& first) const { return {turn * first.turn, turn * first.shift + shift}; }
  Similarity inverse() const { return {1.0 / turn, -shift / turn}; }
  /// From nothing (0) to all of it (1). What keeps a picture inside of another at both ends does between.
  Similarity share(double s) const { return {1.0 + s * (turn - 1.0), s * shift}; }
  /// The longest way that a sample of such a picture goes.
  double reach(cv::Size size) const {
    return std::abs(shift) + std::abs(turn - 1.0) * std::hypot(size.width, size.height) / 2;
  }
};

/// The middle of a picture, in units on which lie factor × factor of its samples, as in WorkScale.
inline std::complex<double> middle_of(cv::Size size, int factor) {
  return {(size.width - factor) / (2.0 * factor), (size.height - factor) / (2.0 * factor)};
}
/// From a matrix for such units, and back.
inline Similarity similarity_of(const cv::Matx33d& m, cv::Size size, int factor) {
  const std::complex<double> turn(m(0, 0), m(1, 0)), shift(m(0, 2), m(1, 2)), middle = middle_of(size, factor);
  return {turn, double(factor) * (turn * middle + shift - middle)};
}
inline cv::Matx33d work_matrix_of(const Similarity& s, cv::Size size, int factor) {
  const std::complex<double> middle = middle_of(size, factor);
  const std::complex<double> shift = s.shift / double(factor) + middle - s.turn * middle;
  return {s.turn.real(), -s.turn.imag(), shift.real(), s.turn.imag(), s.turn.real(), shift.imag(), 0, 0, 1};
}

/// For samples of a plane of a picture of that size, each of which lies on step_x × step_y of the picture's.
inline cv::Matx23d matrix_of(const Similarity& s, cv::Size size, int step_x, int step_y) {
  const double left = (size.width - step_x) / 2.0, top = (size.height - step_y) / 2.0;  // of the middle, from sample 0
  const double re = s.turn.real(), im = s.turn.imag();
  return {re,
          -im * step_y / step_x,
          (s.shift.real() - re * left + im * top + left) / step_x,
          im * step_x / step_y,
          re,
          (s.shift.imag() - im * left - re * top + top) / step_y};
}

}  // namespace reel::removal::steady
