#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "track/tracker.hpp"

namespace reel::removal::track {
namespace {

constexpr int film_width = 480, film_height = 270;

/// Smooth noise, as coarse as `grain` samples.
cv::Mat texture(cv::Size size, int seed, double grain, const cv::Scalar& mean, double spread) {
  cv::Mat noise(size, CV_32FC3), out;
  cv::RNG(static_cast<std::uint64_t>(seed)).fill(noise, cv::RNG::NORMAL, 0, 1);
  cv::GaussianBlur(noise, noise, {}, grain);
  cv::Scalar m, deviation;
  cv::meanStdDev(noise, m, deviation);
  cv::Mat scaled = noise * (spread / deviation[0]);
  cv::add(scaled, mean, scaled);
  scaled.convertTo(out, CV_8UC3);
  return out;
}

/// A scene, and a walker in it with known outlines.
class Film {
 public:
  /// Where the middle of the walker is in each picture, in samples of the picture; outside: not there.
  std::function<cv::Point2d(int)> walker = [](int t) { return cv::Point2d(90 + 3 * t, 140); };
  /// What of the scene the camera has at its left upper corner.
  std::function<cv::Point2d(int)> camera = [](int) { return cv::Point2d(60, 40); };
  std::function<double(int)> size = [](int) { return 1.0; };
  /// In front of everything.
  std::function<void(cv::Mat& picture, cv::Mat& truth, int t)> front = [](cv::Mat&, cv::Mat&, int) {};
  bool chroma = true;
  double cloth_luma = 85;

  cv::Mat truth(int t) const { return draw(t).second; }
  WorkPicture picture(int t) const {
    std::vector<cv::Mat> planes;
    cv::split(draw(t).first, planes);
    return chroma ? WorkPicture(planes[0], planes[1], planes[2]) : WorkPicture(planes[0], {}, {});
  }
  /// The points of the picture before to those of this one.
  cv::Matx33d motion(int from, int to) const {
    const cv::Point2d by = camera(from) - camera(to);
    return {1, 0, by.x, 0, 1, by.y, 0, 0, 1};
  }
  std::vector<Ahead> ahead(int t, int pictures) const {
    std::vector<Ahead> out;
    for (const int distance : Tracker::looks_ahead)
      if (t + distance < pictures) out.push_back({picture(t + distance), motion(t, t + distance), distance});
    return out;
  }

  static void figure(cv::Mat& picture, cv::Mat* truth, const cv::Point2d& at, double size, int t,
                     const cv::Mat& cloth) {
    cv::Mat shape = cv::Mat::zeros(picture.size(), CV_8U);
    const auto point = [&](double x, double y) { return cv::Point(cv::Point2d(at.x + size * x, at.y + size * y)); };
    const double stride = 12 * std::sin(t * 0.5);
    const auto thick = [&](double width) { return std::max(1, static_cast<int>(size * width)); };
    cv::ellipse(shape, point(0, -14), {thick(13), thick(26)}, 0, 0, 360, 255, cv::FILLED);
    cv::circle(shape, point(0, -48), thick(9), 255, cv::FILLED);
    cv::line(shape, point(-3, 8), point(-3 - stride, 54), 255, thick(8));
    cv::line(shape, point(3, 8), point(3 + stride, 54), 255, thick(8));
    cv::Mat moved;
    const cv::Matx23d to(1, 0, at.x - cloth.cols / 2.0, 0, 1, at.y - cloth.rows / 2.0);
    cv::warpAffine(cloth, moved, to, picture.size());
    moved.copyTo(picture, shape);
    if (truth) truth->setTo(255, shape);
  }

 private:
  std::pair<cv::Mat, cv::Mat> draw(int t) const {
    const cv::Point2d corner = camera(t);
    cv::Mat picture, truth = cv::Mat::zeros(film_height, film_width, CV_8U);
    cv::getRectSubPix(scene_, {film_width, film_height}, corner + cv::Point2d(film_width / 2.0, film_height / 2.0),
                      picture);
    figure(picture, &truth, walker(t), size(t), t, cloth_ + cv::Scalar(cloth_luma - 85, 0, 0));
    front(picture, truth, t);
    cv::Mat noise(picture.size(), CV_16SC3);
    cv::RNG(static_cast<std::uint64_t>(t + 99)).fill(noise, cv::RNG::NORMAL, 0, 2);
    cv::add(picture, noise, picture, cv::noArray(), CV_8U);
    return {picture, truth};
  }

