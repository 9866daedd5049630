/// The model of everyday things, which is large to fetch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../models/installed.hpp"

namespace reel::tests {
namespace {

TEST(Everyday, things_are_found) {
  Models models;
  const Result installed = Models::models("install everyday");
  ASSERT_EQ(installed.exit, 0) << installed.output;
  const auto cat = models.matte(clip("chelsea.png"), 450, 300, "cat");
  EXPECT_GT(white(cat, 450, 100, 60, 230, 180), 0.95);
  const auto person = models.matte(clip("astronaut.png"), 512, 512, "person");
  EXPECT_GT(white(person, 512, 185, 70, 75, 95), 0.95);
  EXPECT_LT(white(person, 512, 420, 20, 80, 200), 0.05);
}

/// She wears orange.
TEST(Everyday, things_are_told_by_their_colour) {
  Models models;
  ASSERT_EQ(Models::models("install everyday").exit, 0);
  const auto orange = models.matte(clip("astronaut.png"), 512, 512, "orange person");
  EXPECT_GT(white(orange, 512, 185, 70, 75, 95), 0.95);
  models.matte(clip("astronaut.png"), 512, 512, "green person");
  EXPECT_THAT(models.said(), ::testing::HasSubstr("no 'green person' was found"));
}

TEST(Everyday, people_far_away_are_found_and_told_by_their_places) {
  Models models;
  ASSERT_EQ(Models::models("install everyday people").exit, 0);
  const std::filesystem::path picture = models.file("street.png");
  ffmpeg("-ss 6 -i " + quoted(clip("vtest.avi")) + " -frames:v 1 " + quoted(picture));
  // Five walk there, of whom the one on the right walks alone.
  const auto right = models.matte(picture, 768, 576, "person", ", which: right-most");
  EXPECT_GT(white(right, 768, 622, 245, 20, 70), 0.9);
  EXPECT_LT(white(right, 768, 0, 0, 560, 576), 0.001);
}

}  // namespace
}  // namespace reel::tests
