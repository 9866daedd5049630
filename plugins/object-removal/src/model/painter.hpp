/// Paints what nobody ever saw by a network of the user's own.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "model/description.hpp"
#include "picture.hpp"

namespace reel::removal {

class Network;

/// One thread at a time.
class Painter {
 public:
  /// The installed model of that name. Throws Error where there is none, or it cannot be run.
  explicit Painter(const std::string& name);
  ~Painter();

  /// The areas of a picture's planes, CV_32F in steps of 8 bits, with what the network makes of the hole by what is around it. `hole`: CV_8U,
  /// of the picture's size, nonzero somewhere. Throws Error.
  std::vector<cv::Mat> paint(const Picture& picture, const cv::Mat& hole, const std::vector<cv::Rect>& areas) const;

 private:
  cv::Mat painted(const cv::Mat& bgr, const cv::Mat& hole) const;

  Model model_;
  std::unique_ptr<Network> network_;
};

}  // namespace reel::removal
