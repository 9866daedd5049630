#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <reel/testing/testing.hpp>
#include <string>
#include <vector>

#include "cover.hpp"
#include "media.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class AnonymizeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("object-removal"); }

  /// Grey pictures of a clip, as I420.
  static std::vector<Picture> clip(const std::string& name, const std::string& from, int count, int width, int height) {
    const std::string size = std::to_string(width) + ":" + std::to_string(height);
    const std::string bytes =
        reel::tests::ffmpeg("-ss " + from + " -i " + reel::tests::quoted(reel::tests::clip(name)) + " -frames:v " +
                            std::to_string(count) + " -vf scale=" + size + " -pix_fmt gray -f rawvideo -");
    std::vector<Picture> pictures;
    const auto one = static_cast<std::size_t>(width * height);
    for (std::size_t at = 0; at + one <= bytes.size(); at += one)
      pictures.push_back(Picture::make("I420", width, height, [&](int c, int x, int y) {
        return c > 0 ? 128 : static_cast<std::uint8_t>(bytes[at + static_cast<std::size_t>(y * width + x)]);
      }));
    return pictures;
  }

  static cv::Mat luma(const Picture& p) {
    cv::Mat made(p.height(), p.width(), CV_8U);
    for (int y = 0; y < p.height(); ++y)
      for (int x = 0; x < p.width(); ++x) made.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(p.at(0, x, y));
    return made;
  }

  static std::vector<cv::Rect> faces(const Picture& p) {
    static cv::CascadeClassifier cascade("/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml");
    std::vector<cv::Rect> found;
    cascade.detectMultiScale(luma(p), found, 1.1, 3, 0, {24, 24});
    return found;
  }

  static bool changed(const Picture& a, const Picture& b, const cv::Rect& part) {
    return cv::norm(luma(a)(part), luma(b)(part), cv::NORM_L1) / part.area() > 4;
  }

  /// How far what is finer than a quarter of a part is the same in both: 1 all of it, about 0 none.
  static double alike(const Picture& a, const Picture& b, const cv::Rect& part) {
    const auto fine = [&](const Picture& p) {
      cv::Mat face, coarse;
      cv::resize(luma(p)(part), face, {32, 32}, 0, 0, cv::INTER_AREA);
      face.convertTo(face, CV_32F);
      cv::resize(face, coarse, {4, 4}, 0, 0, cv::INTER_AREA);
      cv::resize(coarse, coarse, {32, 32}, 0, 0, cv::INTER_CUBIC);
      return cv::Mat(face - coarse);
    };
    const cv::Mat x = fine(a), y = fine(b);
    return x.dot(y) / x.dot(x);
  }

  static std::string stage(const std::string& properties) { return "reel-anonymize " + properties; }
};

TEST_F(AnonymizeTest, NoFaceIsLeft) {
  const auto in = clip("wannaworktogether.mp4", "16.3", 30, 480, 352);
  ASSERT_EQ(in.size(), 30U);
  std::size_t seen = 0;
  for (const Picture& p : in) seen += faces(p).size();
  ASSERT_GT(seen, 10U);
  for (const char* const mode : {"blur", "pixelate", "fill"}) {
    const auto got = run_video(stage(std::string("target=face mode=") + mode), in).pictures;
    ASSERT_EQ(got.size(), in.size()) << mode;
    for (std::size_t i = 0; i < in.size(); ++i) {
      // A smooth patch can pass for a face; one that was not covered is one.
      for (const cv::Rect& face : faces(got[i])) EXPECT_TRUE(changed(in[i], got[i], face)) << mode << ' ' << i;
      for (const cv::Rect& face : faces(in[i])) {
        EXPECT_TRUE(changed(in[i], got[i], face)) << mode << ' ' << i;
        EXPECT_LT(alike(in[i], got[i], face), 0.25) << mode << ' ' << i;
      }
    }
  }
}

