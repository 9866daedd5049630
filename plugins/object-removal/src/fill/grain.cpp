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

/// Blocks of a plane around a patch, none of which the patch touches: a hundred at most, from all sides.
std::vector<cv::Rect> blocks_around(const Patch& patch, cv::Size plane) {
  constexpr int surroundings = 24;  // samples
  constexpr std::size_t most = 100;
  const cv::Rect area = widened(patch.area, surroundings, plane);
  std::vector<cv::Rect> blocks;
  for (int y = area.y; y + grain_block <= area.br().y; y += grain_block)
    for (int x = area.x; x + grain_block <= area.br().x; x += grain_block) {
      const cv::Rect part(x, y, grain_block, grain_block), both = part & patch.area;
      if (both.empty() || cv::countNonZero(patch.opacity(both - patch.area.tl()) > 0) == 0) blocks.push_back(part);
    }
  const std::size_t every = blocks.size() / most + 1;
  for (std::size_t i = 0; i * every < blocks.size(); ++i) blocks[i] = blocks[i * every];
  blocks.resize((blocks.size() + every - 1) / every);
  return blocks;
}

/// How strong the grain is where nothing else is; 0: it cannot be told.
double grain_around(const Patch& patch, const cv::Mat& plane, int depth) {
  std::vector<double> deviations;
  for (const cv::Rect& block : blocks_around(patch, plane.size())) {
    constexpr int border = 2;  // of what fine_part() looks at
    const cv::Rect wide = widened(block, border, plane.size());
    cv::Mat samples;
    plane(wide).convertTo(samples, CV_32F, 1.0 / (1 << (depth - 8)));
    const double energy = cv::norm(fine_part(samples)(block - wide.tl()), cv::NORM_L2SQR);
    deviations.push_back(std::sqrt(energy / block.area()));
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
  constexpr double least = 0.3;  // steps of 8 bits: less cannot be seen
  const double grain = grain_around(patch, plane, depth);
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
