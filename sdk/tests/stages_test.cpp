/// The wrapper on real GStreamer: each base class once, with what every stage gets for nothing.
#include <gst/app/gstappsink.h>
#include <gst/controller/controller.h>
#include <gtest/gtest.h>

#include "reel/sdk.hpp"

namespace {

using namespace std::chrono_literals;

enum class Side { left, right };
constexpr auto choices(Side) {
  return std::array{reel::choice(Side::left, "left", "The left half"),
                    reel::choice(Side::right, "right", "The right half")};
}

struct Fill : reel::VideoFilter<Fill> {
  static constexpr reel::StageInfo stage{.name = "test-fill",
                                         .title = "Fill",
                                         .summary = "Fills",
                                         .formats = "{ GRAY8 }",
                                         .contract = "pointwise",
                                         .synonyms = "paint,colour"};
  struct Params {
    int level = 200;
    Side side = Side::left;
    reel::Region region;
    bool fail = false;
  };
  static constexpr auto params =
      reel::params(reel::param("level", &Params::level, "Brightness").range(0, 255).unit("steps").identity("0"),
                   reel::param("side", &Params::side, "Which half"), reel::param("region", &Params::region, "Where"),
                   reel::param("fail", &Params::fail, "Throws"));
  void process(reel::VideoFrame& frame, const Params& p) const {
    if (p.fail) throw reel::Error("it was asked to fail");
    for (int y = 0; y < frame.height(); ++y)
      for (auto& v : frame.row(y)) v = static_cast<std::uint8_t>(p.level);
  }
};

struct Half : reel::VideoFilter<Half> {
  static constexpr reel::StageInfo stage{.name = "test-half",
                                         .title = "Half",
                                         .summary = "Halves the width",
                                         .formats = "{ GRAY8 }",
                                         .contract = "pointwise",
                                         .during = false};
  void output(reel::VideoFormat& format, const reel::NoParams&) const { format.width = std::max(1, format.width / 2); }
  void process(const reel::VideoFrame& in, reel::VideoFrame& out, const reel::NoParams&) const {
    for (int y = 0; y < out.height(); ++y) std::copy_n(in.row(y).begin(), out.width(), out.row(y).begin());
  }
};

struct Gain : reel::AudioFilter<Gain> {
  static constexpr reel::StageInfo stage{
      .name = "test-gain", .title = "Gain", .summary = "Multiplies", .contract = "pointwise"};
  struct Params {
    double factor = 0;
  };
  static constexpr auto params = reel::params(reel::param("factor", &Params::factor, "Factor"));
  void process(reel::AudioBlock& block, const Params& p) const {
    for (float& s : block.samples()) s *= static_cast<float>(p.factor);
  }
};

struct Count : reel::VideoSource<Count> {
  static constexpr reel::StageInfo stage{
      .name = "test-count", .title = "Count", .summary = "Counts", .formats = "{ GRAY8 }", .during = false};
  struct Params {
    int pictures = 5;
  };
  static constexpr auto params = reel::params(reel::param("pictures", &Params::pictures, "How many"));
  int made = 0;
  reel::VideoFormat format(const Params&) const { return reel::video_format(GST_VIDEO_FORMAT_GRAY8, 16, 4, 25); }
  bool produce(reel::VideoFrame& frame, const Params& p) {
    for (int y = 0; y < frame.height(); ++y) std::ranges::fill(frame.row(y), static_cast<std::uint8_t>(made));
    return made++ < p.pictures;
  }
  reel::Time duration(const Params& p) const { return reel::Time{40ms} * p.pictures; }
};

struct Tone : reel::AudioSource<Tone> {
  static constexpr reel::StageInfo stage{.name = "test-tone", .title = "Tone", .summary = "Sounds", .during = false};
  int left = 10;
  GstAudioInfo format(const reel::NoParams&) const { return reel::audio_format(48000, 2); }
  bool produce(reel::AudioBlock& block, const reel::NoParams&) {
    std::ranges::fill(block.samples(), 0.5F);
    return left-- > 0;
  }
};

std::vector<int> collected;
struct Collect : reel::VideoSink<Collect> {
  static constexpr reel::StageInfo stage{
      .name = "test-collect", .title = "Collect", .summary = "Collects", .formats = "{ GRAY8 }", .during = false};
  void consume(const reel::VideoFrame& frame, const reel::NoParams&) const { collected.push_back(frame.row(0)[0]); }
};

struct Doubler : reel::PadStage<Doubler> {
  static constexpr reel::StageInfo stage{
      .name = "test-both", .title = "Both", .summary = "Passes both", .contract = "pointwise"};
  static constexpr std::array pads{reel::PadInfo{"video_sink", GST_PAD_SINK, GST_PAD_ALWAYS, "video/x-raw"},
                                   reel::PadInfo{"video_src", GST_PAD_SRC, GST_PAD_ALWAYS, "video/x-raw"},
                                   reel::PadInfo{"audio_sink", GST_PAD_SINK, GST_PAD_ALWAYS, "audio/x-raw"},
                                   reel::PadInfo{"audio_src", GST_PAD_SRC, GST_PAD_ALWAYS, "audio/x-raw"}};
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const reel::NoParams&) const {
    GstPad* const out = gst_element_get_static_pad(e, GST_PAD_NAME(pad)[0] == 'v' ? "video_src" : "audio_src");
    const GstFlowReturn flow = gst_pad_push(out, buffer);
    gst_object_unref(out);
    return flow;
  }
};