  cv::Mat scene_ = texture({1000, 400}, 1, 4, {120, 122, 130}, 22);
  cv::Mat cloth_ = texture({200, 200}, 2, 3, {85, 135, 122}, 18);
};

cv::Mat box_round(const cv::Mat& truth, int margin) {
  const cv::Rect box = cv::boundingRect(truth);
  cv::Mat out = cv::Mat::zeros(truth.size(), CV_8U);
  cv::rectangle(out, {box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin}, 255,
                cv::FILLED);
  return out;
}

void expect_covers(const Tracked& found, const cv::Mat& truth, double recall = 0.95, double most = 2) {
  const double all = cv::countNonZero(truth);
  ASSERT_FALSE(found.mask.empty());
  ASSERT_EQ(found.mask.size(), truth.size());
  EXPECT_GE(cv::countNonZero(truth & found.mask) / all, recall);
  EXPECT_LE(cv::countNonZero(found.mask) / all, most);
}

/// Starts from a box on the first picture and expects the walker in all of them.
void expect_followed(const Film& film, int pictures) {
  Tracker tracker;
  expect_covers(tracker.begin(film.picture(0), box_round(film.truth(0), 3), film.ahead(0, pictures)), film.truth(0));
  for (int t = 1; t < pictures; ++t) {
    SCOPED_TRACE("picture " + std::to_string(t));
    expect_covers(tracker.next(film.picture(t), film.motion(t - 1, t), false, film.ahead(t, pictures)), film.truth(t));
  }
}

TEST(Track, FollowsAWalkerBeforeAFixedCamera) { expect_followed({}, 45); }

TEST(Track, FollowsAWalkerUnderAMovingCamera) {
  Film film;
  film.camera = [](int t) { return cv::Point2d(60 + 2.5 * t, 40 + 4 * std::sin(t * 0.3)); };
  expect_followed(film, 45);
}

/// A shadow lies on the ground to the right of the walker's feet.
class Sunny {
 public:
  explicit Sunny(bool moving_camera) {
    if (moving_camera) film.camera = [](int t) { return cv::Point2d(60 + 2.5 * t, 40 + 4 * std::sin(t * 0.3)); };
  }
  cv::Mat shadow(int t) const {
    cv::Mat mask = cv::Mat::zeros(film_height, film_width, CV_8U);
    const cv::Point2d feet = film.walker(t) + cv::Point2d(0, 52);
    cv::ellipse(mask, cv::Point(feet + cv::Point2d(30, 4)), {36, 9}, 8, 0, 360, 255, cv::FILLED);
    return mask & ~film.truth(t);
  }
  WorkPicture picture(int t) const {
    cv::Mat samples = film.picture(t).samples().clone(), soft;
    cv::GaussianBlur(shadow(t), soft, {5, 5}, 1.5);
    for (int y = 0; y < samples.rows; ++y)
      for (int x = 0; x < samples.cols; ++x) {
        auto& luma = samples.at<cv::Vec3b>(y, x)[0];
        luma = cv::saturate_cast<uchar>(luma * (1 - 0.35 * soft.at<uchar>(y, x) / 255));
      }
    std::vector<cv::Mat> planes;
    cv::split(samples, planes);
    return {planes[0], planes[1], planes[2]};
  }
  std::vector<Ahead> ahead(int t, int pictures) const {
    std::vector<Ahead> out;
    for (const int distance : Tracker::looks_ahead)
      if (t + distance < pictures) out.push_back({picture(t + distance), film.motion(t, t + distance), distance});
    return out;
  }
  Film film;
};

TEST(Track, TakesTheShadowAlong) {
  for (const bool moving : {false, true}) {
    const Sunny sunny(moving);
    constexpr int pictures = 40;
    Tracker with(true), without;
    const cv::Mat box = box_round(sunny.film.truth(0), 3);
    with.begin(sunny.picture(0), box, sunny.ahead(0, pictures));
    without.begin(sunny.picture(0), box, sunny.ahead(0, pictures));
    double least = 1, bare = 0;
    constexpr int settled = 3;  // pictures: at first, others are too near to tell
    for (int t = 1; t < pictures; ++t) {
      const auto ahead = sunny.ahead(t, pictures);
      const Tracked found = with.next(sunny.picture(t), sunny.film.motion(t - 1, t), false, ahead);
      const Tracked other = without.next(sunny.picture(t), sunny.film.motion(t - 1, t), false, ahead);
      const cv::Mat truth = sunny.film.truth(t), shadow = sunny.shadow(t);
      expect_covers(found, truth, 0.95, 4);
      const double all = cv::countNonZero(shadow);
      if (t >= settled) least = std::min(least, cv::countNonZero(shadow & found.mask) / all);
      bare += cv::countNonZero(shadow & other.mask) / all / (pictures - 1);
      EXPECT_LE(cv::countNonZero(found.mask), 2.2 * cv::countNonZero(truth | shadow)) << t;
    }
    EXPECT_GT(least, 0.8) << moving;
    EXPECT_LT(bare, 0.5) << moving;
  }
}

TEST(Track, FollowsOneThatComesNearer) {
  Film film;
  film.size = [](int t) { return 0.8 + 0.016 * t; };
  expect_followed(film, 45);
}

TEST(Track, KeepsOneThatStandsStill) {
  Film film;
  film.walker = [](int) { return cv::Point2d(200, 140); };
  expect_followed(film, 25);
}

TEST(Track, KeepsOneThatStandsStillUnderAMovingCamera) {
  Film film;
  film.camera = [](int t) { return cv::Point2d(60 + 2.0 * t, 40); };
  film.walker = [](int t) { return cv::Point2d(250 - 2.0 * t, 140); };
  expect_followed(film, 25);
}

TEST(Track, WorksInGrey) {
  Film film;
  film.chroma = false;
  film.cloth_luma = 45;
  expect_followed(film, 30);
}

TEST(Track, SaysThatItIsGoneBehindAPillarAndFindsItAgain) {
  Film film;
  film.walker = [](int t) { return cv::Point2d(60 + 4 * t, 140); };
  film.front = [](cv::Mat& picture, cv::Mat& truth, int) {
    const cv::Rect pillar(190, 0, 90, film_height);
    texture(pillar.size(), 3, 5, {150, 120, 135}, 15).copyTo(picture(pillar));
    truth(pillar).setTo(0);
  };
  Tracker tracker;
  tracker.begin(film.picture(0), box_round(film.truth(0), 3), film.ahead(0, 80));
  int hidden = 0;
  for (int t = 1; t < 75; ++t) {
    SCOPED_TRACE("picture " + std::to_string(t));
    const Tracked found = tracker.next(film.picture(t), film.motion(t - 1, t), false, film.ahead(t, 80));
    const int visible = cv::countNonZero(film.truth(t));
    if (visible == 0) {
      EXPECT_TRUE(found.mask.empty());
      ++hidden;
    } else if (visible > 1200) {
      expect_covers(found, film.truth(t), 0.95, 2.2);
    }
  }
  EXPECT_GT(hidden, 3);
}

TEST(Track, FindsItAgainWhenItComesBackIntoThePicture) {
  Film film;
  film.walker = [](int t) { return cv::Point2d(400 + (t < 35 ? 5 * t : 5 * (70 - t)), 140); };
  Tracker tracker;
  tracker.begin(film.picture(0), box_round(film.truth(0), 3), film.ahead(0, 80));
  for (int t = 1; t < 70; ++t) {
    SCOPED_TRACE("picture " + std::to_string(t));
    const Tracked found = tracker.next(film.picture(t), film.motion(t - 1, t), false, film.ahead(t, 80));
    const int visible = cv::countNonZero(film.truth(t));
    if (visible == 0) {
      EXPECT_TRUE(found.mask.empty());
    }
    if (visible > 1500) expect_covers(found, film.truth(t), 0.95, 2.2);
  }
}

TEST(Track, KeepsToItsOwnWhenALikeOnePasses) {
  Film film;
  const cv::Mat cloth = texture({200, 200}, 7, 3, {95, 133, 124}, 18);
  film.walker = [](int t) { return cv::Point2d(110 + 4 * t, 140); };
  film.front = [&](cv::Mat& picture, cv::Mat& truth, int t) {
    cv::Mat other = cv::Mat::zeros(truth.size(), CV_8U);
    Film::figure(picture, &other, {400.0 - 4 * t, 146}, 1, t + 4, cloth);
    truth.setTo(0, other);
  };
  Tracker tracker;
  tracker.begin(film.picture(0), box_round(film.truth(0), 3), film.ahead(0, 70));
  for (int t = 1; t < 65; ++t) {
    SCOPED_TRACE("picture " + std::to_string(t));
    const Tracked found = tracker.next(film.picture(t), film.motion(t - 1, t), false, film.ahead(t, 70));
    if (t < 25 || t > 50) expect_covers(found, film.truth(t));
  }
}

TEST(Track, ASceneChangeWithoutTheObjectGivesNoMask) {
  const Film film;
  Tracker tracker;
  tracker.begin(film.picture(0), box_round(film.truth(0), 3));
  for (int t = 1; t < 8; ++t) tracker.next(film.picture(t), cv::Matx33d::eye(), false);
  std::vector<cv::Mat> planes;
  cv::split(texture({film_width, film_height}, 11, 6, {170, 110, 150}, 12), planes);
  const WorkPicture other(planes[0], planes[1], planes[2]);
  EXPECT_TRUE(tracker.next(other, cv::Matx33d::eye(), true).mask.empty());
  EXPECT_TRUE(tracker.next(other, cv::Matx33d::eye(), false).mask.empty());
  expect_covers(tracker.next(film.picture(10), cv::Matx33d::eye(), true), film.truth(10), 0.9, 2.2);
}

TEST(Track, ACorrectionMovesItToWhereThePersonSays) {
  const Film film;
  Tracker tracker;
  cv::Mat wrong = cv::Mat::zeros(film_height, film_width, CV_8U);
  cv::rectangle(wrong, {380, 20, 60, 80}, 255, cv::FILLED);
  tracker.begin(film.picture(0), wrong);
  for (int t = 1; t < 6; ++t) tracker.next(film.picture(t), cv::Matx33d::eye(), false);
  expect_covers(tracker.correct(box_round(film.truth(5), 3), film.ahead(5, 40)), film.truth(5));
  for (int t = 6; t < 12; ++t)
    expect_covers(tracker.next(film.picture(t), cv::Matx33d::eye(), false, film.ahead(t, 40)), film.truth(t));
}

TEST(Track, NothingToFollowIsNoMask) {
  const Film film;
  Tracker tracker;
  EXPECT_TRUE(tracker.next(film.picture(0), cv::Matx33d::eye(), false).mask.empty());
  EXPECT_TRUE(tracker.begin(film.picture(0), cv::Mat::zeros(film_height, film_width, CV_8U)).mask.empty());
  EXPECT_TRUE(tracker.next(film.picture(1), cv::Matx33d::eye(), false).mask.empty());
}

TEST(Track, OddInputIsSurvived) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), huge = 1e300;
  const cv::Matx33d cameras[] = {cv::Matx33d::zeros(),
                                 cv::Matx33d::all(nan),
                                 cv::Matx33d::all(huge),
                                 {1, 0, 1e6, 0, 1, -1e6, 0, 0, 1},
                                 {1, 0, 0, 0, 1, 0, 1, 1, -2}};
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(2, 3), cv::Size(17, 5), cv::Size(63, 41), cv::Size(401, 33)})
    for (const int level : {0, 128, 255}) {
      SCOPED_TRACE(std::to_string(size.width) + "x" + std::to_string(size.height));
      const WorkPicture flat(cv::Mat(size, CV_8U, cv::Scalar(level)), {}, {});
      const std::vector<cv::Mat> objects{cv::Mat(size, CV_8U, cv::Scalar(255)),
                                         cv::Mat(cv::Mat::eye(size.height, size.width, CV_8U))};
      for (const cv::Mat& object : objects) {
        Tracker tracker;
        tracker.begin(flat, object);
        for (const cv::Matx33d& camera : cameras) {
          const std::vector<Ahead> ahead{{flat, camera, 5}};
          const Tracked found = tracker.next(flat, camera, false, ahead);
          EXPECT_TRUE(found.mask.empty() || found.mask.size() == size);
          EXPECT_GE(found.confidence, 0);
          EXPECT_LE(found.confidence, 1);
        }
        tracker.next(flat, cv::Matx33d::eye(), true);
        tracker.correct(object);
      }
    }
}

}  // namespace
}  // namespace reel::removal::track
