/// The same files work in plain GStreamer programs.
#include <gtest/gtest.h>

#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

/// GStreamer's own programs know nothing of sanitizers: plugins that were built with one bring its library along, and what
/// those programs do not free is theirs.
std::string environment_of_gstreamer(const TemporaryFolder& folder) {
  const fs::path plugins = fs::path(environment("REEL_BUILD_DIR")) / "lib/reelwork/plugins";
  return "asan=$(ldd " + quoted(plugins / "reel-local.so") +
         " | awk '/libasan/ {print $3}'); [ -z \"$asan\" ] || export LD_PRELOAD=$asan ASAN_OPTIONS=detect_leaks=0; " +
         "export GST_PLUGIN_PATH=" + quoted(plugins) + " GST_REGISTRY=" + quoted(folder / "registry.bin") + "; ";
}

std::vector<std::string> element_names() {
  const Result stages = shell(reel() + " inspect --json | sed -n 's/^    \"element\": \"\\(.*\\)\",$/\\1/p'");
  std::vector<std::string> names;
  std::istringstream in(stages.output);
  for (std::string name; in >> name;) names.push_back(name);
  return names;
}

TEST(Gstreamer, inspects_every_stage) {
  const TemporaryFolder folder;
  const auto names = element_names();
  EXPECT_GE(names.size(), 20U);
  for (const std::string& name : names) {
    const Result result = shell(environment_of_gstreamer(folder) + "gst-inspect-1.0 " + name);
    EXPECT_EQ(result.exit, 0) << name << "\n" << result.output;
    EXPECT_NE(result.output.find("Element Properties"), std::string::npos) << name;
    EXPECT_EQ(result.output.find("CRITICAL"), std::string::npos) << name << "\n" << result.output;
  }
}

TEST(Gstreamer, launches_a_whole_pipeline_of_ours) {
  const TemporaryFolder folder;
  const fs::path output = folder / "out.mp4";
  const Result result =
      gst_launch("reel-source name=s uri=" + quoted(clip("cockatoo.mp4")) +
                     " s.video_src ! queue ! videoconvert ! reel-blur radius=8 region='box 0.2 0.2 0.5 0.5' "
                     "during=1s..2s ! c.video_sink "
                     "reel-cut name=c keep=0:00..0:03 c.video_src ! queue ! videoconvert ! k.video_sink "
                     "s.audio_src ! queue ! audioconvert ! c.audio_sink c.audio_src ! queue ! audioconvert ! "
                     "audioresample ! k.audio_sink "
                     "reel-sink name=k uri=" +
                     quoted(output),
                 environment_of_gstreamer(folder));
  EXPECT_EQ(result.exit, 0) << result.output;
  EXPECT_EQ(result.output.find("CRITICAL"), std::string::npos) << result.output;
  EXPECT_EQ(picture_times(output).size(), 60U);
  EXPECT_NEAR(static_cast<double>(samples(output, 48000).size()) / 48000, 3.0, 0.03);
}

}  // namespace
}  // namespace reel::tests
