#include "alignment.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "picture.hpp"

namespace reel::removal {
namespace {

constexpr int surroundings = 28;  // samples around a hole that are compared
constexpr std::size_t most_samples = 1600;
constexpr std::size_t fewest_samples = 60;
constexpr int unknowns = 8;  // six of an affine motion, gain and bias

using Normal = cv::Matx<double, unknowns, unknowns>;
using Vector = cv::Vec<double, unknowns>;

}  // namespace

float sampled(const cv::Mat& picture, cv::Point2d p) {
  const int x = static_cast<int>(p.x), y = static_cast<int>(p.y);
  const float fx = static_cast<float>(p.x - x), fy = static_cast<float>(p.y - y);
  const auto *const above = picture.ptr<std::uint8_t>(y) + x, *const below = picture.ptr<std::uint8_t>(y + 1) + x;
  const float top = static_cast<float>(above[0]) + fx * static_cast<float>(above[1] - above[0]);
  const float bottom = static_cast<float>(below[0]) + fx * static_cast<float>(below[1] - below[0]);
  return top + fy * (bottom - top);
}

/// What a comparison found.
struct Aligner::Fit {
  std::size_t count = 0;
  double error = 0;
  Normal normal = Normal::zeros();
  Vector right = Vector::zeros();
};

Aligner::Aligner(const cv::Mat& smooth, const cv::Mat& hole) {
  const cv::Rect box = cv::boundingRect(hole);
  const cv::Rect area = widened(box, surroundings, smooth.size());
  const cv::Mat ring = grown(hole(area), surroundings) & ~grown(hole(area), 2);
  const auto all = static_cast<std::size_t>(cv::countNonZero(ring));
  const std::size_t every = all / most_samples + 1;
  centre_ = {box.x + box.width / 2.0, box.y + box.height / 2.0};
  reach_ = std::max(box.width, box.height) / 2.0 + surroundings;
  std::size_t seen = 0;
  for (int y = area.y; y < area.br().y; ++y) {
    if (y < 1 || y >= smooth.rows - 1) continue;
    for (int x = area.x; x < area.br().x; ++x) {
      if (ring.at<std::uint8_t>(y - area.y, x - area.x) == 0) continue;
      // A step that shares no divisor with the width would do; a mixed one never makes columns.
      if ((seen++ * 2654435761U >> 8U) % every != 0 || x < 1 || x >= smooth.cols - 1) continue;
      const auto* const row = smooth.ptr<std::uint8_t>(y) + x;
      const float dx = 0.5F * static_cast<float>(row[1] - row[-1]);
      const float dy = 0.5F * static_cast<float>(row[smooth.step] - *(row - smooth.step));
      const cv::Point2f unit(static_cast<float>((x - centre_.x) / reach_),
                             static_cast<float>((y - centre_.y) / reach_));
      samples_.push_back({{static_cast<float>(x), static_cast<float>(y)}, unit, static_cast<float>(row[0]), dx, dy});
    }
  }
}

Aligner::Fit Aligner::measured(const Alignment& alignment, const SourceView& source) const {
  struct Seen {
    const Sample* sample;
    float value, rest;
  };
  std::vector<Seen> seen;
  seen.reserve(samples_.size());
  std::vector<float> rests;
  rests.reserve(samples_.size());
  const cv::Rect2d known(1, 1, source.smooth.cols - 3, source.smooth.rows - 3);
  for (const Sample& s : samples_) {
    const cv::Point2d p = apply(alignment.matrix, s.at);
    if (!known.contains(p)) continue;
    if (source.clear(p) < 2) continue;
    const float value = sampled(source.smooth, p);
    const float rest = static_cast<float>(alignment.gain) * value + static_cast<float>(alignment.bias) - s.value;
    seen.push_back({&s, value, rest});
    rests.push_back(std::abs(rest));
  }
  Fit fit{.count = seen.size()};
  if (seen.size() < fewest_samples) return fit;
  const auto middle = rests.begin() + static_cast<std::ptrdiff_t>(rests.size() / 2);
  std::nth_element(rests.begin(), middle, rests.end());
  // Tukey's weights: what moves by itself, or lies at another depth, has no say.
  const double limit = std::max(5.0, 4.685 * 1.4826 * double(*middle));
  for (const Seen& s : seen) {
    fit.error += std::min(std::abs(double(s.rest)), 30.0);
    const double r = s.rest / limit;
    if (std::abs(r) >= 1) continue;
    const double weight = (1 - r * r) * (1 - r * r);
    const Sample& at = *s.sample;
    const Vector j(at.dx, at.dx * at.unit.x, at.dx * at.unit.y, at.dy, at.dy * at.unit.x, at.dy * at.unit.y, s.value,
                   1);
    for (int a = 0; a < unknowns; ++a) {
      const double wj = weight * j[a];
      fit.right[a] -= wj * s.rest;
      for (int b = a; b < unknowns; ++b) fit.normal(a, b) += wj * j[b];
    }
  }
  fit.error /= double(seen.size());
  for (int a = 0; a < unknowns; ++a)
    for (int b = 0; b < a; ++b) fit.normal(a, b) = fit.normal(b, a);
  return fit;
}

void Aligner::refine(Alignment& alignment, const SourceView& source, int steps) const {
  Alignment best = alignment;
  best.error = -1;
  for (int step = 0; step <= steps; ++step) {
    Fit fit = measured(alignment, source);
    if (fit.count < fewest_samples) {
      if (step == 0) return;
      break;
    }
    if (best.error >= 0 && fit.error >= best.error - 0.005) break;
    alignment.error = fit.error;
    best = alignment;
    if (step == steps) break;
    // Where the surroundings say little, nothing is to change much.
    const double n = double(fit.count);
    const Vector doubt(4 * n, 20 * n, 20 * n, 4 * n, 20 * n, 20 * n, 200 * n, 0.05 * n);
    for (int a = 0; a < unknowns; ++a) fit.normal(a, a) += 0.01 * doubt[a] + 1e-9;
    Vector d;
    if (!cv::solve(fit.normal, fit.right, d, cv::DECOMP_CHOLESKY)) break;
    const cv::Matx33d shift(1 + d[1] / reach_, d[2] / reach_, d[0] - (d[1] * centre_.x + d[2] * centre_.y) / reach_,
                            d[4] / reach_, 1 + d[5] / reach_, d[3] - (d[4] * centre_.x + d[5] * centre_.y) / reach_, 0,
                            0, 1);
    alignment.matrix = alignment.matrix * shift;
    alignment.gain += d[6];
    alignment.bias += d[7];
  }
  alignment = best;
}

}  // namespace reel::removal
