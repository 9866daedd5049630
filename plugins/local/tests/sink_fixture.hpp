/// A folder in which the tests of `sink` write.
#pragma once

#include <filesystem>

#include "media.hpp"

namespace reel::local {

class SinkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("local"); }

  std::string file(const std::string& name) const { return folder_.file(name); }
  /// Names of all files, hidden ones too.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.file(".")))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  static std::string sink(const std::string& path, const std::string& more = "") {
    return "reel-sink name=k speed=ultrafast uri=\"" + path + "\" " + more + " ";
  }
  static std::string video(const std::string& caps) { return "appsrc name=v caps=\"" + caps + "\" ! k.video_sink "; }
  static std::string audio(const std::string& caps) { return "appsrc name=a caps=\"" + caps + "\" ! k.audio_sink "; }

  /// Writes pictures of 25 a second and gives the path.
  std::string written(const std::string& name, const std::string& more, const std::vector<Picture>& pictures,
                      const std::string& caps = "") {
    Graph graph(sink(file(name), more) + video(picture_caps(pictures[0], "25/1", caps)));
    push_pictures(graph, pictures, 25);
    graph.run(20s);
    return file(name);
  }

  TemporaryFolder folder_;
};

}  // namespace reel::local
