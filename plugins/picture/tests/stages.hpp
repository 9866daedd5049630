/// What the tests of this plugin share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <reel/testing/testing.hpp>
#include <string>

namespace reel::testing {

/// A test of stages of this plugin.
class PictureTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("picture"); }

  /// What a stage makes of one picture.
  static Picture apply(const std::string& stage, const Picture& in) { return run_video(stage, {in}).pictures.at(0); }

  /// Every sample of component `c` that `outside(x, y)` is as it was.
  template <class F>
  static void expect_untouched(const Picture& in, const Picture& out, int c, F outside) {
    int touched = 0;
    for (int y = 0; y < in.height(c); ++y)
      for (int x = 0; x < in.width(c); ++x) touched += outside(x, y) && in.at(c, x, y) != out.at(c, x, y) ? 1 : 0;
    EXPECT_EQ(touched, 0) << "samples of component " << c << " changed outside the region";
  }
};

/// Formats by chroma layout and depth, and sizes that are hard on subsampling.
inline const std::vector<std::string> yuv_formats{"I420",      "YV12",      "Y42B",      "Y444",      "NV12",
                                                  "NV21",      "GRAY8",     "I420_10LE", "I422_10LE", "Y444_10LE",
                                                  "I420_12LE", "I422_12LE", "Y444_12LE", "GRAY16_LE"};
inline const std::vector<std::string> rgb_formats{"RGB",  "BGR", "RGBx",     "BGRA",     "ARGB",     "RGBA",
                                                  "ABGR", "GBR", "GBR_10LE", "GBR_12LE", "RGBA64_LE"};
inline const std::vector<std::pair<int, int>> odd_sizes{{1, 1}, {3, 5}, {2, 1}, {17, 33}, {1279, 719}};

}  // namespace reel::testing
