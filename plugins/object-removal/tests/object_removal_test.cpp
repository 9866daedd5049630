#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <random>
#include <reel/testing/testing.hpp>
#include <string>
#include <vector>

#include "media.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A camera that moves over a ground with edges and texture, and an object before it.
class ObjectRemovalTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("object-removal"); }

  struct Scene {
    std::string format = "I420";
    int width = 240, height = 160, count = 45;
    double speed = 4;  ///< samples of luma a picture
    int noise = 2;
    double darker = 0;  ///< a picture
  };

  static int ground(double x, double y) {
    const double wave =
        30 * std::sin(x * 0.13 + 2 * std::sin(y * 0.05)) + 25 * std::cos(y * 0.17 - 1.5 * std::sin(x * 0.04));
    const bool tile = (static_cast<int>(std::floor(x / 23)) * 7 + static_cast<int>(std::floor(y / 19)) * 13) % 5 == 0;
    return static_cast<int>(std::lround(120 + wave + (tile ? 35 : 0)));
  }

  static std::vector<Picture> film(const Scene& s) {
    std::mt19937 random(7);
    std::vector<Picture> pictures;
    const Picture one(s.format, s.width, s.height);
    for (int i = 0; i < s.count; ++i)
      pictures.push_back(Picture::make(s.format, s.width, s.height, [&](int c, int x, int y) {
        const double sx = double(s.width) / one.width(c), sy = double(s.height) / one.height(c);
        const int unit = 1 << (one.depth() - 8);
        if (c > 0) return unit * (128 + (ground(x * sx + s.speed * i, y * sy + 300 * c) - 120) / 4);
        const int grain =
            s.noise > 0 ? static_cast<int>(random() % static_cast<unsigned>(2 * s.noise + 1)) - s.noise : 0;
        return unit * std::clamp(static_cast<int>(ground(x + s.speed * i, y) - s.darker * i) + grain, 0, 255);
      }));
    return pictures;
  }

  struct Box {
    int x, y, width, height;
    bool holds(int px, int py) const { return px >= x && px < x + width && py >= y && py < y + height; }
    std::string text() const {
      return "box " + std::to_string(x) + " " + std::to_string(y) + " " + std::to_string(width) + " " +
             std::to_string(height) + " px";
    }
  };

  /// With the box covered by something bright.
  static std::vector<Picture> covered(std::vector<Picture> pictures, const std::vector<Box>& where) {
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      Picture& p = pictures[i];
      const Box& box = where[std::min(i, where.size() - 1)];
      p.for_each([&](int c, int x, int y) {
        const int px = x * p.width(0) / p.width(c), py = y * p.height(0) / p.height(c);
        if (box.holds(px, py)) p.set(c, x, y, (c == 0 ? 235 : 90) << (p.depth() - 8));
      });
    }
    return pictures;
  }

  /// Of luma in the box, in steps of 8 bits, from picture `from` to `to`.
  static double hole_psnr(const std::vector<Picture>& truth, const std::vector<Picture>& got, const Box& box,
                          std::size_t from, std::size_t to) {
    double sum = 0;
    int count = 0;
    for (std::size_t i = from; i < to; ++i)
      for (int y = box.y; y < box.y + box.height; ++y)
        for (int x = box.x; x < box.x + box.width; ++x, ++count) {
          const double d = double(truth[i].at(0, x, y) - got[i].at(0, x, y)) / (1 << (truth[i].depth() - 8));
          sum += d * d;
        }
    return 10 * std::log10(255.0 * 255 * count / std::max(sum, 1e-9));
  }

  static std::string stage(const std::string& properties) { return "reel-object-removal " + properties; }
  static std::string region(const Box& box) { return "region=\"" + box.text() + "\""; }

  static constexpr Box box{96, 60, 40, 34};
};

TEST_F(ObjectRemovalTest, ShowsWhatIsBehindWhereTheCameraMoves) {
  const auto truth = film({});
  const auto got = run_video(stage(region(box)), covered(truth, {box})).pictures;
  ASSERT_EQ(got.size(), truth.size());
  EXPECT_GT(hole_psnr(truth, got, box, 0, got.size()), 33);
}

