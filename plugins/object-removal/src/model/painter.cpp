#include "model/painter.hpp"

#include <algorithm>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <reel/types.hpp>

#include "model/network.hpp"

namespace reel::removal {
namespace {

Model painter_of(const std::string& name) {
  const InstalledModels installed = installed_models();
  std::string known;
  for (const Model& model : installed.models) {
    if (model.kind != Model::Kind::painter) continue;
    if (model.name == name) return model;
    known += (known.empty() ? "" : ", ") + model.name;
  }
  std::string fault = "no model that paints is installed as '" + name + "' in " + models_folder().string() + "; " +
                      (known.empty() ? "there is none" : "there are: " + known);
  for (const std::string& wrong : installed.faulty) fault += "; " + wrong;
  throw Error(fault);
}

/// What a network is to see of a picture: the hole with as much again on all sides, in whole samples of chroma.
cv::Rect surroundings_of(const cv::Mat& hole) {
  const cv::Rect box = cv::boundingRect(hole);
  const int by = std::max({32, box.width / 2, box.height / 2});
  const cv::Rect whole({}, hole.size());
  const cv::Rect wide = widened(box, by, hole.size());
  const cv::Point from(wide.x & ~1, wide.y & ~1);
  return cv::Rect(from, wide.br() + cv::Point(wide.br().x & 1, wide.br().y & 1)) & whole;
}

/// Where a part of the picture lies in one of its planes.
cv::Rect in_plane(const cv::Rect& part, cv::Size picture, cv::Size plane) {
  const int x = (picture.width + plane.width / 2) / plane.width, y = (picture.height + plane.height / 2) / plane.height;
  return cv::Rect(part.x / x, part.y / y, (part.width + x - 1) / x, (part.height + y - 1) / y) & cv::Rect({}, plane);
}

cv::Mat yuv_in(const Picture& picture, const cv::Rect& part) {
  std::vector<cv::Mat> planes;
  for (std::size_t p = 0; p < 3; ++p) {
    if (p >= picture.planes.size()) {
      planes.emplace_back(part.size(), CV_8U, cv::Scalar(128));
      continue;
    }
    const cv::Mat& plane = picture.planes[p];
    cv::Mat samples;
    plane(in_plane(part, picture.size(), plane.size())).convertTo(samples, CV_8U, 1.0 / (1 << (picture.depth - 8)));
    if (samples.size() != part.size()) cv::resize(samples, samples, part.size(), 0, 0, cv::INTER_LINEAR);
    planes.push_back(samples);
  }
  cv::Mat merged;
  cv::merge(planes, merged);
  return merged;
}

}  // namespace

Painter::Painter(const std::string& name) : model_(painter_of(name)), network_(open_network(model_.file)) {}
Painter::~Painter() = default;

/// Both of one size; gives a picture of that size, CV_8UC3.
cv::Mat Painter::painted(const cv::Mat& bgr, const cv::Mat& hole) const {
  cv::Mat small, mask;
  cv::resize(bgr, small, model_.input.size, 0, 0, cv::INTER_AREA);
  cv::resize(hole, mask, model_.input.size, 0, 0, cv::INTER_AREA);
  mask = mask > 0;
  if (model_.input.rgb) cv::cvtColor(small, small, cv::COLOR_BGR2RGB);
  small.convertTo(small, CV_32F);
  cv::subtract(small, model_.input.mean, small);
  cv::divide(small, model_.input.deviation, small);
  mask.convertTo(mask, CV_32F, 1 / 255.0);
  const cv::Mat out = network_
                          ->run({{model_.painter.picture, cv::dnn::blobFromImage(small)},
                                 {model_.painter.mask, cv::dnn::blobFromImage(mask)}},
                                {model_.painter.painted})
                          .front();
  const cv::Size size = model_.input.size;
  if (out.dims != 4 || out.size[1] != 3 || out.size[2] != size.height || out.size[3] != size.width)
    throw Error("the model " + model_.file.string() +
                " is not as its description says: what it paints has to be [1, 3, " + std::to_string(size.height) +
                ", " + std::to_string(size.width) + "]");
  std::vector<cv::Mat> channels;
  for (int c = 0; c < 3; ++c) {
    cv::Mat samples;
    cv::Mat(size, CV_32F, const_cast<float*>(out.ptr<float>(0, c))).convertTo(samples, CV_8U, model_.painter.scale);
    channels.push_back(samples);
  }
  if (model_.input.rgb) std::swap(channels[0], channels[2]);
  cv::Mat made;
  cv::merge(channels, made);
  cv::resize(made, made, bgr.size(), 0, 0, cv::INTER_CUBIC);
  return made;
}

std::vector<cv::Mat> Painter::paint(const Picture& picture, const cv::Mat& hole,
                                    const std::vector<cv::Rect>& areas) const {
  const cv::Rect part = surroundings_of(hole);
  const cv::Mat yuv = yuv_in(picture, part), made = yuv_of(painted(bgr_of(yuv), hole(part)));
  std::vector<cv::Mat> planes;
  for (std::size_t p = 0; p < areas.size(); ++p) {
    const cv::Mat& plane = picture.planes[p];
    const cv::Rect lies = in_plane(part, picture.size(), plane.size());
    cv::Mat samples, values;
    cv::extractChannel(made, samples, static_cast<int>(p));
    if (samples.size() != lies.size()) cv::resize(samples, samples, lies.size(), 0, 0, cv::INTER_AREA);
    plane(areas[p]).convertTo(values, CV_32F, 1.0 / (1 << (picture.depth - 8)));
    const cv::Rect both = areas[p] & lies;
    samples(both - lies.tl()).convertTo(values(both - areas[p].tl()), CV_32F);
    planes.push_back(values);
  }
  return planes;
}

}  // namespace reel::removal
