#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <reel/sdk.hpp>
#include <reel/segmenter.hpp>

namespace {

using namespace reel;
using ::testing::ElementsAre;

int open_finders = 0;

/// Finds the picture's left half, and something with a mask.
class HalfFinder final : public Finder {
 public:
  HalfFinder() { ++open_finders; }
  ~HalfFinder() override { --open_finders; }
  std::vector<Detection> find(const reel_picture& picture, const Task& task) override {
    task.check();
    if (picture.rgb[0] == 13) throw std::runtime_error("an unlucky picture");
    return {{0, 0, picture.width / 2, picture.height, 0.75, {}}, {1, 1, 2, 1, 0.5, {255, 0}}};
  }
};

struct Halves : Segmenter<Halves> {
  static std::vector<std::string> labels() { return {"half", "quarter"}; }
  static std::unique_ptr<Finder> open(const std::string& label) {
    if (label != "half") throw ExtensionError(REEL_ERROR_NOT_FOUND, "no " + label);
    return std::make_unique<HalfFinder>();
  }
};

/// Says that it found something outside the picture.
struct Liar : Finder {
  std::vector<Detection> find(const reel_picture&, const Task&) override {
    return {{3, 0, 2, 1, 1, {}},
            {4, 0, 1, 1, 1, {}},
            {0, 0, 0, 1, 1, {}},
            {1, 1, 0xffffffff, 1, 1, {}},
            {2, 2, 2, 2, 1, {}}};
  }
};
struct Lies : Segmenter<Lies> {
  static std::vector<std::string> labels() { throw std::runtime_error("none of your business"); }
  static std::unique_ptr<Finder> open(const std::string&) { return std::make_unique<Liar>(); }
};

template <class Part>
SegmenterUse use() {
  return {*static_cast<const reel_segmenter*>(Part::table()), nullptr};
}

constexpr std::uint8_t samples[4 * 4 * 3]{};
constexpr reel_picture picture{4, 4, samples};

TEST(Segmenter, finds_through_the_table) {
  EXPECT_THAT(use<Halves>().labels(), ElementsAre("half", "quarter"));
  {
    const auto finder = use<Halves>().open("half");
    const auto found = finder->find(picture, Task());
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].width, 2U);
    EXPECT_EQ(found[0].height, 4U);
    EXPECT_EQ(found[0].score, 0.75);
    EXPECT_TRUE(found[0].mask.empty());
    EXPECT_THAT(found[1].mask, ElementsAre(255, 0));
    EXPECT_EQ(open_finders, 1);
  }
  EXPECT_EQ(open_finders, 0);
}

TEST(Segmenter, turns_what_is_thrown_into_errors) {
  try {
    use<Halves>().open("quarter");
    FAIL();
  } catch (const ExtensionError& fault) {
    EXPECT_EQ(fault.code(), REEL_ERROR_NOT_FOUND);
    EXPECT_STREQ(fault.what(), "no quarter");
  }
  const std::uint8_t unlucky[3]{13, 0, 0};
  EXPECT_THROW(use<Halves>().open("half")->find({1, 1, unlucky}, Task()), ExtensionError);
  EXPECT_THROW(use<Lies>().labels(), ExtensionError);
}

TEST(Segmenter, can_be_stopped) {
  const reel_task task{nullptr, [](const reel_task*) -> gboolean { return TRUE; }, nullptr};
  try {
    use<Halves>().open("half")->find(picture, Task(&task));
    FAIL();
  } catch (const ExtensionError& fault) {
    EXPECT_EQ(fault.code(), REEL_ERROR_CANCELLED);
  }
}

TEST(Segmenter, what_lies_outside_the_picture_is_not_believed) {
  const auto found = use<Lies>().open("x")->find(picture, Task());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].left, 2U);
}

TEST(Segmenter, those_of_others_come_from_the_host) {
  static const void* const tables[]{Halves::table(), Lies::table()};
  static const reel_host_segmenters known{
      [](const reel_host*, std::size_t n) { return n < 2 ? static_cast<const reel_segmenter*>(tables[n]) : nullptr; }};
  const reel_host host{1, 0, "a host", "1", [](const reel_host*, const char* id) -> const void* {
                         return std::strcmp(id, REEL_HOST_SEGMENTERS) == 0 ? &known : nullptr;
                       }};
  EXPECT_EQ(SegmenterUse::all(&host).size(), 2U);
  const auto others = SegmenterUse::all(&host, Lies::table());
  ASSERT_EQ(others.size(), 1U);
  EXPECT_THAT(others[0].labels(), ElementsAre("half", "quarter"));
  EXPECT_TRUE(SegmenterUse::all(nullptr).empty());
  const reel_host other{1, 0, "a host", "1", [](const reel_host*, const char*) -> const void* { return nullptr; }};
  EXPECT_TRUE(SegmenterUse::all(&other).empty());
}

}  // namespace
