#include <gtest/gtest.h>

#include <cstdlib>
#include <reel/testing/testing.hpp>

namespace {

using reel::testing::Picture;

TEST(@CLASS@, TurnsEachPixelIntoItsNegative) {
  reel::testing::load_plugin(std::getenv("PLUGIN"));
  const Picture in = Picture::gradient("RGB", 64, 48);
  const Picture out = reel::testing::run_video("@VENDOR@-@NAME@ amount=1", {in}).pictures.at(0);
  int wrong = 0;
  in.for_each([&](int c, int x, int y) { wrong += out.at(c, x, y) != 255 - in.at(c, x, y); });
  EXPECT_EQ(wrong, 0);
}

TEST(@CLASS@, ChangesNothingAtZero) {
  reel::testing::load_plugin(std::getenv("PLUGIN"));
  const Picture in = Picture::noise("RGB", 33, 17);
  const Picture out = reel::testing::run_video("@VENDOR@-@NAME@ amount=0", {in}).pictures.at(0);
  int wrong = 0;
  in.for_each([&](int c, int x, int y) { wrong += out.at(c, x, y) != in.at(c, x, y); });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
