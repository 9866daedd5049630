#include <fstream>

#include "stages.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class LutTest : public PictureTest {
 protected:
  std::string write(const std::string& text, const std::string& name = "look.cube") const {
    std::ofstream(folder_.file(name), std::ios::binary) << text;
    return folder_.file(name);
  }
  /// A strong look whose channels depend on each other.
  std::string film(int size, const std::string& head = "") const {
    std::string text = "TITLE \"Film\"\n# made up\nLUT_3D_SIZE " + std::to_string(size) + "\n" + head + "\n";
    for (int b = 0; b < size; ++b)
      for (int g = 0; g < size; ++g)
        for (int r = 0; r < size; ++r) {
          const double x = double(r) / (size - 1), y = double(g) / (size - 1), z = double(b) / (size - 1);
          text += std::to_string(std::pow(x, 0.7) * 0.9 + 0.1 * y * z) + " " + std::to_string(y * y * (3 - 2 * y)) +
                  " " + std::to_string(std::clamp(1 - x * 0.3 - std::pow(1 - z, 1.5), 0.0, 1.0)) + "\n";
        }
    return write(text, "film" + std::to_string(size) + ".cube");
  }
  static std::string fault(const std::string& path) {
    try {
      apply("reel-lut file=" + path, Picture::noise("RGB", 8, 8));
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  }
  TemporaryFolder folder_;
};

TEST_F(LutTest, AgreesWithFfmpegToOneStep) {
  for (const int size : {2, 17, 33, 65})
    for (const std::string interpolation : {"tetrahedral", "trilinear"})
      for (const std::string format : {"RGB", "BGRA", "GBR", "GBR_10LE", "RGBA64_LE"}) {
        SCOPED_TRACE(std::to_string(size) + " " + interpolation + " " + format);
        const std::string file = film(size);
        const Picture in = Picture::noise(format, 67, 45);
        const Picture out = apply("reel-lut file=" + file + " interpolation=" + interpolation, in);
        const Picture expected = run_ffmpeg("lut3d=file=" + file + ":interp=" + interpolation, {in}).at(0);
        // ffmpeg cuts fractions off where we round.
        EXPECT_LE(max_difference(out, expected), 1);
      }
}

TEST_F(LutTest, TheIdentityTableChangesNothing) {
  std::string text = "LUT_3D_SIZE 9\r\n";  // line ends of Windows
  for (int i = 0; i < 729; ++i)
    text += std::to_string(i % 9 / 8.0) + "\t" + std::to_string(i / 9 % 9 / 8.0) + " " + std::to_string(i / 81 / 8.0) +
            "\r\n";
  const std::string file = write(text);
  for (const std::string& format : rgb_formats) {
    const Picture in = Picture::noise(format, 40, 30);
    EXPECT_EQ(apply("reel-lut file=" + file, in), in) << format;
    EXPECT_EQ(apply("reel-lut interpolation=trilinear file=" + file, in), in) << format;
  }
}

TEST_F(LutTest, ACurveWorksOnEachChannel) {
  const std::string file = write("LUT_1D_SIZE 3\n0 1 0\n0.25 0.5 0.5\n1 0 1\n");
  const Picture in = Picture::make("RGB", 256, 1, [](int, int x, int) { return x; });
  const Picture out = apply("reel-lut file=" + file, in);
  for (int x = 0; x < 256; ++x) {
    EXPECT_EQ(out.at(1, x, 0), 255 - x);
    EXPECT_EQ(out.at(2, x, 0), x);
  }
  EXPECT_EQ(out.at(0, 255, 0), 255);
  EXPECT_EQ(out.at(0, 51, 0), 26);  // half of 51, rounded
}

TEST_F(LutTest, TheDomainSaysWhichInputsTheTableIsFor) {
  // A step: inputs from 0.25 to 0.75 go from black to white.
  const std::string table = "0 0 0\n1 1 1\n";
  const Picture in = Picture::make("RGB", 256, 1, [](int, int x, int) { return x; });
  for (const std::string head :
       {"DOMAIN_MIN 0.25 0.25 0.25\nDOMAIN_MAX 0.75 0.75 0.75\n", "LUT_1D_INPUT_RANGE 0.25 0.75\n"}) {
    const Picture out = apply("reel-lut file=" + write(head + "LUT_1D_SIZE 2\n" + table), in);
    EXPECT_EQ(out.at(0, 60, 0), 0);
    EXPECT_NEAR(out.at(0, 128, 0), 128, 1);
    EXPECT_EQ(out.at(0, 200, 0), 255);
  }
  // ffmpeg knows no domain narrower than 0..1, and none before the size.
  const std::string file = film(9, "DOMAIN_MIN 0 0 0\nDOMAIN_MAX 1.5 1.25 2\n");
  const Picture noise = Picture::noise("RGB", 64, 64);
  EXPECT_LE(max_difference(apply("reel-lut file=" + file, noise), run_ffmpeg("lut3d=file=" + file, {noise}).at(0)), 1);
}

