#include "cover.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "picture.hpp"

namespace reel::removal {
namespace {

constexpr int squares = 4;          // across
constexpr int smallest_square = 8;  // samples

/// A part of a mask with what is around it, in samples of the picture.
struct Part {
  cv::Rect area;
  cv::Mat opacity;  ///< CV_32F
  int square;
};

/// How thick it is where it is thickest: people who stand side by side are no larger than one of them.
int thickness(const cv::Mat& mask) {
  cv::Mat framed, distance;
  cv::copyMakeBorder(mask, framed, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  cv::distanceTransform(framed, distance, cv::DIST_L2, 3);
  double most = 0;
  cv::minMaxLoc(distance, nullptr, &most);
  return static_cast<int>(std::ceil(2 * most));
}

Part part_of(const cv::Mat& labels, int label, const cv::Rect& box, double margin) {
  const int size = thickness(labels(box) == label);
  const int reach = static_cast<int>(std::ceil(margin * size)) + 2, soft = std::max(2, size / 10);
  const int around = reach + 2 * soft;
  const cv::Rect area = widened(box, around, labels.size());
  Part part{.area = area, .opacity = {}, .square = std::max(smallest_square, (size + squares - 1) / squares)};
  // An even blur reaches `soft` inwards: what was widened by that much more is full where it has to be.
  grown(labels(area) == label, reach + soft).convertTo(part.opacity, CV_32F, 1.0 / 255);
  cv::blur(part.opacity, part.opacity, {2 * soft + 1, 2 * soft + 1}, {-1, -1}, cv::BORDER_REPLICATE);
  return part;
}

/// The part of a plane that lies under an area of the picture.
cv::Rect on_plane(const cv::Rect& area, cv::Size plane, cv::Size picture) {
  const auto scaled = [](int n, int to, int of) { return n * to / of; };
  const cv::Point first(scaled(area.x, plane.width, picture.width), scaled(area.y, plane.height, picture.height));
  const cv::Point end((area.br().x * plane.width + picture.width - 1) / picture.width,
                      (area.br().y * plane.height + picture.height - 1) / picture.height);
  return {first, end};
}

/// What is shown instead of a part of a plane, whose squares have that side.
cv::Mat unrecognisable(const cv::Mat& part, double side_x, double side_y, Cover kind) {
  const auto count = [](int length, double side) { return std::max(1, static_cast<int>(length / side)); };
  cv::Mat means, made;
  cv::resize(part, means, {count(part.cols, side_x), count(part.rows, side_y)}, 0, 0, cv::INTER_AREA);
  cv::resize(means, made, part.size(), 0, 0, kind == Cover::pixelate ? cv::INTER_NEAREST : cv::INTER_LINEAR);
  return made;
}

void mix(cv::Mat plane, const cv::Mat& instead, const cv::Mat& opacity) {
  cv::Mat was, will;
  plane.convertTo(was, CV_32F);
  instead.convertTo(will, CV_32F);
  was += opacity.mul(will - was);
  was.convertTo(plane, plane.type());
}

}  // namespace

void cover(std::vector<cv::Mat>& planes, int depth, const cv::Mat& mask, Cover kind, double margin) {
  cv::Mat labels, stats, centres;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centres);
  for (int label = 1; label < count; ++label) {
    const cv::Rect box(stats.at<int>(label, cv::CC_STAT_LEFT), stats.at<int>(label, cv::CC_STAT_TOP),
                       stats.at<int>(label, cv::CC_STAT_WIDTH), stats.at<int>(label, cv::CC_STAT_HEIGHT));
    const Part part = part_of(labels, label, box, margin);
    for (std::size_t p = 0; p < planes.size(); ++p) {
      cv::Mat plane = planes[p](on_plane(part.area, planes[p].size(), mask.size()));
      cv::Mat opacity, instead;
      cv::resize(part.opacity, opacity, plane.size(), 0, 0, cv::INTER_AREA);
      const double x = double(planes[p].cols) / mask.cols, y = double(planes[p].rows) / mask.rows;
      if (kind == Cover::fill)
        instead = cv::Mat(plane.size(), plane.type(), cv::Scalar((p == 0 ? 16 : 128) << (depth - 8)));
      else
        instead = unrecognisable(plane, part.square * x, part.square * y, kind);
      mix(plane, instead, opacity);
    }
  }
}

}  // namespace reel::removal
