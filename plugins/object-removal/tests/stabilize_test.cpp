#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>
#include <random>
#include <reel/testing/testing.hpp>
#include <string>
#include <vector>

#include "media.hpp"
#include "steady/camera_path.hpp"
#include "steady/resample.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A photograph that is filmed by hand: what the camera has in its middle is known for each picture.
class StabilizeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("object-removal"); }

  static const cv::Mat& photograph() {
    static const cv::Mat photo = [] {
      const std::string bytes =
          reel::tests::ffmpeg("-ss 0.5 -i " + reel::tests::quoted(reel::tests::clip("cockatoo.mp4")) +
                              " -frames:v 1 -vf scale=640:360 -pix_fmt gray -f rawvideo -");
      if (bytes.size() != 640UL * 360) throw std::runtime_error("no photograph");
      return cv::Mat(360, 640, CV_8U, const_cast<char*>(bytes.data())).clone();
    }();
    return photo;
  }

  struct Shot {
    std::string format = "I420";
    int width = 320, height = 180, count = 75;
    double shake = 6;    ///< samples
    double lean = 0.01;  ///< radians
    double pan = 0;      ///< samples a picture
    unsigned seed = 1;
    int noise = 2;
  };

  /// Wobbles of two to five a second, at 25 pictures a second.
  static double wobble(double i, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> pitch(2, 5), phase(0, 6.28);
    double sum = 0;
    for (int n = 0; n < 4; ++n) {
      const double hertz = pitch(random), from = phase(random);
      sum += std::sin(2 * CV_PI * hertz * i / 25 + from) / 2;
    }
    return sum;
  }

  static std::vector<Picture> film(const Shot& s) {
    std::vector<Picture> pictures;
    std::mt19937 random(s.seed);
    for (int i = 0; i < s.count; ++i) {
      const double angle = s.lean * wobble(i, s.seed + 2),
                   x = s.shake * wobble(i, s.seed) - s.pan * (i - s.count / 2.0), y = s.shake * wobble(i, s.seed + 1),
                   c = std::cos(angle), n = std::sin(angle);
      const cv::Matx23d m(c, -n, s.width / 2.0 + x - c * 320 + n * 180, n, c, s.height / 2.0 + y - n * 320 - c * 180);
      cv::Mat seen;
      cv::warpAffine(photograph(), seen, m, {s.width, s.height}, cv::INTER_CUBIC, cv::BORDER_REFLECT);
      const int unit = 1 << (Picture(s.format, s.width, s.height).depth() - 8);
      pictures.push_back(Picture::make(s.format, s.width, s.height, [&](int plane, int px, int py) {
        if (plane > 0) return 128 * unit;
        const int grain =
            s.noise > 0 ? static_cast<int>(random() % static_cast<unsigned>(2 * s.noise + 1)) - s.noise : 0;
        return std::clamp(seen.at<std::uint8_t>(py, px) + grain, 0, 255) * unit;
      }));
    }
    return pictures;
  }
  static Shot without_shake(Shot s) {
    s.shake = 0, s.lean = 0;
    return s;
  }

  static cv::Mat luma(const Picture& p) {
    cv::Mat made(p.height(), p.width(), CV_32F);
    for (int y = 0; y < p.height(); ++y)
      for (int x = 0; x < p.width(); ++x)
        made.at<float>(y, x) = static_cast<float>(p.at(0, x, y)) / static_cast<float>(1 << (p.depth() - 8));
    return made;
  }

  /// How far apart two pictures of one scene are, in samples, where that is most: at a corner.
  static double apart(const Picture& a, const Picture& b) {
    cv::Mat turned = cv::Mat::eye(2, 3, CV_32F);
    const cv::TermCriteria until{cv::TermCriteria::COUNT + cv::TermCriteria::EPS, 60, 1e-5};
    cv::findTransformECC(luma(a), luma(b), turned, cv::MOTION_EUCLIDEAN, until, cv::noArray(), 5);
    double worst = 0;
    for (const cv::Point2d corner : {cv::Point2d(0, 0), cv::Point2d(a.width(), 0), cv::Point2d(0, a.height()),
                                     cv::Point2d(a.width(), a.height())}) {
      const cv::Matx21d there = cv::Matx23d(turned) * cv::Matx31d(corner.x, corner.y, 1);
      worst = std::max(worst, std::hypot(there(0) - corner.x, there(1) - corner.y));
    }
    return worst;
  }

  static std::string stage(const std::string& properties) { return "reel-stabilize " + properties; }
};

