#include "mask/detector.hpp"

#include <algorithm>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <reel/sdk.hpp>
#include <reel/segmenter.hpp>
#include <set>

#include "mask/target.hpp"
#include "model/model_detector.hpp"
#include "segmenter.hpp"

namespace reel::removal {
namespace {

cv::Mat grey(const cv::Mat& bgr) {
  cv::Mat made;
  cv::cvtColor(bgr, made, cv::COLOR_BGR2GRAY);
  return made;
}

/// The surest first; of boxes that mostly cover one another, only the surest.
std::vector<Found> distinct(std::vector<Found> found) {
  std::ranges::stable_sort(found, std::greater{}, &Found::score);
  std::vector<Found> kept;
  for (Found& one : found)
    if (one.box.area() > 0 && std::ranges::none_of(kept, [&](const Found& k) {
          return (k.box & one.box).area() > 0.5 * std::min(k.box.area(), one.box.area());
        }))
      kept.push_back(std::move(one));
  return kept;
}

/// Histograms of gradients, as trained by Dalal and Triggs: people on foot, upright. Measured on pedestrians of vtest.avi that were brought to
/// all sizes: in a picture of 960 samples in a row from about 70 samples of height on, of 768 from 60 on, of 480 from 45 on.
class People final : public Detector {
 public:
  People() { hog_.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector()); }

  std::vector<Found> find(const cv::Mat& bgr) override {
    // Small ones are looked for in a larger picture.
    const double scale = std::clamp(1500.0 / bgr.cols, 1.0, 2.5);
    cv::Mat picture;
    cv::resize(grey(bgr), picture, {}, scale, scale);
    std::vector<cv::Rect> boxes;
    std::vector<double> weights;
    hog_.detectMultiScale(picture, boxes, weights, 0, {8, 8}, {16, 16}, 1.05, 1);
    std::vector<Found> sure;
    for (std::size_t i = 0; i < boxes.size(); ++i)
      if (weights[i] > 0.4)
        sure.push_back({tightened(boxes[i], scale) & cv::Rect({}, bgr.size()), {}, std::min(1.0, weights[i] / 3)});
    return distinct(std::move(sure));
  }

 private:
  /// The detector's window has a border of an eighth around a person.
  static cv::Rect tightened(const cv::Rect& box, double scale) {
    const cv::Rect2d inner(box.x + 0.12 * box.width, box.y + 0.04 * box.height, 0.76 * box.width, 0.92 * box.height);
    return {cv::Point(inner.tl() / scale), cv::Point(inner.br() / scale)};
  }

  cv::HOGDescriptor hog_;
};

std::filesystem::path face_cascade() { return "/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml"; }

/// A cascade of Haar features: faces that look here, upright, from about 24 samples on.
class Faces final : public Detector {
 public:
  Faces() {
    if (!std::filesystem::exists(face_cascade()) || !cascade_.load(face_cascade().string()))
      throw Error("faces cannot be found here: install the package opencv-data, or give `region`");
  }

  std::vector<Found> find(const cv::Mat& bgr) override {
    std::vector<cv::Rect> boxes;
    std::vector<int> agreeing;
    // Its features take contrast out by themselves. To spread the picture's own over all of the range makes faces of noise.
    cascade_.detectMultiScale(grey(bgr), boxes, agreeing, 1.1, 4, 0, {24, 24});
    std::vector<Found> found;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      // From the brows to the chin; hair and ears belong to a face as well.
      const cv::Rect& b = boxes[i];
      const cv::Rect face(b.x - b.width / 8, b.y - b.height / 4, b.width * 5 / 4, b.height * 3 / 2);
      found.push_back({face & cv::Rect({}, bgr.size()), {}, std::min(1.0, agreeing[i] / 100.0)});
    }
    return distinct(std::move(found));
  }

 private:
  cv::CascadeClassifier cascade_;
};

/// What another plugin finds.
class Hosted final : public Detector {
 public:
  explicit Hosted(std::unique_ptr<Finder> finder) : finder_(std::move(finder)) {}

  std::vector<Found> find(const cv::Mat& bgr) override try {
    cv::Mat rgb;
    cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
    const reel_picture picture{static_cast<std::uint32_t>(rgb.cols), static_cast<std::uint32_t>(rgb.rows), rgb.data};
    std::vector<Found> found;
    for (const Detection& o : finder_->find(picture, Task())) {
      const cv::Rect box(static_cast<int>(o.left), static_cast<int>(o.top), static_cast<int>(o.width),
                         static_cast<int>(o.height));
      cv::Mat mask;
      if (!o.mask.empty()) mask = cv::Mat(o.mask, true).reshape(1, box.height) > 127;
      found.push_back({box, mask, o.score});
    }
    return found;
  } catch (const ExtensionError& fault) {
    throw Error(fault.what());
  }

 private:
  std::unique_ptr<Finder> finder_;
};

/// What the second one finds where the first one finds nothing.
class FirstThatFinds final : public Detector {
 public:
  FirstThatFinds(std::unique_ptr<Detector> first, std::unique_ptr<Detector> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  std::vector<Found> find(const cv::Mat& bgr) override {
    std::vector<Found> found = first_->find(bgr);
    return found.empty() ? second_->find(bgr) : found;
  }

 private:
  std::unique_ptr<Detector> first_, second_;
};

/// Those of a colour.
class Coloured final : public Detector {
 public:
  Coloured(std::unique_ptr<Detector> all, const Colour& colour) : all_(std::move(all)), colour_(colour) {}