/// Larger than what motion is measured on, in both directions with a rest.
TEST_F(ObjectRemovalTest, ShowsWhatIsBehindInLargePictures) {
  const auto truth = film({.width = 1001, .height = 201, .count = 40});
  const Box large{471, 81, 61, 51};
  const auto got = run_video(stage(region(large)), covered(truth, {large})).pictures;
  EXPECT_GT(hole_psnr(truth, got, large, 0, got.size()), 33);
}

TEST_F(ObjectRemovalTest, LeavesAllElseAsItIs) {
  const auto in = covered(film({.count = 20}), {box});
  const auto got = run_video(stage(region(box) + " feather=0"), in).pictures;
  ASSERT_EQ(got.size(), in.size());
  for (std::size_t i = 0; i < in.size(); ++i)
    for (int y = 0; y < 160; ++y)
      for (int x = 0; x < 240; ++x)
        ASSERT_TRUE(box.holds(x, y) || got[i].at(0, x, y) == in[i].at(0, x, y)) << i << ": " << x << ", " << y;
}

TEST_F(ObjectRemovalTest, OutsideItsTimesNothingChanges) {
  const auto in = covered(film({.count = 30}), {box});
  const auto run = run_video(stage(region(box) + " during=400ms..800ms"), in);
  ASSERT_EQ(run.pictures.size(), in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool acts = i >= 10 && i < 20;
    EXPECT_EQ(max_difference(in[i], run.pictures[i]) > 0, acts) << i;
  }
}

/// A mark that is shown for a while only: before and after, a still camera sees what is behind it.
TEST_F(ObjectRemovalTest, WhatComesAndGoesIsTakenFromBeforeAndAfter) {
  const auto truth = film({.count = 40, .speed = 0, .noise = 1});
  auto in = truth;
  const auto with = covered(truth, {box});
  for (std::size_t i = 10; i < 30; ++i) in[i] = with[i];
  const auto got = run_video(stage(region(box) + " during=400ms..1200ms"), in).pictures;
  EXPECT_GT(hole_psnr(truth, got, box, 10, 30), 38);
}

/// Where it stays beyond the times, it must not be copied into them.
TEST_F(ObjectRemovalTest, WhatStaysBeyondItsTimesIsNoSource) {
  const auto truth = film({.count = 40, .speed = 0});
  const auto got = run_video(stage(region(box) + " during=400ms..1200ms"), covered(truth, {box})).pictures;
  for (int y = box.y + 8; y < box.y + box.height - 8; ++y)
    for (int x = box.x + 8; x < box.x + box.width - 8; ++x) ASSERT_LT(got[20].at(0, x, y), 220) << x << ", " << y;
}

TEST_F(ObjectRemovalTest, FollowsTheLight) {
  const auto truth = film({.darker = 0.8});
  const auto got = run_video(stage(region(box)), covered(truth, {box})).pictures;
  EXPECT_GT(hole_psnr(truth, got, box, 0, got.size()), 30);
}

TEST_F(ObjectRemovalTest, AllFormatsAndOddSizes) {
  for (const char* const format : {"Y42B", "Y444", "GRAY8", "I422_10LE", "I420_12LE", "YV12"}) {
    const auto truth = film({.format = format, .width = 141, .height = 93, .count = 20});
    const Box odd{61, 33, 21, 23};
    const auto got = run_video(stage(region(odd)), covered(truth, {odd})).pictures;
    ASSERT_EQ(got.size(), truth.size()) << format;
    EXPECT_GT(hole_psnr(truth, got, odd, 0, got.size()), 28) << format;
  }
}

TEST_F(ObjectRemovalTest, OnePictureIsFilledByItself) {
  const auto in = covered(film({.count = 1}), {box});
  const auto got = run_video(stage(region(box)), in).pictures;
  ASSERT_EQ(got.size(), 1U);
  EXPECT_GT(max_difference(in[0], got[0]), 20);
}

