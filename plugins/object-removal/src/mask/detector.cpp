#include "mask/detector.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <reel/types.hpp>

namespace reel::removal {
namespace {

/// Of boxes that mostly cover one another, the first.
std::vector<cv::Rect> distinct(const std::vector<cv::Rect>& boxes) {
  std::vector<cv::Rect> kept;
  for (const cv::Rect& box : boxes)
    if (std::ranges::none_of(
            kept, [&](const cv::Rect& k) { return (k & box).area() > 0.5 * std::min(k.area(), box.area()); }))
      kept.push_back(box);
  return kept;
}

/// Histograms of gradients, as trained by Dalal and Triggs: people on foot, from about 90 samples of height on.
class People final : public Detector {
 public:
  People() { hog_.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector()); }

  std::vector<cv::Rect> find(const cv::Mat& luma) override {
    // Small ones are looked for in a larger picture.
    const double scale = std::clamp(1500.0 / luma.cols, 1.0, 2.5);
    cv::Mat picture;
    cv::resize(luma, picture, {}, scale, scale);
    std::vector<cv::Rect> boxes;
    std::vector<double> weights;
    hog_.detectMultiScale(picture, boxes, weights, 0, {8, 8}, {16, 16}, 1.05, 1);
    std::vector<std::size_t> order(boxes.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, std::greater{}, [&](std::size_t i) { return weights[i]; });
    std::vector<cv::Rect> sure;
    for (const std::size_t i : order)
      if (weights[i] > 0.4) sure.push_back(tightened(boxes[i], scale));
    return distinct(sure);
  }

 private:
  /// The detector's window has a border of an eighth around a person.
  static cv::Rect tightened(const cv::Rect& box, double scale) {
    const cv::Rect2d inner(box.x + 0.12 * box.width, box.y + 0.04 * box.height, 0.76 * box.width, 0.92 * box.height);
    return {cv::Point(inner.tl() / scale), cv::Point(inner.br() / scale)};
  }

  cv::HOGDescriptor hog_;
};

/// A cascade of Haar features: faces that look here, upright.
class Faces final : public Detector {
 public:
  Faces() {
    const std::filesystem::path file = "/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml";
    if (!std::filesystem::exists(file) || !cascade_.load(file.string()))
      throw Error("faces cannot be found here: install the package opencv-data, or give `region`");
  }

  std::vector<cv::Rect> find(const cv::Mat& luma) override {
    cv::Mat even;
    cv::equalizeHist(luma, even);
    std::vector<cv::Rect> boxes;
    cascade_.detectMultiScale(even, boxes, 1.1, 4, 0, {24, 24});
    // From the brows to the chin; hair and ears belong to a face as well.
    for (cv::Rect& box : boxes)
      box = cv::Rect(box.x - box.width / 8, box.y - box.height / 4, box.width * 5 / 4, box.height * 3 / 2) &
            cv::Rect({}, luma.size());
    std::ranges::sort(boxes, std::greater{}, [](const cv::Rect& box) { return box.area(); });
    return distinct(boxes);
  }

 private:
  cv::CascadeClassifier cascade_;
};

}  // namespace

std::unique_ptr<Detector> make_detector(const std::string& label) {
  if (label == "person" || label == "people") return std::make_unique<People>();
  if (label == "face" || label == "faces") return std::make_unique<Faces>();
  throw Error("nothing that is installed finds '" + label +
              "': `person` and `face` can be found; for anything else give `region`");
}

std::vector<cv::Rect> chosen(std::vector<cv::Rect> found, Which which) {
  if (found.empty() || which == Which::all) return found;
  const auto value = [which](const cv::Rect& box) {
    return which == Which::largest ? box.area() : which == Which::left_most ? -box.x : box.br().x;
  };
  return {*std::ranges::max_element(found, {}, value)};
}

}  // namespace reel::removal
