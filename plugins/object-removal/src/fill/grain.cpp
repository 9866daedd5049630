#include "grain.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace reel::removal {
namespace {

constexpr int grain_block = 8;   // samples
constexpr int grain_tile = 512;  // samples of noise in each direction, used again and again from other places

cv::Mat fine_part(const cv::Mat& values) {
  cv::Mat smooth;
  cv::GaussianBlur(values, smooth, {5, 5}, 1.1);
  return values - smooth;
}

/// How strong the grain is where nothing else is; 0: it cannot be told. `outside`: CV_8U, where samples are.
double grain_of(const cv::Mat& values, const cv::Mat& outside) {
  const cv::Mat detail = fine_part(values);
  std::vector<double> deviations;
  for (int y = 0; y + grain_block <= values.rows; y += grain_block)
    for (int x = 0; x + grain_block <= values.cols; x += grain_block) {
      const cv::Rect part(x, y, grain_block, grain_block);
      if (cv::countNonZero(outside(part)) < grain_block * grain_block) continue;
      deviations.push_back(std::sqrt(cv::norm(detail(part), cv::NORM_L2SQR) / (grain_block * grain_block)));
    }
  constexpr std::size_t fewest = 6;
  constexpr double smoothest = 0.2;  // share of blocks that are taken to hold nothing but grain
  if (deviations.size() < fewest) return 0;
  const auto at = deviations.begin() + static_cast<std::ptrdiff_t>(smoothest * double(deviations.size()));
  std::nth_element(deviations.begin(), at, deviations.end());
  return *at;
}

/// As strong as 1 after fine_part().
const cv::Mat& noise() {
  static const cv::Mat made = [] {
    cv::Mat samples(grain_tile, grain_tile, CV_32F);
    cv::RNG(1).fill(samples, cv::RNG::NORMAL, 0, 1);
    cv::Scalar mean, deviation;
    cv::meanStdDev(fine_part(samples), mean, deviation);
    return cv::Mat(samples / deviation[0]);
  }();
  return made;
}

/// A part of the noise, another one for each seed.
cv::Mat noise_of(cv::Size size, std::uint64_t seed) {
  cv::RNG random(seed * 0x9E3779B97F4A7C15ULL + 1);
  const int left = random.uniform(0, grain_tile), top = random.uniform(0, grain_tile);
  cv::Mat made(size, CV_32F);
  for (int y = 0; y < size.height; ++y) {
    const auto* const from = noise().ptr<float>((top + y) % grain_tile);
    auto* const to = made.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) to[x] = from[(left + x) % grain_tile];
  }
  return made;
}

}  // namespace

void add_grain(Patch& patch, const cv::Mat& plane, int depth, std::uint64_t seed) {
  constexpr int surroundings = 24;  // samples
  constexpr double least = 0.3;     // steps of 8 bits: less cannot be seen
  const cv::Rect area = widened(patch.area, surroundings, plane.size());
  cv::Mat around, outside(area.size(), CV_8U, cv::Scalar(255));
  plane(area).convertTo(around, CV_32F, 1.0 / (1 << (depth - 8)));
  const cv::Rect inner = patch.area - area.tl();
  cv::Mat(patch.opacity <= 0).copyTo(outside(inner));
  const double grain = grain_of(around, outside);
  if (grain < least) return;
  // What the patch has of it already.
  const cv::Mat detail = fine_part(patch.values);
  cv::Mat has;
  cv::boxFilter(detail.mul(detail), has, CV_32F, {grain_block - 1, grain_block - 1});
  cv::Mat lacks = cv::max(grain * grain - has, 0.0);
  cv::sqrt(lacks, lacks);
  // The samples are others' as well, who go on with them.
  const cv::Mat grainy = patch.values + lacks.mul(noise_of(patch.values.size(), seed));
  patch.values = grainy;
}

}  // namespace reel::removal
