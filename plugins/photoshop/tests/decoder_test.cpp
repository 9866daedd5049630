#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <reel/testing/testing.hpp>
#include <sstream>

#include "documents.hpp"

namespace reel::photoshop::testing {
namespace {

using reel::testing::Graph;
using ::testing::HasSubstr;

class DecoderTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { reel::testing::load_plugin("photoshop"); }

  std::string saved(const Document& document, const std::string& extension = "psd") const {
    const std::string path = folder_.file("document." + extension);
    EXPECT_EQ(write(document, path, extension), "");
    return path;
  }
  std::string saved_bytes(const std::string& bytes) const {
    const std::string path = folder_.file("bytes.psd");
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  static std::string bytes_of(const std::string& path) {
    std::stringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
  }
  /// The samples that `uridecodebin` gives.
  template <class T>
  static std::vector<T> decoded(const std::string& path, const std::string& format) {
    Graph graph("uridecodebin uri=file://" + path + " ! video/x-raw, format=" + format + " ! appsink name=out");
    graph.run();
    return graph.output("out").samples<T>();
  }
  static std::string failure_of(const std::string& path) {
    try {
      Graph("filesrc location=" + path + " ! reel-psddec ! fakesink").run();
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no failure";
  }

  reel::testing::TemporaryFolder folder_;
};

Document frame(std::uint32_t depth) {
  return {.width = 33,
          .height = 21,
          .depth = depth,
          .layers = {{.name = "only", .pixels = Pixels::gradient(33, 21, depth)}}};
}

TEST_F(DecoderTest, ReadsWhatWasWritten) {
  const auto expected = Pixels::gradient(33, 21, 8).bytes();
  EXPECT_EQ(decoded<std::uint8_t>(saved(frame(8)), "RGBA"), expected);
  EXPECT_EQ(decoded<std::uint8_t>(saved(frame(8), "psb"), "RGBA"), expected);
}

/// Alpha first.
TEST_F(DecoderTest, ReadsSixteenBits) {
  const Pixels pixels = Pixels::gradient(33, 21, 16);
  auto expected = pixels.samples;
  for (auto at = expected.begin(); at != expected.end(); at += 4) std::rotate(at, at + 3, at + 4);
  EXPECT_EQ(decoded<std::uint16_t>(saved(frame(16)), "ARGB64"), expected);
  EXPECT_EQ(decoded<std::uint16_t>(saved(frame(16), "psb"), "ARGB64"), expected);
}

TEST_F(DecoderTest, AlphaComesBack) {
  for (const std::uint32_t depth : {8U, 16U}) {
    Document document = frame(depth);
    document.layers[0].pixels = Pixels::solid(33, 21, depth, {0.2, 0.4, 0.6, 0.5});
    const std::string path = saved(document);
    const double full = depth == 8 ? 255 : 65535;
    std::vector<double> pixel;
    if (depth == 8)
      for (const auto sample : decoded<std::uint8_t>(path, "RGBA")) pixel.push_back(sample / full);
    else
      for (const auto sample : decoded<std::uint16_t>(path, "ARGB64")) pixel.push_back(sample / full);
    if (depth == 16) std::rotate(pixel.begin(), pixel.begin() + 1, pixel.begin() + 4);
    const std::vector<double> expected{0.2, 0.4, 0.6, 0.5};
    for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(pixel[c], expected[c], 3 / full) << depth << " " << c;
  }
}

/// ImageMagick writes what we do not.
TEST_F(DecoderTest, ReadsDocumentsOfOthers) {
  const std::string make = "convert -size 40x30 gradient:red-blue ";
  const auto sample = [&](const std::string& options, const std::string& extension = "psd") {
    const std::string path = folder_.file("other." + extension);
    EXPECT_EQ(std::system((make + options + " '" + path + "'").c_str()), 0);
    return decoded<std::uint8_t>(path, "RGBA");
  };
  const auto plain = sample("-depth 8 -compress none");
  ASSERT_EQ(plain.size(), 40U * 30 * 4);
  EXPECT_EQ(plain[0], 255);
  EXPECT_EQ(plain[2], 0);
  EXPECT_EQ(plain[plain.size() - 2], 255);
  EXPECT_EQ(sample("-depth 8 -compress rle"), plain);
  EXPECT_EQ(sample("-depth 8 -compress rle", "psb"), plain);
  const auto cmyk = sample("-depth 8 -colorspace CMYK");
  ASSERT_EQ(cmyk.size(), plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) ASSERT_NEAR(cmyk[i], plain[i], 3) << i;
  const auto grey = sample("-depth 8 -colorspace Gray");
  ASSERT_EQ(grey.size(), plain.size());
  EXPECT_EQ(grey[0], grey[1]);
}

TEST_F(DecoderTest, SaysWhyADocumentCannotBeRead) {
  const std::string good = bytes_of(saved(frame(8)));
  EXPECT_THAT(failure_of(saved_bytes("GIF89a")), HasSubstr("no Photoshop document"));
  EXPECT_THAT(failure_of(saved_bytes(good.substr(0, good.size() / 2))), HasSubstr("cut short"));
  std::string lab = good;
  lab[25] = 9;
  EXPECT_THAT(failure_of(saved_bytes(lab)), HasSubstr("only documents in RGB, grey and CMYK"));
  std::string huge = good;
  huge[14] = huge[18] = 0x7f;
  EXPECT_THAT(failure_of(saved_bytes(huge)), HasSubstr("size is impossible"));
  huge = good;
  huge[15] = huge[19] = 1;
  EXPECT_THAT(failure_of(saved_bytes(huge)), HasSubstr("more than 268435456 pixels"));
}

/// Whatever is in the file, the decoder gives a picture or an error, and soon.
TEST_F(DecoderTest, SurvivesHostileFiles) {
  Document document = frame(8);
  document.layers[0].pixels = Pixels::noise(33, 21, 8, 1);
  std::minstd_rand random(7);
  for (const std::uint32_t depth : {8U, 16U}) {
    document.depth = depth;
    const std::string good = bytes_of(saved(document));
    for (int i = 0; i < 150; ++i) {
      std::string bad = good;
      // The beginning says what all the rest means.
      const std::size_t reach = i % 2 == 0 ? std::min<std::size_t>(60, bad.size()) : bad.size();
      for (unsigned n = 0; n < 1 + random() % 8; ++n) bad[random() % reach] = static_cast<char>(random());
      if (i % 3 == 0) bad.resize(random() % bad.size());
      failure_of(saved_bytes(bad));
    }
  }
}

}  // namespace
}  // namespace reel::photoshop::testing
