#include "mask/target.hpp"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

namespace reel::removal {
namespace {

const std::vector<std::string> labels{"person", "car", "orange", "coffee cup", "box", "computer mouse"};

std::string read(const std::string& words) {
  const Target target = read_target(words, labels);
  return (target.colour ? std::string(target.colour->name) + "|" : "") + target.label;
}

TEST(Target, words_are_a_label_and_perhaps_a_colour) {
  EXPECT_EQ(read("person"), "person");
  EXPECT_EQ(read("  Red   CAR "), "red|car");
  EXPECT_EQ(read("white coffee cup"), "white|coffee cup");
  EXPECT_EQ(read("coffee cup"), "coffee cup");
  EXPECT_EQ(read("people"), "person");
  EXPECT_EQ(read("black cars"), "black|car");
  EXPECT_EQ(read("boxes"), "box");
}

TEST(Target, a_label_may_be_the_name_of_a_colour) {
  EXPECT_EQ(read("orange"), "orange");
  EXPECT_EQ(read("orange orange"), "orange|orange");
}

TEST(Target, what_is_no_label_stays_as_it_is) {
  EXPECT_EQ(read("dragon"), "dragon");
  EXPECT_EQ(read("red dragon"), "red|dragon");
  EXPECT_EQ(read("old dragon"), "old dragon");
  EXPECT_EQ(read("red"), "red");
  EXPECT_EQ(read(""), "");
}

double share(const std::string& colour, const cv::Scalar& bgr) {
  const Target target = read_target(colour + " car", labels);
  return share_of(*target.colour, cv::Mat(40, 60, CV_8UC3, bgr), {});
}

TEST(Target, colours_are_what_people_call_them) {
  EXPECT_GT(share("red", {30, 20, 200}), 0.99);
  EXPECT_LT(share("red", {200, 20, 30}), 0.01);
  EXPECT_GT(share("blue", {200, 80, 20}), 0.99);
  EXPECT_GT(share("yellow", {30, 220, 240}), 0.99);
  EXPECT_GT(share("green", {60, 140, 40}), 0.99);
  EXPECT_GT(share("orange", {20, 130, 250}), 0.99);
  EXPECT_GT(share("white", {230, 235, 240}), 0.99);
  EXPECT_GT(share("black", {25, 20, 22}), 0.99);
  EXPECT_GT(share("grey", {120, 125, 121}), 0.99);
  EXPECT_LT(share("black", {230, 235, 240}), 0.01);
}

TEST(Target, only_what_the_mask_covers_counts) {
  cv::Mat picture(40, 60, CV_8UC3, cv::Scalar(200, 20, 30)), mask(40, 60, CV_8U, cv::Scalar(0));
  picture(cv::Rect(0, 0, 10, 10)).setTo(cv::Scalar(30, 20, 200));
  mask(cv::Rect(0, 0, 10, 10)) = 255;
  const Target red = read_target("red car", labels);
  EXPECT_EQ(share_of(*red.colour, picture, mask), 1);
  EXPECT_EQ(share_of(*red.colour, picture, {}), 0);
  EXPECT_EQ(share_of(*red.colour, picture, cv::Mat(40, 60, CV_8U, cv::Scalar(0))), 0);
}

}  // namespace
}  // namespace reel::removal
