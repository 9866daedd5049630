#include "cut_out.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/imgproc/detail/gcgraph.hpp>
#include <vector>

namespace reel::removal::track {

namespace {

using Graph = cv::detail::GCGraph<float>;

float squared_distance(const cv::Vec3b& a, const cv::Vec3b& b) {
  const int y = a[0] - b[0], u = a[1] - b[1], v = a[2] - b[2];
  return static_cast<float>(y * y + 2 * (u * u + v * v));
}

/// What makes an edge: the mean squared distance of neighbours.
float contrast(const cv::Mat& patch) {
  double sum = 1;
  for (int y = 0; y < patch.rows; ++y)
    for (int x = 1; x < patch.cols; ++x)
      sum += static_cast<double>(squared_distance(patch.at<cv::Vec3b>(y, x), patch.at<cv::Vec3b>(y, x - 1)));
  return static_cast<float>(sum / (static_cast<double>(patch.rows) * std::max(1, patch.cols - 1)));
}

/// What it costs to part two neighbours.
float bond(const cv::Vec3b& a, const cv::Vec3b& b, float contrast) {
  constexpr float edge_width = 1.6f, always = 0.25f;
  return always + edge_width * std::exp(-squared_distance(a, b) / (2 * contrast));
}

void add_samples(Graph& graph, const cv::Mat& log_odds, const cv::Mat& patch) {
  const float level = contrast(patch);
  for (int y = 0; y < patch.rows; ++y)
    for (int x = 0; x < patch.cols; ++x) {
      const int at = graph.addVtx();
      const float odds = log_odds.at<float>(y, x);
      graph.addTermWeights(at, std::max(odds, 0.0f), std::max(-odds, 0.0f));
      const cv::Vec3b& here = patch.at<cv::Vec3b>(y, x);
      const auto join = [&](int other, const cv::Vec3b& there) {
        const float cost = bond(here, there, level);
        graph.addEdges(at, other, cost, cost);
      };
      if (x > 0) join(at - 1, patch.at<cv::Vec3b>(y, x - 1));
      if (y > 0) join(at - patch.cols, patch.at<cv::Vec3b>(y - 1, x));
    }
}

struct Part {
  int label = 0, area = 0, overlap = 0;
};

/// Parts of `mask` by how much of `core` they cover, most first.
std::vector<Part> parts_by_overlap(const cv::Mat& mask, const cv::Mat& core, const cv::Mat& labels, int count) {
  std::vector<Part> parts(static_cast<std::size_t>(count));
  for (int y = 0; y < mask.rows; ++y)
    for (int x = 0; x < mask.cols; ++x) {
      if (!mask.at<uchar>(y, x)) continue;
      Part& part = parts[static_cast<std::size_t>(labels.at<int>(y, x))];
      part.label = labels.at<int>(y, x);
      ++part.area;
      if (core.at<uchar>(y, x)) ++part.overlap;
    }
  std::erase_if(parts, [](const Part& p) { return p.overlap == 0; });
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.overlap > b.overlap; });
  return parts;
}

cv::Mat chosen_parts(const cv::Mat& mask, const cv::Mat& core, int gap, double most) {
  // A thin neck must not cost a head.
  cv::Mat labels;
  const int count = cv::connectedComponents(dilated(mask, gap), labels, 8, CV_32S);
  cv::Mat out = cv::Mat::zeros(mask.size(), CV_8U);
  double area = 0;
  for (const Part& part : parts_by_overlap(mask, core, labels, count)) {
    if (area > 0 && (area + part.area > most || part.overlap < 0.2 * part.area)) continue;
    area += part.area;
    out.setTo(255, (labels == part.label) & mask);
  }
  return out;
}

}  // namespace

cv::Mat cut_out(const cv::Mat& log_odds, const cv::Mat& patch) {
  const auto samples = static_cast<unsigned>(patch.rows * patch.cols);
  Graph graph(samples, 4 * samples);
  add_samples(graph, log_odds, patch);
  if (samples > 1) graph.maxFlow();
  cv::Mat out(patch.size(), CV_8U);
  for (int y = 0; y < out.rows; ++y)
    for (int x = 0; x < out.cols; ++x) out.at<uchar>(y, x) = graph.inSourceSegment(y * out.cols + x) ? 255 : 0;
  return out;
}

cv::Mat filled(const cv::Mat& mask) {
  cv::Mat outside;
  cv::copyMakeBorder(mask, outside, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  cv::floodFill(outside, {0, 0}, cv::Scalar(255));
  return mask | (outside({1, 1, mask.cols, mask.rows}) == 0);
}

cv::Mat dilated(const cv::Mat& mask, int radius) {
  if (radius < 1) return mask.clone();
  // Faster than a structuring element when the radius is large.
  cv::Mat distance;
  cv::distanceTransform(mask == 0, distance, cv::DIST_L2, 3);
  return distance <= radius + 0.3;
}

cv::Mat tidy(const cv::Mat& mask, const cv::Mat& core, int gap, double most) {
  const cv::Mat kept = chosen_parts(mask, core, gap, most);
  if (gap < 1) return filled(kept);
  cv::Mat out;
  cv::morphologyEx(kept, out, cv::MORPH_CLOSE,
                   cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * gap + 1, 2 * gap + 1}));
  return filled(out);
}

cv::Mat signed_distance(const cv::Mat& mask) {
  cv::Mat outside, inside;
  if (cv::countNonZero(mask) == 0) return cv::Mat(mask.size(), CV_32F, cv::Scalar(1e4));
  cv::distanceTransform(mask == 0, outside, cv::DIST_L2, 3);
  cv::distanceTransform(mask, inside, cv::DIST_L2, 3);
  return outside - inside;
}

}  // namespace reel::removal::track