TEST_F(ObjectRemovalTest, BlackAndTinyPicturesDoNoHarm) {
  const auto black = film({.count = 4, .speed = 0, .noise = 0, .darker = 400});
  EXPECT_EQ(run_video(stage(region(box)), black).pictures.size(), 4U);
  const auto tiny = film({.width = 3, .height = 2, .count = 3});
  EXPECT_EQ(run_video(stage("region=\"box 0 0 1 1 px\""), tiny).pictures.size(), 3U);
}

TEST_F(ObjectRemovalTest, AFollowedObjectIsGone) {
  // A patch with a pattern of its own walks against the camera.
  const auto truth = film({.count = 50, .speed = 1.5});
  std::vector<Picture> in = truth;
  std::vector<Box> boxes;
  for (int i = 0; i < 50; ++i) {
    boxes.push_back({30 + 3 * i, 60 + i / 4, 26, 44});
    Picture& p = in[static_cast<std::size_t>(i)];
    const Box& b = boxes.back();
    p.for_each([&](int c, int x, int y) {
      const int px = c == 0 ? x : 2 * x, py = c == 0 ? y : 2 * y;
      if (b.holds(px, py))
        p.set(c, x, y, c == 0 ? ((px - b.x) / 6 + (py - b.y) / 7) % 2 * 150 + 40 : c == 1 ? 60 : 200);
    });
  }
  const Box first{boxes[0].x - 3, boxes[0].y - 3, boxes[0].width + 6, boxes[0].height + 6};
  const auto got = run_video(stage(region(first) + " track=true"), in).pictures;
  ASSERT_EQ(got.size(), in.size());
  double worst = 99;
  for (std::size_t i = 0; i < got.size(); ++i) worst = std::min(worst, hole_psnr(truth, got, boxes[i], i, i + 1));
  EXPECT_GT(worst, 24);
}

TEST_F(ObjectRemovalTest, AMaskIsAPictureToo) {
  const TemporaryFolder folder;
  const auto truth = film({});
  Picture mask("GRAY8", 240, 160);
  mask.for_each([&](int c, int x, int y) { mask.set(c, x, y, box.holds(x, y) ? 255 : 0); });
  save_png(mask, folder.file("mask.png"));
  const auto in = covered(truth, {box});
  const auto by_mask = run_video(stage("mask=" + folder.file("mask.png")), in).pictures;
  const auto by_region = run_video(stage(region(box)), in).pictures;
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_EQ(max_difference(by_mask[i], by_region[i]), 0) << i;
}

TEST_F(ObjectRemovalTest, SaysWhereTheFillComesFrom) {
  const auto truth = film({.count = 40, .speed = 0, .noise = 1});
  auto in = truth;
  const auto with = covered(truth, {box});
  for (std::size_t i = 20; i < 40; ++i) in[i] = with[i];
  const std::string said = run_video(stage(region(box) + " during=800ms.."), in).messages.at("reel-frame");
  EXPECT_THAT(said, HasSubstr("time=(guint64)1560000000"));  // of the last picture
  const auto figure = [&](const std::string& name) {
    return std::stod(said.substr(said.find(name + "=(double)") + name.size() + 9));
  };
  EXPECT_NEAR(figure("area"), 40 * 34 / (240.0 * 160), 0.001);
  EXPECT_GT(figure("from-earlier"), 0.95);
  EXPECT_LT(figure("from-later"), 0.01);
  EXPECT_LT(figure("guessed"), 0.05);
  EXPECT_GT(figure("confidence"), 0.7);
  // What nobody ever saw is guessed, and said to be.
  const std::string still = run_video(stage(region(box)), with).messages.at("reel-frame");
  EXPECT_THAT(still, HasSubstr("guessed=(double)1"));
  EXPECT_THAT(still, HasSubstr("confidence=(double)0"));
}