  std::vector<Found> find(const cv::Mat& bgr) override {
    constexpr double least = 0.2;  // of it: a car has windows and wheels, a person a face
    std::vector<Found> found = all_->find(bgr);
    std::erase_if(found, [&](const Found& one) { return share_of(colour_, bgr(one.box), one.mask) < least; });
    return found;
  }

 private:
  std::unique_ptr<Detector> all_;
  Colour colour_;
};

/// Of all plugins but this one.
std::vector<SegmenterUse> other_segmenters() { return SegmenterUse::all(detail::host(), OwnSegmenter::table()); }

std::vector<std::string> labels_of(const SegmenterUse& segmenter) {
  try {
    return segmenter.labels();
  } catch (const ExtensionError&) {
    return {};  // whoever looks for something of its own need not care
  }
}

std::vector<std::string> all_labels() {
  std::vector<std::string> labels = own_labels();
  for (const SegmenterUse& segmenter : other_segmenters())
    std::ranges::copy(labels_of(segmenter), std::back_inserter(labels));
  std::ranges::sort(labels);
  labels.erase(std::ranges::unique(labels).begin(), labels.end());
  return labels;
}

std::unique_ptr<Detector> make_hosted(const std::string& label) try {
  for (const SegmenterUse& segmenter : other_segmenters())
    if (std::ranges::count(labels_of(segmenter), label) > 0) return std::make_unique<Hosted>(segmenter.open(label));
  return nullptr;
} catch (const ExtensionError& fault) {
  throw Error("`target`: " + std::string(fault.what()));
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "`" : ", `") + word + "`";
  return text;
}

/// What to do where nothing finds a label.
std::string nothing_finds(const std::string& label, const std::vector<std::string>& labels) {
  std::string text = "nothing that is installed finds '" + label + "'. ";
  const auto has = [&](const KnownModel& m) { return std::ranges::count(m.labels, label) > 0; };
  const auto known = std::ranges::find_if(known_models(), has);
  if (known != known_models().end()) text += "`reel models install " + known->name + "` brings what finds it. ";
  text += "What can be found here: " + listed(labels);
  if (known == known_models().end())
    text += "; `reel models list` tells what can be installed, and for anything else there is `region`";
  for (const std::string& fault : installed_models().faulty) text += "; " + fault;
  return text;
}

std::unique_ptr<Detector> make_built_in(const std::string& label) {
  if (label == "person") return std::make_unique<People>();
  if (label == "face") return std::make_unique<Faces>();
  return nullptr;
}

}  // namespace

std::vector<std::string> own_labels() {
  std::set<std::string> labels{"person"};
  if (std::filesystem::exists(face_cascade())) labels.insert("face");
  for (const Model& model : installed_models().models)
    for (const std::string& label : model.labels)
      if (!label.empty()) labels.insert(label);
  return {labels.begin(), labels.end()};
}

std::unique_ptr<Detector> make_own_detector(const std::string& label) {
  const InstalledModels installed = installed_models();
  const auto model_of = [&](Model::Kind kind) {
    const auto found = std::ranges::find_if(
        installed.models, [&](const Model& m) { return m.kind == kind && !label.empty() && m.finds(label); });
    return found == installed.models.end() ? nullptr : &*found;
  };
  const Model* const boxes = model_of(Model::Kind::detector);
  const Model* const masks = model_of(Model::Kind::segmenter);
  std::unique_ptr<Detector> detector = boxes != nullptr ? make_model_detector(*boxes, label) : make_built_in(label);
  if (masks == nullptr) return detector;
  if (detector) detector = with_outlines(std::move(detector), *masks, label);
  if (boxes != nullptr) return detector;
  // What comes with OpenCV is easily mistaken, and takes its time.
  std::unique_ptr<Detector> whole = make_model_detector(*masks, label);
  return detector ? std::make_unique<FirstThatFinds>(std::move(whole), std::move(detector)) : std::move(whole);
}

std::unique_ptr<Detector> make_detector(const std::string& words) {
  const std::vector<std::string> labels = all_labels();
  std::vector<std::string> all = labels;
  for (const KnownModel& model : known_models()) all.insert(all.end(), model.labels.begin(), model.labels.end());
  const Target target = read_target(words, all);
  std::unique_ptr<Detector> detector = make_own_detector(target.label);
  if (!detector) detector = make_hosted(target.label);
  if (!detector) throw Error(nothing_finds(target.label, labels));
  return target.colour ? std::make_unique<Coloured>(std::move(detector), *target.colour) : std::move(detector);
}

std::vector<Found> chosen(std::vector<Found> found, Which which) {
  if (found.empty() || which == Which::all) return found;
  const auto value = [which](const Found& one) {
    return which == Which::largest ? one.box.area() : which == Which::left_most ? -one.box.x : one.box.br().x;
  };
  return {*std::ranges::max_element(found, {}, value)};
}

}  // namespace reel::removal
