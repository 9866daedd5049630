#include "model/model_detector.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <reel/types.hpp>

#include "model/network.hpp"

namespace reel::removal {
namespace {

/// A picture as a network takes it, and where its samples come from.
class Intake {
 public:
  Intake(const ModelInput& input, cv::Size picture) : input_(input) {
    area_ = cv::Rect2d(0, 0, picture.width, picture.height);
    if (!input.keeps_shape) return;
    const double scale = std::max(area_.width / input.size.width, area_.height / input.size.height);
    const cv::Size2d whole(input.size.width * scale, input.size.height * scale);
    area_ = {(area_.width - whole.width) / 2, (area_.height - whole.height) / 2, whole.width, whole.height};
  }

  cv::Mat blob(const cv::Mat& bgr) const {
    cv::Mat fitted(input_.size, CV_8UC3, cv::Scalar::all(0));
    // Where the picture lies on what goes in.
    const double sx = input_.size.width / area_.width, sy = input_.size.height / area_.height;
    cv::Rect place(cvRound(-area_.x * sx), cvRound(-area_.y * sy), std::max(1, cvRound(bgr.cols * sx)),
                   std::max(1, cvRound(bgr.rows * sy)));
    place &= cv::Rect({}, input_.size);
    const bool smaller = place.width < bgr.cols;
    cv::resize(bgr, fitted(place), place.size(), 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
    if (input_.rgb) cv::cvtColor(fitted, fitted, cv::COLOR_BGR2RGB);
    cv::Mat samples;
    fitted.convertTo(samples, CV_32F);
    cv::subtract(samples, input_.mean, samples);
    cv::divide(samples, input_.deviation, samples);
    if (input_.planar) return cv::dnn::blobFromImage(samples);
    const int sizes[] = {1, input_.size.height, input_.size.width, 3};
    return cv::Mat(4, sizes, CV_32F, samples.data).clone();
  }

  /// From shares of what goes in to the picture's samples.
  cv::Rect2d in_picture(const cv::Rect2d& box) const {
    return {area_.x + box.x * area_.width, area_.y + box.y * area_.height, box.width * area_.width,
            box.height * area_.height};
  }

 private:
  const ModelInput& input_;
  cv::Rect2d area_;  ///< of the picture's samples
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// As rows of `width` numbers each, which may be less than what there is in a row.
cv::Mat rows_of(const cv::Mat& output) {
  if (output.dims < 2) throw Error("its outputs have fewer dimensions than its description says");
  return output.reshape(1, static_cast<int>(output.total() / static_cast<std::size_t>(output.size[output.dims - 1])));
}

cv::Mat together(const std::vector<cv::Mat>& outputs, std::size_t from, std::size_t to) {
  cv::Mat all = rows_of(outputs[from]).clone();
  for (std::size_t i = from + 1; i < to; ++i) {
    const cv::Mat more = rows_of(outputs[i]);
    if (more.cols != all.cols) throw Error("the parts of one output differ in width");
    all.push_back(more);
  }
  return all;
}

class BoxModel final : public Detector {
 public:
  BoxModel(Model model, const std::string& label) : model_(std::move(model)), network_(open_network(model_.file)) {
    for (std::size_t i = 0; i < model_.labels.size(); ++i)
      if (model_.labels[i] == label) classes_.push_back(static_cast<int>(i));
  }

  std::vector<Found> find(const cv::Mat& bgr) override {
    const Intake intake(model_.input, bgr.size());
    std::vector<std::string> names = model_.output.scores;
    names.insert(names.end(), model_.output.boxes.begin(), model_.output.boxes.end());
    const std::vector<cv::Mat> outputs = network_->run({{"", intake.blob(bgr)}}, names);
    try {
      const bool yolo = model_.output.form == ModelOutput::Form::yolo;
      return distinct(yolo ? by_yolo(outputs.front()) : by_anchors(outputs), intake, bgr.size());
    } catch (const Error& fault) {
      throw Error("the model " + model_.file.string() + " is not as its description says: " + fault.what());
    }
  }

 private:
  struct Candidate {
    cv::Rect2d box;  ///< in shares of what goes in
    float score;
  };

  /// Of the classes that are looked for.
  template <class Scores>
  float best(Scores score_of) const {
    float most = 0;
    for (const int c : classes_) most = std::max(most, score_of(c));
    return most;
  }

  std::vector<Candidate> by_anchors(const std::vector<cv::Mat>& outputs) const {
    const ModelOutput& form = model_.output;
    const cv::Mat scores = together(outputs, 0, form.scores.size());
    const cv::Mat boxes = together(outputs, form.scores.size(), outputs.size());
    const int count = static_cast<int>(form.anchors.size());
    if (scores.rows != count || boxes.rows != count)
      throw Error("it has " + std::to_string(scores.rows) + " scores and " + std::to_string(boxes.rows) +
                  " boxes for " + std::to_string(count) + " anchors");
    if (scores.cols != static_cast<int>(model_.labels.size()) || boxes.cols < 4)
      throw Error("it has " + std::to_string(scores.cols) + " classes for " + std::to_string(model_.labels.size()) +
                  " labels");
    std::vector<Candidate> found;
    for (int i = 0; i < count; ++i) {
      const auto* const row = scores.ptr<float>(i);
      const float score = best([&](int c) { return form.logits ? static_cast<float>(sigmoid(row[c])) : row[c]; });
      if (score >= model_.threshold)
        found.push_back({box_at(boxes.ptr<float>(i), form.anchors[static_cast<std::size_t>(i)]), score});
    }
    return found;
  }

  cv::Rect2d box_at(const float* numbers, const cv::Vec4d& anchor) const {
    const ModelOutput& form = model_.output;
    cv::Vec4d n(numbers[0], numbers[1], numbers[2], numbers[3]);
    if (form.y_first) n = {n[1], n[0], n[3], n[2]};
    for (int k = 0; k < 4; ++k) n[k] /= form.divide_by[k];
    const double width = (form.exponential ? std::exp(n[2]) : n[2]) * anchor[2];
    const double height = (form.exponential ? std::exp(n[3]) : n[3]) * anchor[3];
    return {n[0] * anchor[2] + anchor[0] - width / 2, n[1] * anchor[3] + anchor[1] - height / 2, width, height};
  }

  /// [1, 4 + classes, boxes], or each box with a score of its own before those of its classes: [1, boxes, 5 + classes].
  std::vector<Candidate> by_yolo(const cv::Mat& output) const {
    const int classes = static_cast<int>(model_.labels.size());
    cv::Mat rows = rows_of(output);
    if (rows.rows == 4 + classes) rows = cv::Mat(rows.t());
    const int first = rows.cols - classes;
    if (first != 4 && first != 5)
      throw Error("an output of [1, 4 + classes, boxes] or [1, boxes, 5 + classes] is expected for " +
                  std::to_string(classes) + " labels");
    std::vector<Candidate> found;
    for (int i = 0; i < rows.rows; ++i) {
      const auto* const n = rows.ptr<float>(i);
      const float sure = first == 5 ? n[4] : 1;
      const float score = best([&](int c) { return sure * n[first + c]; });
      if (score < model_.threshold) continue;
      const double w = model_.input.size.width, h = model_.input.size.height;
      found.push_back({{(n[0] - n[2] / 2) / w, (n[1] - n[3] / 2) / h, n[2] / w, n[3] / h}, score});
    }
    return found;
  }

  std::vector<Found> distinct(const std::vector<Candidate>& candidates, const Intake& intake, cv::Size picture) const {
    const cv::Rect2d whole(0, 0, picture.width, picture.height);
    std::vector<cv::Rect> boxes;
    std::vector<float> scores;
    for (const Candidate& c : candidates) {
      const auto& [left, up, right, down] = model_.grow;
      const cv::Rect2d box(c.box.x - left * c.box.width, c.box.y - up * c.box.height, (1 + left + right) * c.box.width,
                           (1 + up + down) * c.box.height);
      const cv::Rect2d seen = intake.in_picture(box) & whole;
      if (!(seen.width >= 2 && seen.height >= 2)) continue;  // nor what is no number
      boxes.push_back(seen);
      scores.push_back(c.score);
    }
    std::vector<int> kept;
    cv::dnn::NMSBoxes(boxes, scores, 0, 0.45F, kept);
    std::vector<Found> found;
    for (const int i : kept) {
      const auto n = static_cast<std::size_t>(i);
      found.push_back({boxes[n] & cv::Rect({}, picture), {}, scores[n]});
    }
    return found;
  }

  Model model_;
  std::unique_ptr<Network> network_;
  std::vector<int> classes_;
};

/// Tells of each sample whether it belongs to something of a label.
class MaskModel {
 public:
  MaskModel(Model model, const std::string& label) : model_(std::move(model)), network_(open_network(model_.file)) {
    const auto at = std::ranges::find(model_.labels, label);
    class_ = static_cast<int>(at - model_.labels.begin());
  }

  /// CV_8U, 255 where it does.
  cv::Mat mask(const cv::Mat& bgr) {
    const Intake intake(model_.input, bgr.size());
    const cv::Mat output = network_->run({{"", intake.blob(bgr)}}, model_.output.scores).front();
    // Back onto the picture, of which the network may have seen a part of its input only.
    const cv::Rect2d area = intake.in_picture({0, 0, 1, 1});
    cv::Mat large;
    cv::resize(plane(output), large, {std::max(1, cvRound(area.width)), std::max(1, cvRound(area.height))}, 0, 0,
               cv::INTER_LINEAR);
    const cv::Rect part = cv::Rect(cvRound(-area.x), cvRound(-area.y), bgr.cols, bgr.rows) & cv::Rect({}, large.size());
    cv::Mat seen;
    cv::resize(large(part), seen, bgr.size(), 0, 0, cv::INTER_NEAREST);
    return seen > model_.threshold;
  }

 private:
  /// Of [1, labels, rows, columns] or [1, rows, columns, labels].
  cv::Mat plane(const cv::Mat& output) const {
    const int labels = static_cast<int>(model_.labels.size());
    if (output.dims == 4 && output.size[1] == labels) {
      const int sizes[] = {output.size[2], output.size[3]};
      return cv::Mat(2, sizes, CV_32F, const_cast<float*>(output.ptr<float>(0, class_))).clone();
    }
    if (output.dims != 4 || output.size[3] != labels || labels > CV_CN_MAX)
      throw Error("the model " + model_.file.string() +
                  " is not as its description says: an output of [1, labels, rows, columns] is expected for " +
                  std::to_string(labels) + " labels");
    cv::Mat of_label;
    const cv::Mat all(output.size[1], output.size[2], CV_32FC(labels), const_cast<float*>(output.ptr<float>()));
    cv::extractChannel(all, of_label, class_);
    return of_label;
  }

  Model model_;
  std::unique_ptr<Network> network_;
  int class_ = 0;
};

/// The parts of a mask that hang together, each as something that was found.
class MaskDetector final : public Detector {
 public:
  MaskDetector(const Model& model, const std::string& label) : model_(model, label) {}

  std::vector<Found> find(const cv::Mat& bgr) override {
    constexpr double least = 0.03;  // of the picture: what is smaller, such models do not see well
    cv::Mat parts, facts, middles;
    const int count = cv::connectedComponentsWithStats(model_.mask(bgr), parts, facts, middles);
    std::vector<Found> found;
    for (int i = 1; i < count; ++i) {
      const auto* const f = facts.ptr<int>(i);
      if (f[cv::CC_STAT_AREA] < least * double(bgr.total())) continue;
      const cv::Rect box(f[cv::CC_STAT_LEFT], f[cv::CC_STAT_TOP], f[cv::CC_STAT_WIDTH], f[cv::CC_STAT_HEIGHT]);
      found.push_back({box, parts(box) == i, double(f[cv::CC_STAT_AREA]) / double(bgr.total())});
    }
    std::ranges::sort(found, std::greater{}, &Found::score);
    return found;
  }

 private:
  MaskModel model_;
};

class Outlined final : public Detector {
 public:
  Outlined(std::unique_ptr<Detector> boxes, const Model& model, const std::string& label)
      : boxes_(std::move(boxes)), model_(model, label) {}

  std::vector<Found> find(const cv::Mat& bgr) override {
    std::vector<Found> found = boxes_->find(bgr);
    for (Found& one : found) outline(one, bgr);
    return found;
  }

 private:
  static cv::Rect grown(const cv::Rect& box, double share, cv::Size picture) {
    const int x = cvRound(share * box.width), y = cvRound(share * box.height);
    return cv::Rect(box.x - x, box.y - y, box.width + 2 * x, box.height + 2 * y) & cv::Rect({}, picture);
  }

  /// The network looks at the box and what is around it; hands and feet may reach out of the box.
  void outline(Found& found, const cv::Mat& bgr) {
    const cv::Rect seen = grown(found.box, 0.3, bgr.size()), most = grown(found.box, 0.1, bgr.size());
    const cv::Mat mask = model_.mask(bgr(seen))(most - seen.tl()).clone();
    cv::Mat parts, facts, middles;
    const int count = cv::connectedComponentsWithStats(mask, parts, facts, middles);
    int largest = 0;
    for (int i = 1; i < count; ++i)
      if (largest == 0 || facts.at<int>(i, cv::CC_STAT_AREA) > facts.at<int>(largest, cv::CC_STAT_AREA)) largest = i;
    if (largest == 0) return;
    const auto* const f = facts.ptr<int>(largest);
    const cv::Rect box(f[cv::CC_STAT_LEFT], f[cv::CC_STAT_TOP], f[cv::CC_STAT_WIDTH], f[cv::CC_STAT_HEIGHT]);
    // What is much smaller than the box is a part of it, and what fills everything tells nothing.
    const double share = f[cv::CC_STAT_AREA] / double(found.box.area());
    if (share < 0.25 || share > 0.95 || box.height < 0.7 * found.box.height) return;
    found.mask = parts(box) == largest;
    found.box = box + most.tl();
  }

  std::unique_ptr<Detector> boxes_;
  MaskModel model_;
};

}  // namespace

std::unique_ptr<Detector> make_model_detector(const Model& model, const std::string& label) {
  if (model.kind == Model::Kind::segmenter) return std::make_unique<MaskDetector>(model, label);
  return std::make_unique<BoxModel>(model, label);
}

std::unique_ptr<Detector> with_outlines(std::unique_ptr<Detector> boxes, const Model& model, const std::string& label) {
  return std::make_unique<Outlined>(std::move(boxes), model, label);
}

}  // namespace reel::removal
