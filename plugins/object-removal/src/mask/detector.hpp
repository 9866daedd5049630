/// Finds what a word means in a picture.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace reel::removal {

/// Which of several that were found.
enum class Which { largest, left_most, right_most, all };

/// Something that was found in a picture, and lies within it.
struct Found {
  cv::Rect box;
  cv::Mat mask;  ///< CV_8U of the box's size, 255 where it is; empty: only the box is known
  double score;  ///< 0 to 1; how sure, next to others of the same detector
};

/// Finds objects of one kind. One thread at a time.
class Detector {
 public:
  virtual ~Detector() = default;
  /// Those in a picture, CV_8UC3: blue, green, red; the surest first. Throws Error.
  virtual std::vector<Found> find(const cv::Mat& bgr) = 0;
};

/// What is found here without asking other plugins: `person`, `face`, and the labels of installed models. In order, each once.
std::vector<std::string> own_labels();
/// For one of `own_labels()`; throws Error, and for any other label returns null.
std::unique_ptr<Detector> make_own_detector(const std::string& label);

/// For words like `person`, `red car`. Throws Error where nothing here or in another plugin finds that; it says what can be found, and
/// what would have to be installed.
std::unique_ptr<Detector> make_detector(const std::string& target);

std::vector<Found> chosen(std::vector<Found> found, Which which);

}  // namespace reel::removal
