/// What the words of a target mean.
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reel::removal {

/// A colour that people have a word for: a part of hue (0 to 360, from more than to may mean round the circle), saturation and value.
struct Colour {
  std::string_view name;
  double hue_from, hue_to, saturation_from, saturation_to, value_from, value_to;
};

/// "red car": the label, in lower case and with single spaces, and the colour before it.
struct Target {
  std::string label;
  std::optional<Colour> colour;
};

/// `labels`: which may begin with a colour's name themselves, and are found by their plural, too.
Target read_target(const std::string& words, const std::vector<std::string>& labels);

/// Which share of the samples has the colour, 0 to 1. `bgr`: CV_8UC3; `mask`: CV_8U of that size, or empty: all of them, those in the
/// middle above all.
double share_of(const Colour& colour, const cv::Mat& bgr, const cv::Mat& mask);

}  // namespace reel::removal