/// Paints all of a hole in one colour, and is right about nothing else: what goes in comes out there.
class PainterTest : public ObjectRemovalTest {
 protected:
  PainterTest() {
    setenv("REEL_MODELS", folder_.file(".").c_str(), 1);
    describe("mask");
    const reel::tests::Result made = reel::tests::shell(
        "python3 -B - " + reel::tests::quoted(reel::tests::source_folder() / "plugins/object-removal/models") + " " +
        reel::tests::quoted(folder_.file("red.onnx")) + R"( <<'END'
import array, sys
sys.path.insert(0, sys.argv[1])
import onnx_file
graph = onnx_file.Graph()
graph.input("image", [1, 3, 64, 64])
graph.input("mask", [1, 1, 64, 64])
# image + mask * (colour - image), by channels that stand side by side
colour = graph.constant(array.array("f", [0.8, 0.1, 0.2]), [3, 1, 1, 1])
flat = graph.node("Conv", ["mask", colour], kernel_shape=[1, 1])
ones = graph.constant(array.array("f", [1, 1, 1]), [3, 1, 1, 1])
wide = graph.node("Conv", ["mask", ones], kernel_shape=[1, 1])
hidden = graph.node("Mul", [wide, "image"])
graph.output("painted", [1, 3, 64, 64], graph.node("Add", ["image", graph.node("Sub", [flat, hidden])]))
open(sys.argv[2], "wb").write(graph.model())
END)");
    EXPECT_EQ(made.exit, 0) << made.output;
  }
  ~PainterTest() override { unsetenv("REEL_MODELS"); }

  void describe(const std::string& mask) const {
    std::ofstream(folder_.file("red.json"))
        << R"({"kind": "painter", "input": {"width": 64, "height": 64, "picture": "image", "mask": ")" << mask
        << R"("}, "output": {"picture": "painted"}})";
  }

  const TemporaryFolder folder_;
};

TEST_F(PainterTest, PaintsWhatNobodySaw) {
  for (const char* const format : {"I420", "Y444_10LE"}) {
    const auto in = covered(film({.format = format, .count = 3, .speed = 0}), {box});
    const auto got = run_video(stage(region(box) + " model=red feather=0"), in).pictures;
    ASSERT_EQ(got.size(), 3U);
    const Picture& p = got[1];
    const int unit = 1 << (p.depth() - 8), sx = p.width(0) / p.width(1), sy = p.height(0) / p.height(1);
    // 0.8, 0.1, 0.2 by BT.601
    EXPECT_NEAR(p.at(0, box.x + 20, box.y + 17) / unit, 86, 3) << format;
    EXPECT_NEAR(p.at(1, (box.x + 20) / sx, (box.y + 17) / sy) / unit, 113, 3) << format;
    EXPECT_NEAR(p.at(2, (box.x + 20) / sx, (box.y + 17) / sy) / unit, 205, 3) << format;
    EXPECT_EQ(p.at(0, box.x - 3, box.y + 17), in[1].at(0, box.x - 3, box.y + 17)) << format;
  }
}

/// What others show is not for the painter.
TEST_F(PainterTest, LeavesWhatOtherPicturesShow) {
  const auto truth = film({});
  const auto got = run_video(stage(region(box) + " model=red"), covered(truth, {box})).pictures;
  EXPECT_GT(hole_psnr(truth, got, box, 5, got.size() - 5), 30);
}

