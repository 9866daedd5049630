#include "graph/curve.hpp"

#include <gtest/gtest.h>

#include "reel/base/error.hpp"

namespace reel::engine {
namespace {

using model::Curve;
using std::chrono::seconds;

TEST(CurveValue, HoldsBeforeAndAfterAndGoesBetween) {
  const std::vector<CurvePoint> points{
      {seconds(1), 10, Curve::linear}, {seconds(3), 20, Curve::ease}, {seconds(5), 40, Curve::hold}, {seconds(7), 0}};
  const auto at = [&](double s) {
    return curve_value(points, CurveKind::number, base::Time{static_cast<std::int64_t>(s * 1e9)});
  };
  EXPECT_DOUBLE_EQ(at(0), 10);
  EXPECT_DOUBLE_EQ(at(2), 15);
  EXPECT_DOUBLE_EQ(at(3), 20);
  EXPECT_DOUBLE_EQ(at(3.5), 20 + 20 * (0.25 * 0.25 * (3 - 0.5)));
  EXPECT_DOUBLE_EQ(at(6.999), 40);
  EXPECT_DOUBLE_EQ(at(7), 0);
  EXPECT_DOUBLE_EQ(at(99), 0);
}

TEST(CurveValue, RoundsIntegersAndMixesColoursByChannel) {
  EXPECT_DOUBLE_EQ(curve_value({{seconds(0), 0}, {seconds(3), 1}}, CurveKind::integer, seconds(2)), 1);
  const double middle =
      curve_value({{seconds(0), 0xff000000U}, {seconds(2), 0xff00ff10U}}, CurveKind::color, seconds(1));
  EXPECT_EQ(static_cast<std::uint32_t>(middle), 0xff008008U);
}

class Animate : public ::testing::Test {
 protected:
  void SetUp() override { gst::init(); }
  static gst::ElementPtr element(const char* name) { return gst::sunk(gst_element_factory_make(name, nullptr)); }
};

TEST_F(Animate, DrivesEnumsAndIntegersExactly) {
  const auto flip = element("videoflip");
  animate(GST_OBJECT(flip.get()), "video-direction",
          {{seconds(0), std::string("90r")}, {seconds(1), std::string("vert")}, {seconds(2), std::string("auto")}});
  const auto direction = [&](GstClockTime at) {
    gst_object_sync_values(GST_OBJECT(flip.get()), at);
    gint value = -1;
    g_object_get(flip.get(), "video-direction", &value, nullptr);
    return value;
  };
  EXPECT_EQ(direction(0), 1);
  EXPECT_EQ(direction(GST_SECOND - 1), 1);
  EXPECT_EQ(direction(GST_SECOND), 5);
  EXPECT_EQ(direction(2 * GST_SECOND), 8);
  const auto box = element("videobox");
  EXPECT_THROW(animate(GST_OBJECT(box.get()), "autocrop", {{seconds(0), true}}), base::InputError);
}

TEST_F(Animate, DrivesBooleans) {
  const auto volume = element("volume");
  animate(GST_OBJECT(volume.get()), "mute", {{seconds(1), true}, {seconds(2), false}});
  for (const auto& [at, expected] : {std::pair{0.5, TRUE}, {1.9, TRUE}, {2.0, FALSE}, {9.0, FALSE}}) {
    gst_object_sync_values(GST_OBJECT(volume.get()), static_cast<GstClockTime>(at * 1e9));
    gboolean mute = -1;
    g_object_get(volume.get(), "mute", &mute, nullptr);
    EXPECT_EQ(mute, expected) << at;
  }
}

}  // namespace
}  // namespace reel::engine
