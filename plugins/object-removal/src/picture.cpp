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