/// Two faces that move, the second one only from picture 20 on: hidden from its first picture, and object-removal finds it as well.
TEST_F(AnonymizeTest, WhoComesLaterIsHiddenFromTheBeginning) {
  const Picture head = clip("wannaworktogether.mp4", "16.5", 1, 480, 352).at(0);
  const auto ground = clip("cockatoo.mp4", "1", 1, 480, 160).at(0);
  const auto film = [&](bool with_second) {
    std::vector<Picture> pictures;
    for (int i = 0; i < 45; ++i) {
      Picture p = ground;
      p.for_each([&](int c, int x, int y) {
        for (const int left : {10 + i, 240 + i})
          if (c == 0 && x >= left && x < left + 150 && (left < 200 || (with_second && i >= 20)))
            p.set(0, x, y, head.at(0, 175 + x - left, 190 + y));
      });
      pictures.push_back(p);
    }
    return pictures;
  };
  const auto in = film(true);
  ASSERT_GE(faces(in[30]).size(), 2U);
  const auto face = [](int i, int left) { return cv::Rect(left + i + 45, 55, 60, 60); };
  const auto got = run_video(stage("target=face"), in).pictures;
  for (int i = 0; i < 45; ++i) {
    const auto n = static_cast<std::size_t>(i);
    EXPECT_TRUE(changed(in[n], got[n], face(i, 10))) << i;
    EXPECT_TRUE(i < 20 || changed(in[n], got[n], face(i, 240))) << i;
    for (const cv::Rect& found : faces(got[n])) EXPECT_TRUE(changed(in[n], got[n], found)) << i;
  }
  const auto matte = run_video("reel-object-removal target=face which=all debug=matte", in).pictures;
  for (int i = 20; i < 45; ++i)
    EXPECT_GT(cv::mean(luma(matte[static_cast<std::size_t>(i)])(face(i, 240)))[0], 100) << i;
}

TEST_F(AnonymizeTest, OutsideOfWhatIsDrawnAndOutsideItsTimesNothingChanges) {
  const auto in = clip("cockatoo.mp4", "1", 20, 320, 180);
  const auto got =
      run_video(stage("region=\"box 100 60 60 50 px\" mode=pixelate margin=0.1 during=200ms..600ms"), in).pictures;
  ASSERT_EQ(got.size(), in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool acts = i >= 5 && i < 15;
    EXPECT_EQ(max_difference(in[i], got[i]) > 10, acts) << i;
    cv::Mat far = luma(in[i]) != luma(got[i]);
    far(cv::Rect(80, 40, 100, 90)) = 0;
    EXPECT_EQ(cv::countNonZero(far), 0) << i;
  }
}

TEST_F(AnonymizeTest, OtherFormatsAndSizes) {
  for (const char* const format : {"I420_10LE", "Y42B", "Y444", "GRAY8", "I420_12LE"}) {
    const std::vector<Picture> in(3, Picture::noise(format, 141, 93));
    const auto got = run_video(stage("region=\"box 40 20 60 50 px\" mode=fill"), in).pictures;
    ASSERT_EQ(got.size(), 3U) << format;
    EXPECT_EQ(got[1].at(0, 70, 45), 16 << (in[0].depth() - 8)) << format;
  }
  EXPECT_EQ(run_video(stage("target=face"), {Picture::noise("I420", 1, 1)}).pictures.size(), 1U);
  EXPECT_EQ(run_video(stage("target=person"), {Picture::solid("I420", 200, 100, {16, 128, 128, 0})}).pictures.size(),
            1U);
}

TEST_F(AnonymizeTest, SaysWhatIsMissing) {
  try {
    run_video(stage(""), clip("cockatoo.mp4", "1", 1, 320, 180));
    FAIL() << "no error";
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("Give one of `region`, `target` and `mask`"));
  }
}

/// What is left of two pictures that have the same squares is the same, to the last bit.
TEST(Cover, KeepsNothingButMeans) {
  using reel::removal::Cover;
  cv::Mat mask(200, 300, CV_8U, cv::Scalar(0));
  mask(cv::Rect(100, 50, 80, 100)) = 255;
  for (const Cover kind : {Cover::blur, Cover::pixelate}) {
    cv::Mat fine(200, 300, CV_8U), even(200, 300, CV_8U, cv::Scalar(100));
    for (int y = 0; y < 200; ++y)
      for (int x = 0; x < 300; ++x) fine.at<std::uint8_t>(y, x) = (x + y) % 2 == 0 ? 0 : 200;
    std::vector<cv::Mat> one{fine}, other{even};
    reel::removal::cover(one, 8, mask, kind, 0.1);
    reel::removal::cover(other, 8, mask, kind, 0.1);
    cv::Mat apart;
    cv::absdiff(one[0], other[0], apart);
    double most = 0;
    cv::minMaxLoc(apart(cv::Rect(100, 50, 80, 100)), nullptr, &most);
    EXPECT_LE(most, 8);
  }
}

}  // namespace