REEL_PLUGIN((reel::PluginInfo{
                .id = "org.example.test", .name = "test", .vendor = "test", .version = "1.0.0", .license = "MIT"}),
            Fill, Half, Gain, Count, Tone, Collect, Doubler);

struct Picture {
  std::vector<std::uint8_t> bytes;
  GstClockTime time;
};

/// What arrives at the end of a pipeline in gst-launch's language, or the first error's message.
class Pipeline {
 public:
  explicit Pipeline(const std::string& description) {
    GError* error = nullptr;
    pipeline_ = gst_parse_launch((description + " ! appsink name=end sync=false").c_str(), &error);
    if (error != nullptr) ADD_FAILURE() << error->message;
    g_clear_error(&error);
  }
  ~Pipeline() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
  }
  GstElement* operator[](const char* name) const {
    GstElement* const element = gst_bin_get_by_name(GST_BIN(pipeline_), name);
    gst_object_unref(element);
    return element;
  }
  std::vector<Picture> run() {
    std::vector<Picture> pictures;
    if (gst_element_set_state(pipeline_, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
      gst_element_set_state((*this)["end"], GST_STATE_NULL);
    while (GstSample* const sample = gst_app_sink_pull_sample(GST_APP_SINK((*this)["end"]))) {
      GstBuffer* const buffer = gst_sample_get_buffer(sample);
      GstMapInfo map;
      gst_buffer_map(buffer, &map, GST_MAP_READ);
      pictures.push_back({{map.data, map.data + map.size}, GST_BUFFER_PTS(buffer)});
      gst_buffer_unmap(buffer, &map);
      gst_sample_unref(sample);
    }
    GstBus* const bus = gst_element_get_bus(pipeline_);
    if (GstMessage* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)) {
      GError* error = nullptr;
      gst_message_parse_error(message, &error, nullptr);
      failure = error->message;
      g_error_free(error);
      gst_message_unref(message);
    }
    gst_object_unref(bus);
    return pictures;
  }
  std::string failure;

 private:
  GstElement* pipeline_;
};

class Stages : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    gst_init(nullptr, nullptr);
    gst_plugin_register_static(
        GST_VERSION_MAJOR, GST_VERSION_MINOR, "test", "test",
        [](GstPlugin* p) { return reel_plugin_entry.open(nullptr, p, nullptr); }, "1", "LGPL", "t", "t", "t");
  }
};

constexpr const char* pictures =
    "videotestsrc num-buffers=10 pattern=black ! video/x-raw,format=GRAY8,width=16,height=4,framerate=10/1 "
    "! ";

TEST_F(Stages, a_filter_works_in_place) {
  const auto out = Pipeline(std::string(pictures) + "test-fill level=77").run();
  ASSERT_EQ(out.size(), 10U);
  for (const Picture& p : out) EXPECT_EQ(p.bytes[5], 77);
}