TEST_F(StabilizeTest, AStillCameraStandsStill) {
  const auto in = film({});
  ASSERT_GT(apart(in[0], in[40]), 2);
  const auto got = run_video(stage("camera=still border=replicate"), in).pictures;
  ASSERT_EQ(got.size(), in.size());
  for (std::size_t i = 0; i < in.size(); i += 3) EXPECT_LT(apart(in[0], got[i]), 0.3) << i;
}

TEST_F(StabilizeTest, AMovingCameraGoesOnWithoutTheShake) {
  for (const double pan : {0.0, 1.5}) {
    const Shot shot{.count = 80, .pan = pan};
    const auto in = film(shot), truth = film(without_shake(shot));
    const auto got = run_video(stage("border=replicate"), in).pictures;
    ASSERT_EQ(got.size(), in.size());
    for (std::size_t i = 20; i < 60; i += 3) EXPECT_LT(apart(truth[i], got[i]), 0.3) << i << " of pan " << pan;
  }
}

TEST_F(StabilizeTest, TenBitsAndOtherFormats) {
  for (const char* const format : {"I420_10LE", "I420_12LE", "Y42B", "Y444", "GRAY8", "I422_10LE", "YV12"}) {
    const auto in = film({.format = format, .width = 321, .height = 181, .count = 12});
    const auto got = run_video(stage("camera=still border=replicate"), in).pictures;
    ASSERT_EQ(got.size(), in.size()) << format;
    for (std::size_t i = 0; i < in.size(); i += 5) {
      EXPECT_LT(apart(in[0], got[i]), 0.3) << format << ' ' << i;
      got[i].for_each([&](int c, int x, int y) { ASSERT_LE(got[i].at(c, x, y), got[i].full_scale()); });
    }
  }
}

TEST_F(StabilizeTest, OutsideItsTimesNothingChangesAndNothingJumps) {
  const auto in = film({.count = 80});
  const auto got = run_video(stage("during=800ms..2400ms border=replicate"), in).pictures;
  ASSERT_EQ(got.size(), in.size());
  for (std::size_t i = 0; i < in.size(); ++i)
    EXPECT_TRUE((i >= 20 && i < 60) || max_difference(in[i], got[i]) == 0) << i;
  EXPECT_GT(apart(in[40], got[40]) + apart(in[41], got[41]), 1);
  for (const std::size_t i : {20, 59}) EXPECT_LT(apart(in[i], got[i]), 0.3) << i;
}

TEST_F(StabilizeTest, ACameraThatStoodStillIsLeftAlone) {
  const auto in = film(without_shake({.count = 30, .noise = 1}));
  const auto got = run_video(stage(""), in).pictures;
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_EQ(max_difference(in[i], got[i]), 0) << i;
}

TEST_F(StabilizeTest, EachSceneStandsByItself) {
  auto in = film({.count = 20});
  for (const Picture& p : film({.count = 20, .seed = 9})) {
    Picture negative = p;
    negative.for_each([&](int c, int x, int y) {
      if (c == 0) negative.set(c, x, y, 255 - p.at(0, p.width() - 1 - x, y));
    });
    in.push_back(negative);
  }
  const auto got = run_video(stage("camera=still border=replicate"), in).pictures;
  ASSERT_EQ(got.size(), in.size());
  for (std::size_t i = 0; i < in.size(); i += 3) EXPECT_LT(apart(in[i < 20 ? 0 : 20], got[i]), 0.3) << i;
}

/// The window that it declares is all that it needs to know.
TEST_F(StabilizeTest, APartIsCorrectedAsInTheWhole) {
  const auto in = film({.width = 160, .height = 90, .count = 170, .shake = 3});
  const auto whole = run_video(stage("smoothing=1 during=3s..3800ms"), in).pictures;
  const std::vector<Picture> some(in.begin() + 15, in.begin() + 155);
  const auto part = run_video(stage("smoothing=1 during=3s..3800ms"), some, {.start = 600ms}).pictures;
  ASSERT_EQ(part.size(), 140U);
  EXPECT_GT(max_difference(whole[85], in[85]), 10);
  for (std::size_t i = 75; i < 95; ++i) EXPECT_LE(max_difference(whole[i], part[i - 15]), 2) << i;
}

