#include "segmenter.hpp"

#include <opencv2/imgproc.hpp>

#include "mask/detector.hpp"

namespace reel::removal {
namespace {

class DetectorFinder final : public Finder {
 public:
  explicit DetectorFinder(std::unique_ptr<Detector> detector) : detector_(std::move(detector)) {}

  std::vector<Detection> find(const reel_picture& picture, const Task& task) override {
    if (picture.width == 0 || picture.height == 0 || picture.width > 32767 || picture.height > 32767)
      throw ExtensionError(REEL_ERROR_INVALID, "a picture has 1 to 32767 samples in each direction");
    const cv::Mat rgb(static_cast<int>(picture.height), static_cast<int>(picture.width), CV_8UC3,
                      const_cast<std::uint8_t*>(picture.rgb));
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    task.check();
    std::vector<Detection> found;
    for (const Found& one : detector_->find(bgr)) {
      const auto& [x, y, width, height] = one.box;
      found.push_back({static_cast<std::uint32_t>(x),
                       static_cast<std::uint32_t>(y),
                       static_cast<std::uint32_t>(width),
                       static_cast<std::uint32_t>(height),
                       one.score,
                       {}});
      if (one.mask.empty()) continue;
      const cv::Mat mask = one.mask.isContinuous() ? one.mask : one.mask.clone();
      found.back().mask.assign(mask.data, mask.data + mask.total());
    }
    return found;
  }

 private:
  std::unique_ptr<Detector> detector_;
};

}  // namespace

std::vector<std::string> OwnSegmenter::labels() { return own_labels(); }

std::unique_ptr<Finder> OwnSegmenter::open(const std::string& label) {
  std::unique_ptr<Detector> detector = make_own_detector(label);
  if (!detector) throw ExtensionError(REEL_ERROR_NOT_FOUND, "nothing that is installed finds '" + label + "'");
  return std::make_unique<DetectorFinder>(std::move(detector));
}

}  // namespace reel::removal