TEST_F(Stages, during_makes_it_the_identity_elsewhere) {
  const auto out = Pipeline(std::string(pictures) + "test-fill during=200ms..500ms").run();
  ASSERT_EQ(out.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(out[i].bytes[0] == 200, i >= 2 && i < 5) << i;
}

TEST_F(Stages, keyframes_move_a_number) {
  Pipeline pipeline(std::string(pictures) + "test-fill name=f");
  GstControlSource* const source = gst_interpolation_control_source_new();
  g_object_set(source, "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), 0, 0);
  gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), GST_SECOND, 100);
  gst_object_add_control_binding(GST_OBJECT(pipeline["f"]),
                                 gst_direct_control_binding_new_absolute(GST_OBJECT(pipeline["f"]), "level", source));
  gst_object_unref(source);
  const auto out = pipeline.run();
  ASSERT_EQ(out.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(out[i].bytes[0], static_cast<int>(i) * 10, 1);
}

TEST_F(Stages, what_it_throws_becomes_an_error_with_its_words) {
  Pipeline pipeline(std::string(pictures) + "test-fill fail=true");
  EXPECT_TRUE(pipeline.run().empty());
  EXPECT_EQ(pipeline.failure, "it was asked to fail");
}

TEST_F(Stages, an_unreadable_text_is_an_error_that_says_what_was_expected) {
  Pipeline pipeline(std::string(pictures) + "test-fill region=circle");
  EXPECT_TRUE(pipeline.run().empty());
  EXPECT_EQ(pipeline.failure, "region: cannot read 'circle', expected a region like box 0.1 0.1 0.5 0.5");
}

TEST_F(Stages, a_copying_filter_may_change_the_size) {
  const auto out = Pipeline(std::string(pictures) + "test-half").run();
  ASSERT_EQ(out.size(), 10U);
  EXPECT_EQ(out[0].bytes.size(), 8U * 4U);
}

TEST_F(Stages, sound_goes_over_smoothly_at_the_ends_of_during) {
  const auto out = Pipeline("test-tone ! test-gain during=50ms..100ms").run();
  std::vector<float> left;
  for (const Picture& p : out)
    for (std::size_t i = 0; i + 8 <= p.bytes.size(); i += 8)
      left.push_back(*reinterpret_cast<const float*>(p.bytes.data() + i));
  ASSERT_EQ(left.size(), 10240U);
  EXPECT_EQ(left[2399], 0.5F);
  EXPECT_EQ(left[2400 + 300], 0.0F);
  EXPECT_EQ(left[4799 - 300], 0.0F);
  EXPECT_EQ(left[4800], 0.5F);
  for (std::size_t i = 1; i < left.size(); ++i) EXPECT_LT(std::abs(left[i] - left[i - 1]), 0.01F) << i;
}

TEST_F(Stages, a_source_makes_pictures_and_says_how_long_they_last) {
  Pipeline pipeline("test-count pictures=7 name=s");
  const auto out = pipeline.run();
  ASSERT_EQ(out.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(out[i].bytes[0], i);
    EXPECT_EQ(out[i].time, i * 40 * GST_MSECOND);
  }
  gint64 duration = 0;
  EXPECT_TRUE(gst_element_query_duration(pipeline["s"], GST_FORMAT_TIME, &duration));
  EXPECT_EQ(duration, static_cast<gint64>(280 * GST_MSECOND));
}

TEST_F(Stages, a_sink_takes_pictures) {
  collected.clear();
  GstElement* const pipeline = gst_parse_launch("test-count pictures=3 ! test-collect", nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus* const bus = gst_element_get_bus(pipeline);
  gst_message_unref(gst_bus_timed_pop_filtered(
      bus, 5 * GST_SECOND,
      static_cast<GstMessageType>(static_cast<unsigned>(GST_MESSAGE_EOS) | static_cast<unsigned>(GST_MESSAGE_ERROR))));
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  EXPECT_EQ(collected, (std::vector<int>{0, 1, 2}));
}

TEST_F(Stages, a_pad_stage_links_its_pads_in_pairs) {
  const auto out = Pipeline(std::string(pictures) + "test-both").run();
  EXPECT_EQ(out.size(), 10U);
}

TEST_F(Stages, metadata_tell_contract_and_synonyms) {
  GstElementFactory* const factory = gst_element_factory_find("test-fill");
  EXPECT_STREQ(gst_element_factory_get_metadata(factory, REEL_META_VIDEO_CONTRACT), "pointwise");
  EXPECT_EQ(gst_element_factory_get_metadata(factory, REEL_META_AUDIO_CONTRACT), nullptr);
  EXPECT_STREQ(gst_element_factory_get_metadata(factory, REEL_META_SYNONYMS), "paint,colour");
  GstElement* const element = gst_element_factory_create(factory, nullptr);
  EXPECT_STREQ(G_OBJECT_TYPE_NAME(element), "TestFill");
  const GParamSpec* const level = g_object_class_find_property(G_OBJECT_GET_CLASS(element), "level");
  EXPECT_STREQ(static_cast<const char*>(
                   g_param_spec_get_qdata(const_cast<GParamSpec*>(level), g_quark_from_static_string(REEL_QDATA_UNIT))),
               "steps");
  EXPECT_TRUE((level->flags & GST_PARAM_CONTROLLABLE) != 0);
  gst_object_unref(gst_object_ref_sink(element));
  gst_object_unref(factory);
}

TEST(GstLicense, is_one_that_gstreamer_knows) {
  EXPECT_STREQ(reel::detail::gst_license("LGPL-2.1-or-later"), "LGPL");
  EXPECT_STREQ(reel::detail::gst_license("MIT"), "MIT/X11");
  EXPECT_STREQ(reel::detail::gst_license("Elastic-2.0"), "Proprietary");
}

}  // namespace
