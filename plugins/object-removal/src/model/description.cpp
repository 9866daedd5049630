#include "model/description.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <reel/types.hpp>

#include "catalogue.hpp"

namespace reel::removal {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

template <class Value>
Value get(const json& from, const char* key, Value fallback) {
  return from.contains(key) ? from.at(key).get<Value>() : fallback;
}

Model::Kind read_kind(const json& from) {
  const auto word = get<std::string>(from, "kind", "detector");
  if (word == "detector") return Model::Kind::detector;
  if (word == "segmenter") return Model::Kind::segmenter;
  if (word == "painter") return Model::Kind::painter;
  throw Error("`kind` is \"" + word + "\": expected \"detector\", \"segmenter\" or \"painter\"");
}

/// One of some words; false, true, … in the order of the words.
bool second_of(const json& from, const char* key, const char* first, const char* second) {
  const auto word = get<std::string>(from, key, first);
  if (word != first && word != second)
    throw Error("`" + std::string(key) + "` is \"" + word + "\": expected \"" + first + "\" or \"" + second + "\"");
  return word == second;
}

/// A number for all channels, or one for each.
cv::Scalar channels(const json& from, const char* key, double fallback) {
  if (!from.contains(key)) return cv::Scalar::all(fallback);
  const json& value = from.at(key);
  if (value.is_number()) return cv::Scalar::all(value.get<double>());
  const auto list = value.get<std::array<double, 3>>();
  return {list[0], list[1], list[2]};
}

ModelInput read_input(const json& from) {
  ModelInput input;
  input.size = {from.at("width").get<int>(), from.at("height").get<int>()};
  if (input.size.width < 1 || input.size.height < 1 || input.size.width > 4096 || input.size.height > 4096)
    throw Error("`width` and `height` have to be between 1 and 4096");
  input.rgb = !second_of(from, "channels", "rgb", "bgr");
  input.planar = !second_of(from, "layout", "nchw", "nhwc");
  input.keeps_shape = second_of(from, "fit", "stretch", "pad");
  input.mean = channels(from, "mean", 0);
  input.deviation = channels(from, "deviation", 255);
  for (int c = 0; c < 3; ++c)
    if (input.deviation[c] == 0) throw Error("`deviation` may not be 0");
  return input;
}

/// For each place of a grid over the picture, row by row, one of each size.
std::vector<cv::Vec4d> read_anchors(const json& grids) {
  constexpr std::size_t most = 200'000;
  std::vector<cv::Vec4d> anchors;
  for (const json& grid : grids) {
    const int columns = grid.at("columns").get<int>(), rows = grid.at("rows").get<int>();
    const auto sizes = grid.at("sizes").get<std::vector<std::array<double, 2>>>();
    if (columns < 1 || rows < 1 || columns > 4096 || rows > 4096 ||
        anchors.size() + static_cast<std::size_t>(columns * rows) * sizes.size() > most)
      throw Error("`anchors` are too many, or none");
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x)
        for (const auto& [width, height] : sizes)
          anchors.emplace_back((x + 0.5) / columns, (y + 0.5) / rows, width, height);
  }
  return anchors;
}

cv::Vec4d vector_of(const json& from) {
  const auto list = from.get<std::array<double, 4>>();
  return {list[0], list[1], list[2], list[3]};
}

ModelOutput read_output(const json& from) {
  ModelOutput output;
  output.form = second_of(from, "form", "anchors", "yolo") ? ModelOutput::Form::yolo : ModelOutput::Form::anchors;
  output.scores = from.at("scores").get<std::vector<std::string>>();
  output.logits = get(from, "logits", output.form == ModelOutput::Form::anchors);
  if (output.form == ModelOutput::Form::yolo) return output;
  output.boxes = from.at("boxes").get<std::vector<std::string>>();
  output.anchors = read_anchors(from.at("anchors"));
  output.y_first = second_of(from, "order", "xywh", "yxhw");
  if (from.contains("divide_by")) output.divide_by = vector_of(from.at("divide_by"));
  output.exponential = get(from, "exponential", false);
  return output;
}

Model read_model(const fs::path& description) {
  std::ifstream file(description);
  const json from = json::parse(file);
  Model model;
  model.name = description.stem().string();
  model.file = fs::path(description).replace_extension(".onnx");
  model.kind = read_kind(from);
  model.input = read_input(from.at("input"));
  if (model.kind == Model::Kind::painter) {
    model.painter = {from.at("input").at("picture"), from.at("input").at("mask"), from.at("output").at("picture"),
                     get(from.at("output"), "scale", 255.0)};
    return model;
  }
  model.labels = from.at("labels").get<std::vector<std::string>>();
  if (model.kind == Model::Kind::detector)
    model.output = read_output(from.at("output"));
  else
    model.output.scores = {from.at("output").at("mask").get<std::string>()};
  model.threshold = get(from, "threshold", 0.5);
  model.grow = get(from, "grow", std::array<double, 4>{});
  return model;
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

bool Model::finds(std::string_view label) const { return std::ranges::find(labels, label) != labels.end(); }

fs::path models_folder() {
  if (const std::string named = variable("REEL_MODELS"); !named.empty()) return named;
  if (const std::string data = variable("XDG_DATA_HOME"); !data.empty()) return fs::path(data) / "reelwork/models";
  // Never a place in the working folder: a library in there would be opened.
  const std::string home = variable("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".local/share/reelwork/models";
}

InstalledModels installed_models(const fs::path& folder) {
  InstalledModels found;
  std::vector<fs::path> descriptions;
  std::error_code fault;
  for (fs::directory_iterator it(folder, fault), end; !fault && it != end; it.increment(fault))
    if (it->path().extension() == ".json" && fs::exists(fs::path(it->path()).replace_extension(".onnx")))
      descriptions.push_back(it->path());
  std::ranges::sort(descriptions);
  for (const fs::path& description : descriptions) try {
      found.models.push_back(read_model(description));
    } catch (const std::exception& wrong) {
      found.faulty.push_back("the description " + description.string() + " is wrong: " + wrong.what());
    }
  return found;
}

const std::vector<KnownModel>& known_models() {
  static const std::vector<KnownModel> known = [] {
    std::vector<KnownModel> models;
    const json all = json::parse(catalogue);
    for (const json& model : all.at("models"))
      if (model.contains("finds")) models.push_back({model.at("name"), model.at("finds")});
    return models;
  }();
  return known;
}

}  // namespace reel::removal
