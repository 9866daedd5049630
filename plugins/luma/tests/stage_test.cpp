#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/testing.hpp>

namespace {

using namespace reel::testing;
using ::testing::HasSubstr;

class StageTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("luma"); }
};

TEST_F(StageTest, IsNeverPlayed) {
  GstElement* const pipeline = gst_parse_launch("reel-luma prompt=tiger ! fakesink", nullptr);
  ASSERT_NE(pipeline, nullptr);
  EXPECT_EQ(gst_element_set_state(pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  GstBus* const bus = gst_element_get_bus(pipeline);
  GstMessage* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
  ASSERT_NE(message, nullptr);
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  EXPECT_THAT(error->message, HasSubstr("only Reelwork can run it"));
  g_error_free(error);
  gst_message_unref(message);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

}  // namespace
