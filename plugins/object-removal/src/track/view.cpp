#include "view.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace reel::removal::track {

namespace {

cv::Mat plane_of(const cv::Mat& chroma, cv::Size size) {
  if (chroma.empty()) return cv::Mat(size, CV_8U, cv::Scalar(128));
  if (chroma.size() == size) return chroma;
  cv::Mat resized;
  cv::resize(chroma, resized, size, 0, 0, cv::INTER_LINEAR);
  return resized;
}

/// Points of a picture to points of the same picture shrunk by `factor`, with sample centres at half-integers of each.
cv::Matx33d shrink(double factor) {
  const double offset = 0.5 / factor - 0.5;
  return {1 / factor, 0, offset, 0, 1 / factor, offset, 0, 0, 1};
}

}  // namespace

WorkPicture::WorkPicture(const cv::Mat& luma, const cv::Mat& u, const cv::Mat& v) {
  const std::array<cv::Mat, 3> planes{luma, plane_of(u, luma.size()), plane_of(v, luma.size())};
  cv::merge(planes.data(), planes.size(), levels_[0]);
  for (std::size_t level = 1; level < levels_.size(); ++level) {
    const cv::Mat& above = levels_[level - 1];
    cv::resize(above, levels_[level], {(above.cols + 1) / 2, (above.rows + 1) / 2}, 0, 0, cv::INTER_AREA);
  }
}

cv::Mat WorkPicture::luma(const cv::Rect& part) const {
  cv::Mat out;
  cv::extractChannel(levels_[0](part), out, 0);
  return out;
}

cv::Mat WorkPicture::sample(const cv::Matx33d& from, double step, cv::Size size) const {
  const std::size_t level = step >= 3 ? 2 : step >= 1.5 ? 1 : 0;
  const cv::Matx33d map = shrink(std::exp2(static_cast<double>(level))) * from;
  cv::Mat out;
  cv::warpPerspective(levels_[level], out, map, size, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  return out;
}

double WorkPicture::unlike(const WorkPicture& other) const {
  const cv::Mat &mine = levels_.back(), &theirs = other.levels_.back();
  if (mine.empty() || mine.size() != theirs.size()) return 1;
  cv::Mat difference, luma;
  cv::absdiff(mine, theirs, difference);
  cv::extractChannel(difference, luma, 0);
  return cv::countNonZero(luma > 20) / static_cast<double>(luma.total());
}

View View::around(const cv::Rect2d& box, cv::Size picture, double budget) {
  const cv::Rect2d whole(0, 0, picture.width, picture.height);
  View view;
  view.area = box & whole;
  if (view.area.width < 16 || view.area.height < 16)
    view.area = cv::Rect2d(std::clamp(middle(box).x - 8, 0.0, std::max(0.0, whole.width - 16)),
                           std::clamp(middle(box).y - 8, 0.0, std::max(0.0, whole.height - 16)), 16, 16) &
                whole;
  view.step = std::max(1.0, std::sqrt(view.area.area() / budget));
  view.size = {std::max(1, static_cast<int>(view.area.width / view.step)),
               std::max(1, static_cast<int>(view.area.height / view.step))};
  const double offset = 0.5 * view.step - 0.5;
  view.to_picture = {view.step, 0, view.area.x + offset, 0, view.step, view.area.y + offset, 0, 0, 1};
  return view;
}

cv::Mat View::crop(const cv::Mat& plane, int interpolation) const {
  cv::Mat out;
  cv::warpPerspective(plane, out, to_picture, size, interpolation | cv::WARP_INVERSE_MAP);
  return out;
}

cv::Mat View::put_back(const cv::Mat& plane, cv::Size picture) const {
  cv::Mat out = cv::Mat::zeros(picture, plane.type());
  const cv::Rect target =
      cv::Rect(static_cast<int>(std::floor(area.x)), static_cast<int>(std::floor(area.y)),
               static_cast<int>(std::ceil(area.width)) + 1, static_cast<int>(std::ceil(area.height)) + 1) &
      cv::Rect({0, 0}, picture);
  const cv::Matx33d shift(1, 0, target.x, 0, 1, target.y, 0, 0, 1);
  cv::Mat part = out(target);
  // The last sample stands for what rounding left out at the right and the bottom.
  cv::warpPerspective(plane, part, to_picture.inv() * shift, target.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                      cv::BORDER_REPLICATE);
  return out;
}

cv::Rect View::locate(const cv::Rect2d& box) const {
  const int left = static_cast<int>(std::floor((box.x - area.x) / step));
  const int top = static_cast<int>(std::floor((box.y - area.y) / step));
  const int right = static_cast<int>(std::ceil((box.x + box.width - area.x) / step));
  const int bottom = static_cast<int>(std::ceil((box.y + box.height - area.y) / step));
  return cv::Rect(left, top, right - left, bottom - top) & cv::Rect({0, 0}, size);
}

cv::Rect2d View::in_picture(const cv::Rect& box) const {
  return {area.x + box.x * step, area.y + box.y * step, box.width * step, box.height * step};
}

cv::Rect2d grown(const cv::Rect2d& box, double share, double more) {
  const double dx = box.width * share + more, dy = box.height * share + more;
  return {box.x - dx, box.y - dy, box.width + 2 * dx, box.height + 2 * dy};
}

cv::Point2d middle(const cv::Rect2d& box) { return {box.x + box.width / 2, box.y + box.height / 2}; }

cv::Rect2d apply(const cv::Matx33d& homography, const cv::Rect2d& box) {
  const cv::Point2d at = middle(box), to = apply(homography, at);
  const double across = cv::norm(apply(homography, at + cv::Point2d(1, 0)) - to);
  const double down = cv::norm(apply(homography, at + cv::Point2d(0, 1)) - to);
  const double scale = std::sqrt(across * down);
  return {to.x - box.width * scale / 2, to.y - box.height * scale / 2, box.width * scale, box.height * scale};
}

}  // namespace reel::removal::track
