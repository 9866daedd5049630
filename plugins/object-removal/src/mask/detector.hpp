/// Finds what a word means in a picture.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace reel::removal {

/// Which of several that were found.
enum class Which { largest, left_most, right_most, all };

/// Finds objects of one kind. One thread at a time.
class Detector {
 public:
  virtual ~Detector() = default;
  /// Boxes around those in a picture, `luma`: CV_8U; the surest first.
  virtual std::vector<cv::Rect> find(const cv::Mat& luma) = 0;
};

/// For `person` or `face`. Throws Error, which says what can be found, for any other word, and where what is needed is not installed.
std::unique_ptr<Detector> make_detector(const std::string& label);

std::vector<cv::Rect> chosen(std::vector<cv::Rect> found, Which which);

}  // namespace reel::removal