TEST_F(StabilizeTest, AnythingGoesThrough) {
  EXPECT_EQ(max_difference(film({.count = 1})[0], run_video(stage(""), film({.count = 1})).pictures.at(0)), 0);
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{{1, 1}, {3, 2}, {17, 11}})
    EXPECT_EQ(run_video(stage("camera=still"), film({.width = width, .height = height, .count = 5})).pictures.size(),
              5U);
  const std::vector<Picture> black(8, Picture::solid("I420", 320, 180, {16, 128, 128, 0}));
  for (const Picture& p : run_video(stage(""), black).pictures) EXPECT_EQ(max_difference(p, black[0]), 0);
  std::vector<Picture> noise;
  for (unsigned i = 0; i < 12; ++i) noise.push_back(Picture::noise("I420", 321, 181, i + 1));
  EXPECT_EQ(run_video(stage("camera=still zoom=1.5"), noise).pictures.size(), 12U);
}

TEST_F(StabilizeTest, NoStrengthChangesNothing) {
  const auto in = film({.count = 10});
  const auto got = run_video(stage("strength=0 zoom=1.2"), in).pictures;
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_EQ(max_difference(in[i], got[i]), 0) << i;
}

TEST_F(StabilizeTest, SaysThatNothingIsMadeSmaller) {
  try {
    run_video(stage("zoom=0.5"), film({.count = 2}));
    FAIL() << "no error";
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("a picture is not made smaller"));
  }
}

namespace steady = reel::removal::steady;

/// OpenCV samples the same places, with a slightly sharper cubic, in all directions at once.
TEST(Resample, AgreesWithASecondOpinion) {
  cv::Mat picture(120, 200, CV_8U);
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x)
      picture.at<std::uint8_t>(y, x) =
          static_cast<std::uint8_t>(128 + 60 * std::sin(x * 0.21) + 50 * std::cos(y * 0.17));
  for (const double angle : {0.0, 0.02, -0.05, 0.2})
    for (const double scale : {0.9, 1.0, 1.05}) {
      const double c = scale * std::cos(angle), n = scale * std::sin(angle);
      const cv::Matx23d matrix(c, -n, 3.3 + 60 * n, n, c, -2.7 - 100 * n);
      cv::Mat got(picture.size(), CV_8U), expected;
      steady::resample(picture, got, matrix, 255);
      cv::warpAffine(picture, expected, matrix, picture.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP,
                     cv::BORDER_REPLICATE);
      const cv::Rect inside(30, 30, 140, 60);
      EXPECT_LT(cv::norm(got(inside), expected(inside), cv::NORM_INF), 4) << angle << ' ' << scale;
      EXPECT_LT(cv::norm(got(inside), expected(inside), cv::NORM_L1) / inside.area(), 1) << angle << ' ' << scale;
    }
}

/// A hand that shakes far more than can be hidden.
TEST(CameraPath, ShowsNoBorder) {
  const cv::Size size(640, 360);
  for (const double zoom : {0.0, 1.0, 1.1}) {
    steady::CameraPath path;
    path.begin({.size = size,
                .smoothing = 1s,
                .pictures = 25,
                .stands_still = false,
                .zoom = zoom,
                .most_zoom = zoom > 0 ? zoom : 1.25},
               0);
    std::mt19937 random(3);
    std::normal_distribution<double> spread(0, 1);
    for (int i = 0; i < 120; ++i)
      path.add(i * 40ms, steady::Similarity{.turn = std::polar(1 + 0.01 * spread(random), 0.02 * spread(random)),
                                            .shift = {20 * spread(random), 20 * spread(random)}});
    for (int i = 0; i < 120; ++i)
      for (const double share : {0.3, 1.0})
        EXPECT_LE(steady::enlargement_for(path.view(i).share(share), size), 1 + 1e-3) << i << " of zoom " << zoom;
  }
}

/// Its zoom changes so slowly that nobody sees it.
TEST(CameraPath, ZoomsSlowly) {
  const cv::Size size(640, 360);
  steady::CameraPath path;
  path.begin({.size = size, .smoothing = 1s, .pictures = 25, .stands_still = false, .zoom = 0, .most_zoom = 1.25}, 0);
  for (int i = 0; i < 150; ++i)
    path.add(i * 40ms, steady::Similarity{.turn = 1, .shift = i == 70 ? 40.0 : i == 71 ? -40.0 : 0.0});
  double before = 1, most = 1;
  for (int i = 0; i < 150; ++i) {
    const double zoom = 1 / path.view(i).turn.real();
    EXPECT_LT(std::abs(zoom - before), 0.01) << i;
    before = zoom, most = std::max(most, zoom);
  }
  EXPECT_GT(most, 1.08);
  EXPECT_NEAR(before, 1, 1e-3);
}

}  // namespace
