/// Finding things in real pictures by what comes with OpenCV, and by small models that are made here. Models that `reel models` installs:
/// tests/models.
#include "mask/detector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <reel/sdk.hpp>

#include "media.hpp"
#include "model/description.hpp"
#include "model/network.hpp"
#include "segmenter.hpp"

namespace reel::removal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tests::quoted;
using tests::TemporaryFolder;

/// A picture of a file, decoded by ffmpeg: blue, green, red. `seek`: seconds into a video.
cv::Mat picture_of(const std::filesystem::path& file, cv::Size size, double seek = 0) {
  const std::string bytes =
      tests::ffmpeg("-ss " + std::to_string(seek) + " -i " + quoted(file) + " -frames:v 1 -s " +
                    std::to_string(size.width) + "x" + std::to_string(size.height) + " -pix_fmt bgr24 -f rawvideo -");
  if (bytes.size() != static_cast<std::size_t>(size.area()) * 3)
    throw std::runtime_error("no picture: " + file.string());
  return cv::Mat(size.height, size.width, CV_8UC3, const_cast<char*>(bytes.data())).clone();
}

double overlap(const cv::Rect& a, const cv::Rect& b) { return double((a & b).area()) / double((a | b).area()); }

/// The fault of asking for a target, or "".
std::string fault_of(const std::string& target) {
  try {
    make_detector(target);
    return "";
  } catch (const Error& fault) {
    return fault.what();
  }
}

class DetectorTest : public ::testing::Test {
 protected:
  DetectorTest() { setenv("REEL_MODELS", folder_.path().c_str(), 1); }
  ~DetectorTest() override { unsetenv("REEL_MODELS"); }

  static cv::Mat astronaut() { return picture_of(tests::clip("astronaut.png"), {512, 512}); }
  /// A woman in front of a blackboard, before the heads of others.
  static cv::Mat lecture() { return picture_of(tests::clip("wannaworktogether.mp4"), {480, 352}, 17.518); }

  void describe(const std::string& name, const std::string& text) const {
    tests::write(folder_ / (name + ".onnx"), "no model");
    tests::write(folder_ / (name + ".json"), text);
  }

  TemporaryFolder folder_;
};

/// A library beside the models is opened: the working folder of a run is no place for it.
TEST_F(DetectorTest, has_no_models_where_there_is_no_home) {
  const std::string home = getenv("HOME") != nullptr ? getenv("HOME") : "";
  unsetenv("REEL_MODELS"), unsetenv("XDG_DATA_HOME"), unsetenv("HOME");
  EXPECT_EQ(models_folder(), "");
  EXPECT_TRUE(installed_models().models.empty());
  setenv("HOME", home.c_str(), 1);
  EXPECT_EQ(models_folder(), home + "/.local/share/reelwork/models");
}

TEST_F(DetectorTest, finds_a_face) {
  const auto found = make_detector("face")->find(astronaut());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_GT(overlap(found[0].box, {165, 42, 121, 145}), 0.7) << found[0].box;
}

/// One that is small and of little contrast, and none in what is only grey.
TEST_F(DetectorTest, finds_no_faces_in_noise) {
  const auto faces = make_detector("faces")->find(lecture());
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_GT(overlap(faces[0].box, {227, 127, 41, 49}), 0.6) << faces[0].box;
  cv::Mat grey(352, 480, CV_8UC3, cv::Scalar::all(110));
  cv::RNG(3).fill(grey, cv::RNG::NORMAL, cv::Scalar::all(110), cv::Scalar::all(4));
  EXPECT_TRUE(make_detector("face")->find(grey).empty());
}

TEST_F(DetectorTest, finds_a_person) {
  const auto found = make_detector("person")->find(lecture());
  ASSERT_FALSE(found.empty());
  EXPECT_GT(overlap(found[0].box, {198, 101, 97, 236}), 0.6) << found[0].box;
  EXPECT_TRUE(make_detector("person")->find(cv::Mat(270, 480, CV_8UC3, cv::Scalar(90, 120, 100))).empty());
}

