/// The elements, in GStreamer's own programs.
#include <gtest/gtest.h>

#include "media.hpp"
#include "s3_fixture.hpp"

namespace reel::tests {
namespace {

class StorageElements : public S3Fixture {
 protected:
  std::string environment_of_gstreamer() const {
    return "export GST_REGISTRY=" + quoted(server.folder() / "registry.bin") +
           " GST_PLUGIN_PATH=" + quoted(std::filesystem::path(environment("REEL_BUILD_DIR")) / "lib/reelwork/plugins") +
           "; ";
  }
  Result launch(const std::string& pipeline) const { return gst_launch(pipeline, environment_of_gstreamer()); }
};

TEST_F(StorageElements, play_from_and_write_to_a_bucket) {
  const std::string clip_bytes = read(clip("cockatoo.mp4"));
  storage.put("s3://media/clip a.mp4", clip_bytes);
  Result result =
      launch("reel-storagesrc location='s3://media/clip a.mp4' ! reel-storagesink location=s3://media/copy");
  EXPECT_EQ(result.exit, 0) << result.output;
  EXPECT_TRUE(storage.get("s3://media/copy") == clip_bytes);
  result = launch(
      "uridecodebin uri=s3://media/clip%20a.mp4 ! videoconvert ! vp8enc deadline=1 ! webmmux streamable=true ! "
      "reel-storagesink location=s3://media/a.webm content-type=video/webm");
  EXPECT_EQ(result.exit, 0) << result.output;
  const auto object = storage.open("s3://media/a.webm");
  EXPECT_STREQ(storage->info(object.get())->content_type, "video/webm");
  EXPECT_EQ(storage.read(object.get(), 0, 4), "\x1a\x45\xdf\xa3");
}

TEST_F(StorageElements, leave_nothing_of_what_fails) {
  Result result = launch(
      "fakesrc num-buffers=-1 filltype=zero sizetype=fixed sizemax=1000000 ! identity error-after=30 ! "
      "reel-storagesink location=s3://media/none");
  EXPECT_NE(result.exit, 0) << result.output;
  EXPECT_EQ(fault_of([&] { storage.get("s3://media/none"); }).code, REEL_ERROR_NOT_FOUND);
  EXPECT_EQ(open_uploads(), "0\n");
  result = launch("reel-storagesrc location=s3://media/none ! fakesink");
  EXPECT_NE(result.exit, 0);
  EXPECT_NE(result.output.find("cannot read s3://media/none: there is no such object"), std::string::npos)
      << result.output;
}

TEST_F(StorageElements, leave_the_web_to_others_without_a_host) {
  const Result result = shell(environment_of_gstreamer() + "gst-inspect-1.0 reel-storagesrc");
  const std::string protocols =
      result.output.substr(std::min(result.output.find("URI handling"), result.output.size()));
  EXPECT_NE(protocols.find(" s3"), std::string::npos) << result.output;
  EXPECT_EQ(protocols.find(" http"), std::string::npos) << result.output;
}

}  // namespace
}  // namespace reel::tests