TEST_F(PainterTest, SaysWhatIsWrongWithAModel) {
  const auto in = film({.count = 2});
  const auto fault = [&](const std::string& properties) {
    try {
      run_video(stage(region(box) + " " + properties), in);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_THAT(fault("model=blue"), HasSubstr("no model that paints is installed as 'blue' in " + folder_.file(".")));
  EXPECT_THAT(fault("model=blue"), HasSubstr("there are: red"));
  describe("other");
  EXPECT_THAT(fault("model=red"), HasSubstr("red.onnx cannot be run"));
}

/// Plain ground with grain, which nobody ever saw behind the box.
TEST_F(ObjectRemovalTest, TheFillHasTheGrainOfItsSurroundings) {
  for (const char* const format : {"I420", "I420_10LE"}) {
    std::mt19937 random(3);
    std::normal_distribution<double> grain(0, 4);
    std::vector<Picture> in;
    for (int i = 0; i < 4; ++i)
      in.push_back(Picture::make(format, 240, 160, [&](int c, int x, int) {
        const int unit = std::string(format) == "I420" ? 1 : 4;
        return c > 0 ? 128 * unit : static_cast<int>(std::lround(unit * (90 + 0.2 * x + grain(random))));
      }));
    // How much neighbours differ, over a difference of two of them.
    const auto roughness = [&](const Picture& p, const Box& part) {
      double sum = 0;
      for (int y = part.y; y < part.y + part.height; ++y)
        for (int x = part.x; x < part.x + part.width; ++x) sum += std::pow(p.at(0, x, y) - p.at(0, x + 1, y), 2);
      return std::sqrt(sum / 2 / (part.width * part.height)) / (1 << (p.depth() - 8));
    };
    const Box inside{box.x + 4, box.y + 4, box.width - 9, box.height - 8}, beside{20, 60, 31, 26};
    const auto with = run_video(stage(region(box)), covered(in, {box})).pictures;
    const auto without = run_video(stage(region(box) + " grain=false"), covered(in, {box})).pictures;
    EXPECT_NEAR(roughness(with[2], inside), roughness(in[2], beside), 1.2) << format;
    EXPECT_LT(roughness(without[2], inside), 1) << format;
    // Each picture has its own; the same picture has the same.
    int differ = 0;
    for (int x = inside.x; x < inside.x + inside.width; ++x)
      differ += with[1].at(0, x, inside.y) != with[2].at(0, x, inside.y);
    EXPECT_GT(differ, inside.width / 2) << format;
    EXPECT_EQ(max_difference(run_video(stage(region(box)), covered(in, {box})).pictures[2], with[2]), 0) << format;
  }
}

TEST_F(ObjectRemovalTest, GrowsItsMask) {
  const auto in = film({.count = 2});
  const auto matte = run_video(stage(region(box) + " dilate=5 debug=matte"), in).pictures;
  EXPECT_EQ(matte[0].at(0, box.x - 5, box.y + 10), 235);
  EXPECT_EQ(matte[0].at(0, box.x - 6, box.y + 10), 16);
}

TEST_F(ObjectRemovalTest, SaysWhatIsWrong) {
  const auto in = film({.count = 2});
  const auto fault = [&](const std::string& properties) {
    try {
      run_video(stage(properties), in);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_THAT(fault(""), HasSubstr("Give one of `region`, `target` and `mask`"));
  EXPECT_THAT(fault(region(box) + " target=person"), HasSubstr("Give one of"));
  EXPECT_THAT(fault("target=dragon"), HasSubstr("nothing that is installed finds 'dragon'. What can be found here: "));
  EXPECT_THAT(fault("target=person track=true"), HasSubstr("a `target` is followed anyway"));
  EXPECT_THAT(fault("mask=/nowhere.png track=true"), HasSubstr("`track` follows a `region`"));
  EXPECT_THAT(fault(region(box) + " which=all"), HasSubstr("`which` chooses among targets"));
  EXPECT_THAT(fault("region=\"box 300 20 50 50 px\""), HasSubstr("outside the picture, which has 240x160 pixels"));
  EXPECT_THAT(fault("region=\"box 0 0 1 1\""), HasSubstr("covers the whole picture"));
  EXPECT_THAT(fault("mask=/nowhere.png"), HasSubstr("the mask '/nowhere.png' cannot be read"));
  const TemporaryFolder folder;
  std::ofstream(folder.file("mask.png")) << "no picture";
  EXPECT_THAT(fault("mask=" + folder.file("mask.png")), HasSubstr("cannot be read"));
  Graph("audiotestsrc num-buffers=5 ! wavenc ! filesink location=" + folder.file("sound.wav")).run();
  EXPECT_THAT(fault("mask=" + folder.file("sound.wav")), HasSubstr("has no picture"));
  save_png(Picture::make("GRAY8", 240, 160, [](int, int, int) { return 16; }), folder.file("dark.png"));
  EXPECT_THAT(fault("mask=" + folder.file("dark.png")), HasSubstr("is dark all over"));
  const auto tall = Picture::make("GRAY8", 100, 200, [](int, int, int) { return 235; });
  save_png(tall, folder.file("tall.png"));
  EXPECT_THAT(fault("mask=" + folder.file("tall.png")), HasSubstr("has 100x200 pixels, the picture 240x160"));
}

}  // namespace
