#include "picture.hpp"

#include <opencv2/imgproc.hpp>

namespace reel::removal {

cv::Mat shrunk(const cv::Mat& plane, int depth, cv::Size size) {
  cv::Mat small = plane;
  if (plane.size() != size) cv::resize(plane, small, size, 0, 0, cv::INTER_AREA);
  cv::Mat made;
  small.convertTo(made, CV_8U, 1.0 / (1 << (depth - 8)));
  return made;
}

cv::Rect widened(cv::Rect box, int by, cv::Size limit) {
  return cv::Rect(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by) & cv::Rect({}, limit);
}

cv::Mat grown(const cv::Mat& mask, int by) {
  cv::Mat made;
  cv::dilate(mask, made, cv::Mat::ones(2 * by + 1, 2 * by + 1, CV_8U));
  return made;
}

cv::Mat grown_by(const cv::Mat& mask, double by) {
  if (by <= 0) return mask;
  const cv::Rect area = widened(cv::boundingRect(mask), static_cast<int>(by) + 1, mask.size());
  cv::Mat made(mask.size(), CV_8U, cv::Scalar(0)), distance;
  if (area.area() == 0) return made;
  cv::distanceTransform(mask(area) == 0, distance, cv::DIST_L2, 5);
  cv::Mat(distance <= by).copyTo(made(area));
  return made;
}

namespace {

constexpr double luma_range = 255.0 / 219, chroma_range = 255.0 / 224;
const cv::Matx33d to_bgr(luma_range, 1.772 * chroma_range, 0,                       //
                         luma_range, -0.344 * chroma_range, -0.714 * chroma_range,  //
                         luma_range, 0, 1.402 * chroma_range);
const cv::Vec3d zero(16, 128, 128);

cv::Mat transformed(const cv::Mat& samples, const cv::Matx33d& matrix, const cv::Vec3d& offset) {
  cv::Matx34d all;
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) all(row, column) = matrix(row, column);
    all(row, 3) = offset[row];
  }
  cv::Mat made;
  cv::transform(samples, made, all);
  return made;
}

}  // namespace

cv::Mat bgr_of(const cv::Mat& yuv) { return transformed(yuv, to_bgr, -(to_bgr * zero)); }
cv::Mat yuv_of(const cv::Mat& bgr) { return transformed(bgr, to_bgr.inv(), zero); }

cv::Mat shrunk_mask(const cv::Mat& mask, const WorkScale& scale) {
  if (scale.factor() == 1) return mask;
  const int f = scale.factor();
  cv::Mat made(scale.size(), CV_8U, cv::Scalar(0));
  const cv::Rect box = cv::boundingRect(mask);
  for (int y = box.y; y < box.br().y; ++y) {
    const auto* const from = mask.ptr<std::uint8_t>(y);
    auto* const to = made.ptr<std::uint8_t>(y / f);
    for (int x = box.x; x < box.br().x; ++x) to[x / f] |= from[x];
  }
  return made;
}

}  // namespace reel::removal
