#include "graph/settings.hpp"

#include <gmock/gmock.h>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"

namespace reel::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Settings : public ::testing::Test {
 protected:
  void SetUp() override { gst::init(); }

  void apply(const char* factory, const std::string& name, model::Value value, bool secret = false,
             const SecretSource& source = {}) {
    element_ = gst::sunk(gst_element_factory_make(factory, nullptr));
    model::Stage stage;
    model::Setting setting;
    setting.name = name;
    setting.value = std::move(value);
    setting.secret = secret;
    stage.settings.push_back(setting);
    apply_settings(element_.get(), stage, "/some/folder", source);
  }
  template <class T>
  T get(const char* name) const {
    T value{};
    g_object_get(element_.get(), name, &value, nullptr);
    return value;
  }
  gst::ElementPtr element_;
};

TEST_F(Settings, FitsEachTypeOfProperty) {
  apply("videobalance", "contrast", 1.5);
  EXPECT_DOUBLE_EQ(get<gdouble>("contrast"), 1.5);
  apply("videobalance", "contrast", std::int64_t{2});
  EXPECT_DOUBLE_EQ(get<gdouble>("contrast"), 2);
  apply("videotestsrc", "foreground-color", model::Color{1, 2, 3, 4});
  EXPECT_EQ(get<guint>("foreground-color"), 0x04010203U);
  apply("videoflip", "method", std::string("clockwise"));
  EXPECT_EQ(get<gint>("method"), 1);
  apply("queue", "max-size-time", base::TimePoint{seconds(3)});
  EXPECT_EQ(get<guint64>("max-size-time"), 3 * GST_SECOND);
  apply("capsfilter", "caps", std::string("video/x-raw,width=10"));
  EXPECT_THROW(apply("videoflip", "method", std::string("sideways")), base::InputError);
  EXPECT_THROW(apply("videoflip", "flavour", std::string("mint")), base::InputError);
}

TEST_F(Settings, ResolvesSecretsAtTheLastMomentAndHidesThem) {
  const SecretSource source = [](const std::string& name) { return "value-of-" + name; };
  apply("filesink", "location", std::string("a ${secret:key} z"), true, source);
  const gst::TextPtr text(get<gchar*>("location"));
  EXPECT_STREQ(text.get(), "a value-of-key z");
  EXPECT_EQ(base::redacted("it is value-of-key!"), "it is ***!");
  EXPECT_THROW(apply("filesink", "location", std::string("${secret:key}"), true), base::InputError);
}

TEST_F(Settings, WritesRangesAndRegionsAsElementsReadThem) {
  EXPECT_EQ(ranges_text({{seconds(1), seconds(2)}, {milliseconds(2500), std::nullopt}}),
            "1000000000..2000000000,2500000000..");
  EXPECT_EQ(ranges_text({{std::nullopt, seconds(2)}}), "..2000000000");
  const model::Region box{model::Region::Shape::box, {{{0.25, 0.5}}, {{0.1, 0.2}}}, false};
  EXPECT_EQ(region_text(box), "box 0.25 0.5 0.1 0.2");
  const model::Region moved{model::Region::Shape::box, {{{10, 20}}, {{30, 40}}}, true};
  EXPECT_EQ(region_text(moved), "box 10 20 30 40 px");
  EXPECT_EQ(region_text({{seconds(0), box, model::Curve::ease}, {seconds(1), box}}),
            "0~ease:box 0.25 0.5 0.1 0.2;1000000000:box 0.25 0.5 0.1 0.2");
}

}  // namespace
}  // namespace reel::engine
