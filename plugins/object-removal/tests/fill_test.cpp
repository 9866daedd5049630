#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <opencv2/imgproc.hpp>

#include "fill/composite.hpp"
#include "fill/finish.hpp"
#include "fill/pull_push.hpp"

namespace reel::removal {
namespace {

using Surface = std::function<double(double, double)>;

double texture(double x, double y) {
  return 120 + 40 * std::sin(x * 0.31 + std::sin(y * 0.17)) + 35 * std::cos(y * 0.27 - x * 0.11);
}

/// Samples of a surface, times `unit`.
template <class T>
cv::Mat drawn(cv::Size size, const Surface& surface, double unit = 1) {
  cv::Mat_<T> made(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) made(y, x) = cv::saturate_cast<T>(unit * surface(x, y));
  return made;
}

cv::Mat mask_of(cv::Size size, cv::Rect box) {
  cv::Mat mask(size, CV_8U, cv::Scalar(0));
  mask(box).setTo(255);
  return mask;
}

HolePtr hole_of(cv::Size size, cv::Rect box) { return std::make_shared<Hole>(mask_of(size, box), WorkScale(size), 2); }

/// The means of cells say what a picture is like, also where its last cells are not whole.
TEST(PullPush, CellsKeepWhatIsSmooth) {
  const cv::Mat ramp = drawn<float>({61, 43}, [](double x, double y) { return 2 * x + 3 * y; });
  const cv::Mat again = refined(coarse(ramp, 2), 2, ramp.size());
  ASSERT_EQ(again.size(), ramp.size());
  const cv::Rect inside(2, 2, 57, 39);
  EXPECT_LT(cv::norm(again(inside), ramp(inside), cv::NORM_INF), 0.01);
}

TEST(PullPush, CellsContinueWhatIsAroundAHole) {
  const cv::Mat ramp = drawn<float>({80, 60}, [](double x, double y) { return x + y; });
  cv::Mat known(ramp.size(), CV_32F, cv::Scalar(1)), holed = ramp.clone();
  const cv::Rect hole(31, 21, 17, 15);
  known(hole).setTo(0), holed(hole).setTo(1000);  // what is in the hole must not matter
  for (const int step : {1, 2, 3})
    EXPECT_LT(
        cv::norm(refined(coarse_pull_push(holed, known, step), step, ramp.size())(hole), ramp(hole), cv::NORM_INF), 8)
        << step;
}

/// A source that lies elsewhere, in another light.
TEST(Alignment, FindsMotionAndLight) {
  const cv::Size size(240, 160);
  const cv::Mat now = drawn<std::uint8_t>(size, texture);
  const SourceView source{
      drawn<std::uint8_t>(size, [](double x, double y) { return (texture(x + 1.4, y - 0.8) - 6) / 0.9; }),
      std::nullopt};
  Alignment found;
  Aligner(now, mask_of(size, {90, 60, 50, 40})).refine(found, source, 10);
  const cv::Point2d at = apply(found.matrix, {110, 80});
  EXPECT_NEAR(at.x, 110 - 1.4, 0.1);
  EXPECT_NEAR(at.y, 80 + 0.8, 0.1);
  EXPECT_NEAR(found.gain, 0.9, 0.03);
  EXPECT_NEAR(found.gain * 120 + found.bias, 0.9 * 120 + 6, 2);
  EXPECT_LT(found.error, 1.5);
  EXPECT_TRUE(found.plausible());
}

TEST(Alignment, WhatMakesNoSenseIsNotPlausible) {
  EXPECT_TRUE((Alignment{.gain = 1.4, .bias = -40}.plausible()));
  EXPECT_FALSE((Alignment{.gain = 4.6, .bias = -600}.plausible()));
  EXPECT_FALSE((Alignment{.gain = 0.1, .bias = 140}.plausible()));
  EXPECT_FALSE((Alignment{.gain = 1, .bias = 100}.plausible()));
  EXPECT_FALSE((Alignment{.matrix = {2, 0, 0, 0, 2, 0, 0, 0, 1}}.plausible()));
}

/// One source, a part of a sample aside: each sample is the surface there, also at the edges of the source.
template <class T>
void expect_shown(int depth, cv::Rect box) {
  const cv::Size size(120, 90);
  const cv::Point2d aside(2.37, -1.61);
  const Picture other{{drawn<T>(size, texture, 1 << (depth - 8))}, depth, nullptr};
  const SourceView view{drawn<std::uint8_t>(size, texture), std::nullopt};
  const Alignment alignment{.matrix = {1, 0, aside.x, 0, 1, aside.y, 0, 0, 1}, .error = 0};
  const std::vector<Source> sources{{&other, &view, alignment, -3}};
  const HolePtr hole = hole_of(size, box);
  const PlaneHole plane = hole->in_planes({size}).front();
  const SourceGrid grid(sources, widened(box, ring_width + 1, {1000, 1000}));
  const Composite made = composed(sources, grid, 0, plane, cv::Matx33d::eye());
  int shown = 0;
  for (int y = box.y; y < box.br().y; ++y)
    for (int x = box.x; x < box.br().x; ++x) {
      if (made.known.at<float>(y - plane.area.y, x - plane.area.x) < 1) continue;
      ++shown;
      ASSERT_NEAR(made.values.at<float>(y - plane.area.y, x - plane.area.x), texture(x + aside.x, y + aside.y), 1.2)
          << x << ", " << y;
    }
  EXPECT_GT(shown, box.area() / 2);
}

TEST(Composite, ShowsPartsOfSamples) { expect_shown<std::uint8_t>(8, {40, 30, 40, 30}); }
TEST(Composite, ShowsDeepSamples) { expect_shown<std::uint16_t>(10, {40, 30, 40, 30}); }
TEST(Composite, ShowsTheEdgesOfAPicture) {
  expect_shown<std::uint8_t>(8, {80, 50, 40, 40});
  expect_shown<std::uint16_t>(12, {0, 0, 30, 30});
}

/// A stroke is filled from both sides: that is believed to be better than the fill of a hole where nothing is near.
TEST(Finish, TheSpatialFillOfAThinHoleIsTrustedMore) {
  const cv::Size size(200, 160);
  const cv::Mat picture = drawn<float>(size, texture);
  const auto error = [&](cv::Rect box) {
    const PlaneHole hole = hole_of(size, box)->in_planes({size}).front();
    return cv::mean(spatial_error(hole, picture(hole.area)))[0];
  };
  EXPECT_LT(error({90, 40, 8, 80}), 0.8 * error({60, 40, 80, 80}));
}

}  // namespace
}  // namespace reel::removal
