#include "alignment.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core/hal/intrin.hpp>
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

/// Sums of a few samples, in halves of the symmetric matrix: few enough for float.
class Block {
 public:
  static constexpr int most = 64;

  Block() {
    std::ranges::fill(low_, cv::v_setzero_f32()), std::ranges::fill(high_, cv::v_setzero_f32());
    std::ranges::fill(right_, cv::v_setzero_f32());
  }

  void add(float weight, const cv::v_float32x4& low, const cv::v_float32x4& high, float rest) {
    float j[unknowns];
    const cv::v_float32x4 w = cv::v_setall_f32(weight);
    cv::v_store(j, low * w), cv::v_store(j + 4, high * w);
    for (int a = 0; a < 4; ++a) low_[a] += cv::v_setall_f32(j[a]) * low;
    for (int a = 0; a < unknowns; ++a) high_[a] += cv::v_setall_f32(j[a]) * high;
    const cv::v_float32x4 r = cv::v_setall_f32(weight * rest);
    right_[0] += r * low, right_[1] += r * high;
  }

  /// Adds all to the sums, and begins again.
  void flush(Normal& normal, Vector& right) {
    float four[4];
    const auto add = [&four](cv::v_float32x4& from, double* to, double sign, int begin) {
      cv::v_store(four, from);
      from = cv::v_setzero_f32();
      for (int b = begin; b < 4; ++b) to[b] += sign * double(four[b]);
    };
    for (int a = 0; a < 4; ++a) add(low_[a], &normal(a, 0), 1, a);
    for (int a = 0; a < unknowns; ++a) add(high_[a], &normal(a, 4), 1, std::max(a - 4, 0));
    add(right_[0], &right[0], -1, 0), add(right_[1], &right[4], -1, 0);
  }

 private:
  cv::v_float32x4 low_[4], high_[unknowns], right_[2];
};

}  // namespace

bool Alignment::plausible() const {
  constexpr double most_gain = 2, most_shift = 80, most_area = 3;
  const double area = matrix(0, 0) * matrix(1, 1) - matrix(0, 1) * matrix(1, 0);
  return gain > 1 / most_gain && gain < most_gain && std::abs(128 * (gain - 1) + bias) < most_shift &&
         area > 1 / most_area && area < most_area;
}

/// A sample as a source shows it: by how much it differs.
struct Aligner::Seen {
  const Sample* sample;
  float rest;
};

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

std::vector<Aligner::Seen> Aligner::seen_by(const Alignment& alignment, const SourceView& source) const {
  std::vector<Seen> seen;
  seen.reserve(samples_.size());
  const cv::Matx33f way = alignment.matrix;
  const auto gain = static_cast<float>(alignment.gain), bias = static_cast<float>(alignment.bias);
  const auto right = static_cast<float>(source.smooth.cols - 2), bottom = static_cast<float>(source.smooth.rows - 2);
  for (const Sample& s : samples_) {
    const float w = 1 / (way(2, 0) * s.at.x + way(2, 1) * s.at.y + way(2, 2));
    const cv::Point2f p((way(0, 0) * s.at.x + way(0, 1) * s.at.y + way(0, 2)) * w,
                        (way(1, 0) * s.at.x + way(1, 1) * s.at.y + way(1, 2)) * w);
    if (!(p.x >= 1 && p.y >= 1 && p.x < right && p.y < bottom) || source.clear(p) < 2) continue;
    seen.push_back({&s, gain * sampled(source.smooth, p) + bias - s.value});
  }
  return seen;
}

/// The middle one of their sizes; of many, a part tells.
double Aligner::median(const std::vector<Seen>& seen) {
  constexpr std::size_t enough = 400;
  std::vector<float> sizes;
  const std::size_t every = seen.size() / enough + 1;
  for (std::size_t i = 0; i < seen.size(); i += every) sizes.push_back(std::abs(seen[i].rest));
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  return *middle;
}

Aligner::Fit Aligner::measured(const Alignment& alignment, const SourceView& source) const {
  const std::vector<Seen> seen = seen_by(alignment, source);
  Fit fit{.count = seen.size()};
  if (seen.size() < fewest_samples) return fit;
  // Tukey's weights: what moves by itself, or lies at another depth, has no say.
  const auto limit = static_cast<float>(std::max(5.0, 4.685 * 1.4826 * median(seen)));
  Block block;
  int added = 0;
  for (const Seen& s : seen) {
    fit.error += std::min(std::abs(s.rest), 30.0F);
    const float r = s.rest / limit;
    if (std::abs(r) >= 1) continue;
    const Sample& at = *s.sample;
    block.add((1 - r * r) * (1 - r * r), {at.dx, at.dx * at.unit.x, at.dx * at.unit.y, at.dy},
              {at.dy * at.unit.x, at.dy * at.unit.y, at.value, 1}, s.rest);
    if (++added % Block::most == 0) block.flush(fit.normal, fit.right);
  }
  block.flush(fit.normal, fit.right);
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
