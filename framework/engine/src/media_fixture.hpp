/// Real media for tests, made by ffmpeg in a folder that goes when the test goes.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "command.hpp"

namespace reel::engine {

class MediaTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder() / name).string(); }
  const std::filesystem::path& folder() const { return folder_.path(); }

  /// Runs ffmpeg and returns the path of what it made.
  std::string make(const std::string& name, const std::string& arguments) const {
    const std::string command = "ffmpeg -nostdin -v error -y " + arguments + " '" + path(name) + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path(name);
  }

  /// 2 s of 160x120 at 25 fps with a 440 Hz tone; H.264 and AAC.
  std::string clip(const std::string& name = "clip.mp4", const std::string& seconds = "2") const {
    return make(name, "-f lavfi -i testsrc=size=160x120:rate=25:duration=" + seconds +
                          " -f lavfi -i sine=frequency=440:sample_rate=48000:duration=" + seconds +
                          " -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p -c:a aac");
  }
  std::string silent_clip(const std::string& name = "silent.mp4", const std::string& seconds = "2") const {
    return make(name, "-f lavfi -i testsrc=size=160x120:rate=25:duration=" + seconds +
                          " -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p");
  }
  std::string tone(const std::string& name = "tone.wav", const std::string& seconds = "2") const {
    return make(name, "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=" + seconds);
  }

  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  static std::string read(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// What a command prints: `ffprobe`, the reference answer.
  static std::string output_of(const std::string& command) {
    std::string text;
    FILE* const pipe = popen(command.c_str(), "r");
    std::array<char, 4096> part{};
    while (pipe != nullptr) {
      const std::size_t n = fread(part.data(), 1, part.size(), pipe);
      if (n == 0) break;
      text.append(part.data(), n);
    }
    EXPECT_TRUE(pipe != nullptr && pclose(pipe) == 0) << command;
    return text;
  }

 private:
  const tests::TemporaryFolder folder_;
};

}  // namespace reel::engine