TEST_F(DetectorTest, looks_for_colours) {
  // Orange is what she wears; the face is of the colour of a face.
  EXPECT_TRUE(make_detector("green face")->find(astronaut()).empty());
  EXPECT_TRUE(make_detector("blue face")->find(astronaut()).empty());
  EXPECT_EQ(
      make_detector("brown face")->find(astronaut()).size() + make_detector("orange face")->find(astronaut()).size(),
      1U);
}

TEST_F(DetectorTest, says_what_can_be_found_and_what_can_be_installed) {
  EXPECT_THAT(own_labels(), ElementsAre("face", "person"));
  EXPECT_EQ(fault_of("dragon"),
            "nothing that is installed finds 'dragon'. What can be found here: `face`, `person`; `reel models list` "
            "tells what can be installed, and for anything else there is `region`");
  EXPECT_EQ(fault_of("red cars"),
            "nothing that is installed finds 'car'. `reel models install everyday` brings what finds it. What can be "
            "found here: `face`, `person`");
}

TEST_F(DetectorTest, tells_of_descriptions_that_are_wrong) {
  describe("mine", "{");
  EXPECT_THAT(fault_of("dragon"), HasSubstr("mine.json is wrong: "));
  const char* const input = R"("input": {"width": 8, "height": 8})";
  const auto fault = [&](const std::string& text) {
    describe("mine", text);
    EXPECT_TRUE(installed_models().models.empty()) << text;
    return installed_models().faulty.empty() ? "" : installed_models().faulty[0];
  };
  EXPECT_THAT(fault("[]"), HasSubstr("is wrong"));
  EXPECT_THAT(fault(R"({"kind": "dragons"})"),
              HasSubstr(R"(`kind` is "dragons": expected "detector", "segmenter" or "painter")"));
  EXPECT_THAT(fault(R"({"kind": "detector", "labels": ["a"]})"), HasSubstr("'input' not found"));
  EXPECT_THAT(fault(R"({"labels": ["a"], "input": {"width": 0, "height": 8}})"), HasSubstr("between 1 and 4096"));
  EXPECT_THAT(fault(R"({"labels": ["a"], "input": {"width": 8, "height": 8, "deviation": [1, 0, 1]}})"),
              HasSubstr("`deviation` may not be 0"));
  EXPECT_THAT(fault(R"({"labels": ["a"], )" + std::string(input) +
                    R"(, "output": {"scores": ["s"], "boxes": ["b"], "anchors": [
                       {"columns": 4096, "rows": 4096, "sizes": [[1, 1]]}]}})"),
              HasSubstr("`anchors` are too many"));
}

TEST_F(DetectorTest, a_file_that_is_no_model_is_told_as_one) {
  describe("mine", R"({"labels": ["dragon"], "input": {"width": 8, "height": 8},
                       "output": {"form": "yolo", "scores": ["o"]}})");
  EXPECT_THAT(own_labels(), ElementsAre("dragon", "face", "person"));
  EXPECT_THAT(fault_of("dragon"), HasSubstr("mine.onnx cannot be run by OpenCV"));
}