TEST_F(LutTest, ACurveMayComeBeforeALattice) {
  std::string text = "LUT_1D_SIZE 2\nLUT_3D_SIZE 2\n1 1 1\n0 0 0\n";  // a negative, then red and blue exchanged
  for (int i = 0; i < 8; ++i)
    text += std::to_string(i / 4) + " " + std::to_string(i / 2 % 2) + " " + std::to_string(i % 2) + "\n";
  const Picture in = Picture::noise("RGB", 32, 32);
  const Picture out = apply("reel-lut file=" + write(text), in);
  in.for_each([&](int c, int x, int y) { ASSERT_EQ(out.at(2 - c, x, y), 255 - in.at(c, x, y)); });
}

TEST_F(LutTest, StrengthMixesAndTakesKeyframes) {
  const std::string file = film(17);
  const Picture in = Picture::noise("RGBA", 32, 32), full = apply("reel-lut file=" + file, in);
  const auto run = run_video("reel-lut file=" + file, std::vector<Picture>(11, in),
                             {.keyframes = {{"strength", {{0s, 0}, {400ms, 1}}}}});
  EXPECT_EQ(run.pictures[0], in);
  EXPECT_EQ(run.pictures[10], full);
  in.for_each([&](int c, int x, int y) {
    ASSERT_NEAR(run.pictures[5].at(c, x, y), (in.at(c, x, y) + full.at(c, x, y)) / 2.0, 1);
  });
  EXPECT_EQ(max_difference(in, full, 3), 0) << "alpha is no colour";
}

TEST_F(LutTest, SaysWhereAFileIsWrong) {
  EXPECT_THAT(fault("/nowhere/look.cube"), HasSubstr("/nowhere/look.cube"));
  EXPECT_THAT(fault("\"\""), HasSubstr("no file is given"));
  EXPECT_THAT(fault(write("LUT_3D_SIZE 2\n0 0 0\n0 x 0\n")), HasSubstr("look.cube:3: expected a number, found 'x'"));
  EXPECT_THAT(fault(write("LUT_3D_SIZE 2\n0 0\n")), HasSubstr("look.cube:2: expected three numbers, found 2"));
  EXPECT_THAT(fault(write("LUT_3D_SIZE 1\n")),
              HasSubstr("look.cube:1: LUT_3D_SIZE takes one whole number from 2 to 256"));
  EXPECT_THAT(fault(write("LUT_3D_SIZE 2\n0 0 0\n")),
              HasSubstr("the file ends too early: LUT_3D_SIZE 2 asks for 8 lines"));
  EXPECT_THAT(fault(write("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n\n2 2 2\n")), HasSubstr("look.cube:5: one line too many"));
  EXPECT_THAT(fault(write("0 0 0\n")), HasSubstr("look.cube:1: expected LUT_1D_SIZE or LUT_3D_SIZE before the table"));
  EXPECT_THAT(fault(write("\n\n")), HasSubstr("is this a .cube file?"));
  EXPECT_THAT(fault(write("LUT_1D_SIZE 2\n0 0 0\nTITLE \"x\"\n")),
              HasSubstr("look.cube:3: expected three numbers, found 'TITLE'"));
  EXPECT_THAT(fault(write("DOMAIN_MIN 1 1 1\nLUT_1D_SIZE 2\n0 0 0\n")),
              HasSubstr("look.cube:3: the table's domain is empty"));
  EXPECT_THAT(fault(write("LUT_1D_SIZE 2\nnan 0 0\n")), HasSubstr("look.cube:2"));
}

TEST_F(LutTest, TakesAnySize) {
  const std::string file = film(5);
  for (const auto& [width, height] : odd_sizes)
    for (const std::string& format : rgb_formats)
      EXPECT_EQ(apply("reel-lut file=" + file, Picture::noise(format, width, height)).width(), width);
}

}  // namespace
