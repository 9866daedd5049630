/// Which masks pictures get, by a detector whose finds are known: a model that is made here.
#include "mask/locator.hpp"

#include <gtest/gtest.h>

#include <map>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "media.hpp"

namespace reel::removal {
namespace {

const cv::Size locator_size(320, 320);
constexpr int marker = 80;  // samples of a corner

/// Finds one thing where the left upper corner is white: in the middle of the left half, or, where the right upper corner is white, too, of
/// the right half.
void make_marked(const std::filesystem::path& folder) {
  tests::write(folder / "marked.json", R"({"labels": ["dragon"], "input": {"width": 16, "height": 16},
                                          "output": {"form": "yolo", "scores": ["boxes"]}})");
  const tests::Result made =
      tests::shell("python3 -B - " + tests::quoted(tests::source_folder() / "plugins/object-removal/models") + " " +
                   tests::quoted(folder / "marked.onnx") + R"( <<'END'
import array, sys
sys.path.insert(0, sys.argv[1])
import onnx_file
def corner(first, weight):
    return [weight / 48 if row < 4 and first <= column < first + 4 else 0.0
            for channel in range(3) for row in range(16) for column in range(16)]
graph = onnx_file.Graph()
graph.input("picture", [1, 3, 16, 16])
none = [0.0] * 768
weights = graph.constant(array.array("f", corner(12, 8.0) + none + none + none + corner(0, 1.0)), [5, 3, 16, 16])
values = graph.constant(array.array("f", [4, 8, 3, 5, 0]), [5])
made = graph.node("Conv", ["picture", weights, values], kernel_shape=[16, 16])
shape = graph.constant(array.array("q", [1, 5, 1]), [3])
graph.output("boxes", [1, 5, 1], graph.node("Reshape", [made, shape]))
open(sys.argv[2], "wb").write(graph.model())
END)");
  if (made.exit != 0) throw std::runtime_error(made.output);
}

class LocatorTest : public ::testing::Test {
 protected:
  LocatorTest() {
    setenv("REEL_MODELS", folder_.path().c_str(), 1);
    make_marked(folder_.path());
    cv::Mat noise(locator_size, CV_32F);
    cv::RNG(5).fill(noise, cv::RNG::NORMAL, 100, 120);
    cv::GaussianBlur(noise, noise, {}, 4);
    noise.convertTo(ground_, CV_8U);
  }
  ~LocatorTest() override { unsetenv("REEL_MODELS"); }

  /// A still scene. `marked`: pictures in which something is found, and whether on the right.
  std::map<std::int64_t, cv::Mat> located(const Sought& sought, const std::map<int, bool>& marked, int count) {
    Locator locator;
    locator.start(sought);
    locator.set_size(locator_size);
    std::map<std::int64_t, cv::Mat> masks;
    std::optional<Analysis> last;
    const auto take = [&](const std::vector<Located>& located) {
      for (const Located& one : located) masks[one.number] = one.mask;
    };
    for (int i = 0; i < count; ++i) {
      cv::Mat luma = ground_.clone();
      const bool left = marked.contains(i), right = left && marked.at(i);
      luma({0, 0, marker, marker}).setTo(left ? 235 : 16);
      luma({locator_size.width - marker, 0, marker, marker}).setTo(right ? 235 : 16);
      Analysis seen = analysed({.planes = {luma}}, nullptr, last ? &*last : nullptr);
      take(locator.add(i, std::chrono::milliseconds(40 * i), true, seen, {}));
      last = std::move(seen);
    }
    take(locator.rest({}));
    in_vain_ = locator.in_vain();
    return masks;
  }

  static double covered(const cv::Mat& mask, const cv::Rect& box) {
    return mask.empty() ? 0 : cv::countNonZero(mask(box)) / double(box.area());
  }

  const tests::TemporaryFolder folder_;
  std::string in_vain_;
  cv::Mat ground_;
  const cv::Rect left{55, 115, 50, 90}, right{215, 115, 50, 90};
};

/// Something that was found once, was given up, and something else that is found soon after: what was hidden stays hidden.
TEST_F(LocatorTest, what_was_found_once_stays_where_it_was) {
  const auto masks = located({.target = "dragon", .which = Which::all, .boxes = true}, {{40, false}, {60, true}}, 120);
  ASSERT_EQ(masks.size(), 120U);
  EXPECT_GT(covered(masks.at(40), left), 0.95);
  EXPECT_GT(covered(masks.at(60), right), 0.95);
  EXPECT_LT(covered(masks.at(5), left), 0.05);
  EXPECT_EQ(in_vain_, "");
}

TEST_F(LocatorTest, says_that_it_found_nothing) {
  const auto masks = located({.target = "dragon", .which = Which::all}, {}, 70);
  ASSERT_EQ(masks.size(), 70U);
  for (const auto& [number, mask] : masks) EXPECT_TRUE(mask.empty()) << number;
  EXPECT_EQ(in_vain_, "no 'dragon' was found");
}

/// It was there, though nobody follows it any more.
TEST_F(LocatorTest, what_was_given_up_was_found) {
  located({.target = "dragon", .which = Which::all}, {{40, false}}, 100);
  EXPECT_EQ(in_vain_, "");
}

}  // namespace
}  // namespace reel::removal
