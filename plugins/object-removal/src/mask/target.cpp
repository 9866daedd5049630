#include "mask/target.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <opencv2/imgproc.hpp>
#include <sstream>

namespace reel::removal {
namespace {

constexpr std::array colours{
    Colour{"red", 345, 12, 0.45, 1, 0.25, 1},   Colour{"orange", 12, 40, 0.5, 1, 0.55, 1},
    Colour{"brown", 10, 45, 0.25, 1, 0.1, 0.6}, Colour{"yellow", 40, 68, 0.4, 1, 0.5, 1},
    Colour{"green", 68, 170, 0.25, 1, 0.15, 1}, Colour{"blue", 170, 262, 0.3, 1, 0.2, 1},
    Colour{"purple", 255, 320, 0.2, 1, 0.2, 1}, Colour{"pink", 300, 355, 0.15, 0.75, 0.6, 1},
    Colour{"white", 0, 360, 0, 0.2, 0.7, 1},    Colour{"black", 0, 360, 0, 1, 0, 0.22},
    Colour{"grey", 0, 360, 0, 0.2, 0.22, 0.75}, Colour{"gray", 0, 360, 0, 0.2, 0.22, 0.75},
};

std::string tidy(const std::string& words) {
  std::istringstream in(words);
  std::string word, out;
  while (in >> word) out += (out.empty() ? "" : " ") + word;
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// The label that the words are, or are the plural of; else the words themselves.
std::string label_of(const std::string& words, const std::vector<std::string>& labels) {
  const auto known = [&](const std::string& label) { return std::ranges::find(labels, label) != labels.end(); };
  if (known(words)) return words;
  if (words == "people" && known("person")) return "person";
  for (const char* const ending : {"s", "es"})
    if (words.ends_with(ending) && known(words.substr(0, words.size() - std::string_view(ending).size())))
      return words.substr(0, words.size() - std::string_view(ending).size());
  return words;
}

bool within(double value, double from, double to) {
  return from <= to ? value >= from && value <= to : value >= from || value <= to;
}

}  // namespace

Target read_target(const std::string& given, const std::vector<std::string>& labels) {
  const std::string words = tidy(given);
  const std::string label = label_of(words, labels);
  const auto space = words.find(' ');
  if (space == std::string::npos || std::ranges::find(labels, label) != labels.end()) return {label, {}};
  const auto colour = std::ranges::find(colours, std::string_view(words).substr(0, space), &Colour::name);
  if (colour == colours.end()) return {label, {}};
  return {label_of(words.substr(space + 1), labels), *colour};
}

double share_of(const Colour& colour, const cv::Mat& bgr, const cv::Mat& mask) {
  cv::Mat hsv, counted = mask;
  if (mask.empty()) {
    // The corners of a box are seldom what is in it.
    counted = cv::Mat(bgr.size(), CV_8U, cv::Scalar(0));
    cv::ellipse(counted, cv::Point(bgr.cols / 2, bgr.rows / 2), cv::Size(bgr.cols * 2 / 5, bgr.rows * 2 / 5), 0, 0, 360,
                255, cv::FILLED);
  }
  cv::cvtColor(bgr, hsv, cv::COLOR_BGR2HSV_FULL);
  int all = 0, of_colour = 0;
  for (int y = 0; y < hsv.rows; ++y) {
    const auto* const sample = hsv.ptr<cv::Vec3b>(y);
    const auto* const counts = counted.ptr<std::uint8_t>(y);
    for (int x = 0; x < hsv.cols; ++x) {
      if (counts[x] == 0) continue;
      ++all;
      const double hue = sample[x][0] * 360.0 / 256, saturation = sample[x][1] / 255.0, value = sample[x][2] / 255.0;
      of_colour += within(hue, colour.hue_from, colour.hue_to) &&
                   within(saturation, colour.saturation_from, colour.saturation_to) &&
                   within(value, colour.value_from, colour.value_to);
    }
  }
  return all == 0 ? 0 : double(of_colour) / all;
}

}  // namespace reel::removal
