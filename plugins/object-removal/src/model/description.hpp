/// The models that are installed here, by the description that lies beside each.
#pragma once

#include <array>
#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace reel::removal {

/// How a picture gets into a network.
struct ModelInput {
  cv::Size size;
  bool rgb = true;                            ///< else blue comes first
  bool planar = true;                         ///< channels, rows, columns; else rows, columns, channels
  bool keeps_shape = false;                   ///< the picture is not stretched: black stands at its sides
  cv::Scalar mean, deviation{255, 255, 255};  ///< of a sample, 0 to 255: (sample - mean) / deviation goes in
};

/// How boxes come out of a detector.
struct ModelOutput {
  enum class Form { anchors, yolo };
  Form form = Form::anchors;
  /// anchors: [1, boxes, classes] and [1, boxes, 4 or more], in several parts perhaps. yolo: scores names its only output.
  std::vector<std::string> scores, boxes;
  std::vector<cv::Vec4d> anchors;   ///< middle (x, y), width, height; the picture's size is 1
  bool y_first = false;             ///< y, x, height, width; else x, y, width, height
  cv::Vec4d divide_by{1, 1, 1, 1};  ///< what comes out, in the order x, y, width, height
  bool exponential = false;         ///< of what is said about width and height
  bool logits = true;               ///< scores still have to be brought to 0 to 1
};

/// How a painter's network calls what goes in and comes out. The mask goes in as [1, 1, rows, columns], 1 where it is to paint; what comes
/// out is a picture as the one that went in.
struct PainterNames {
  std::string picture, mask, painted;
  double scale = 255;  ///< of what comes out, to samples of 0 to 255
};

struct Model {
  enum class Kind { detector, segmenter, painter };
  Kind kind = Kind::detector;
  std::string name;
  std::filesystem::path file;
  std::vector<std::string> labels;  ///< by class; empty: nothing to look for
  ModelInput input;
  ModelOutput output;
  PainterNames painter;
  double threshold = 0.5;        ///< of scores
  std::array<double, 4> grow{};  ///< of its boxes, to the left, up, right and down, in shares of their size

  bool finds(std::string_view label) const;
};

struct InstalledModels {
  std::vector<Model> models;        ///< in the order of their names
  std::vector<std::string> faulty;  ///< a sentence on each whose description is wrong
};

/// `$REEL_MODELS`, else `reelwork/models` in the user's data folder (`$XDG_DATA_HOME`, `~/.local/share`). Need not exist; empty
/// where the user has none.
std::filesystem::path models_folder();
InstalledModels installed_models(const std::filesystem::path& folder = models_folder());

/// A model that `reel models install` knows.
struct KnownModel {
  std::string name;
  std::vector<std::string> labels;
};
const std::vector<KnownModel>& known_models();

}  // namespace reel::removal
