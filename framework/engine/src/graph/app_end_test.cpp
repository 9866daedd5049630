#include "graph/app_end.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "reel/base/error.hpp"

namespace reel::engine {
namespace {

using namespace std::chrono_literals;

TEST(AppEnd, TakesNothingOnceItIsGone) {
  gst::init();
  std::atomic<int> taken = 0;
  std::optional<AppEnd> end;
  end.emplace("videoconvert", 2, [&](GstAppSink* sink) {
    const gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(sink));
    ++taken;
    return GST_FLOW_OK;
  });
  const gst::ElementPtr pipeline = gst::sunk(gst_pipeline_new(nullptr));
  GstElement* const source = gst_element_factory_make("videotestsrc", nullptr);
  GstElement* const bin = end->release().release();
  gst_bin_add_many(GST_BIN(pipeline.get()), source, bin, nullptr);
  ASSERT_TRUE(gst_element_link(source, bin));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  while (taken < 5) std::this_thread::sleep_for(1ms);
  end.reset();
  const int before = taken;
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(taken, before);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

TEST(AppEnd, SaysWhatIsMissing) {
  gst::init();
  EXPECT_THROW(AppEnd("no-such-element", 1, nullptr), base::RunError);
}

}  // namespace
}  // namespace reel::engine