/// A model that says the same of every picture: `values` as [1, rows, columns].
void make_model(const std::filesystem::path& file, int rows, int columns, const std::string& values) {
  const tests::Result made =
      tests::shell("python3 -B - " + quoted(tests::source_folder() / "plugins/object-removal/models") + " " +
                   quoted(file) + " " + std::to_string(rows) + " " + std::to_string(columns) + R"( <<'END'
import array, sys
sys.path.insert(0, sys.argv[1])
import onnx_file
rows, columns = int(sys.argv[3]), int(sys.argv[4])
graph = onnx_file.Graph()
graph.input("picture", [1, 3, 16, 16])
weights = graph.constant(array.array("f", [0] * (rows * columns * 3 * 256)), [rows * columns, 3, 16, 16])
values = graph.constant(array.array("f", [)" +
                   values + R"(]), [rows * columns])
made = graph.node("Conv", ["picture", weights, values], kernel_shape=[16, 16])
shape = graph.constant(array.array("q", [1, rows, columns]), [3])
graph.output("boxes", [1, rows, columns], graph.node("Reshape", [made, shape]))
open(sys.argv[2], "wb").write(graph.model())
END)");
  if (made.exit != 0) throw std::runtime_error(made.output);
}

std::vector<cv::Rect> boxes_of(const std::string& target) {
  std::vector<cv::Rect> boxes;
  for (const Found& one : make_detector(target)->find(cv::Mat(160, 320, CV_8UC3, cv::Scalar(90, 120, 100))))
    boxes.push_back(one.box);
  return boxes;
}

/// Of two kinds, one box twice, and one that nobody is sure of.
TEST_F(DetectorTest, reads_boxes_as_yolo_models_tell_them) {
  describe("mine", R"({"labels": ["dragon", "knight"], "input": {"width": 16, "height": 16},
                       "output": {"form": "yolo", "scores": ["boxes"]}})");
  const cv::Rect dragon(40, 60, 80, 40), knight(220, 40, 40, 80);
  make_model(folder_ / "mine.onnx", 6, 4, "4,12,4.1,8, 8,8,8,8, 4,2,4,2, 4,8,4,2, .9,.1,.8,.3, .1,.7,.1,.2");
  EXPECT_THAT(boxes_of("dragon"), ElementsAre(dragon));
  EXPECT_THAT(boxes_of("knight"), ElementsAre(knight));
  // A box in each row, and a score of its own before those of the classes.
  make_model(folder_ / "mine.onnx", 3, 7, "4,8,4,4,1,.9,.1, 12,8,2,8,.9,.1,.7, 12,8,2,8,.5,.9,.9");
  EXPECT_THAT(boxes_of("dragon"), ElementsAre(dragon));
  EXPECT_THAT(boxes_of("knight"), ElementsAre(knight));
}

TEST_F(DetectorTest, a_model_that_differs_from_its_description_is_an_error) {
  const auto fault = [&](const std::string& output, int rows, int columns, const std::string& values) {
    describe("mine",
             R"({"labels": ["dragon", "knight"], "input": {"width": 16, "height": 16}, "output": )" + output + "}");
    make_model(folder_ / "mine.onnx", rows, columns, values);
    try {
      boxes_of("dragon");
      return std::string("nothing");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(fault(R"({"form": "yolo", "scores": ["boxes"]})", 3, 4, "1,2,3,4,5,6,7,8,9,0,1,2"),
              HasSubstr("is not as its description says"));
  EXPECT_THAT(fault(R"({"form": "yolo", "scores": ["other"]})", 3, 4, "1,2,3,4,5,6,7,8,9,0,1,2"),
              HasSubstr("cannot be run"));
  const char* const anchors = R"({"scores": ["boxes"], "boxes": ["boxes"],
                                  "anchors": [{"columns": 2, "rows": 2, "sizes": [[0.5, 0.5]]}]})";
  EXPECT_THAT(fault(anchors, 3, 4, "1,2,3,4,5,6,7,8,9,0,1,2"), HasSubstr("3 scores and 3 boxes for 4 anchors"));
  EXPECT_THAT(fault(anchors, 4, 4, "1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6"), HasSubstr("4 classes for 2 labels"));
}

/// Through the table that other plugins get.
TEST_F(DetectorTest, other_plugins_may_ask) {
  const SegmenterUse segmenter(*static_cast<const reel_segmenter*>(OwnSegmenter::table()), nullptr);
  EXPECT_THAT(segmenter.labels(), ElementsAre("face", "person"));
  cv::Mat rgb;
  cv::cvtColor(astronaut(), rgb, cv::COLOR_BGR2RGB);
  const reel_picture picture{512, 512, rgb.data};
  const auto found = segmenter.open("face")->find(picture, Task());
  ASSERT_EQ(found.size(), 1U);
  const Detection& face = found[0];
  EXPECT_GT(overlap({int(face.left), int(face.top), int(face.width), int(face.height)}, {165, 42, 121, 145}), 0.7);
  try {
    segmenter.open("dragon");
    FAIL();
  } catch (const ExtensionError& fault) {
    EXPECT_EQ(fault.code(), REEL_ERROR_NOT_FOUND);
  }
}

}  // namespace
}  // namespace reel::removal
