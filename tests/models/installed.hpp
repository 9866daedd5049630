/// A folder for models of its own, and npm's registry as a folder of packages that ./test fetched.
#pragma once

#include "media.hpp"

namespace reel::tests {

class Models {
 public:
  Models() {
    setenv("REEL_MODELS", (folder_ / "models").c_str(), 1);
    setenv("npm_config_registry", ("file://" + environment("REEL_NPM_DIR")).c_str(), 1);
  }
  ~Models() {
    unsetenv("REEL_MODELS");
    unsetenv("npm_config_registry");
  }
  Models(const Models&) = delete;
  Models& operator=(const Models&) = delete;

  static Result models(const std::string& arguments) { return shell(reel() + " models " + arguments); }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  std::filesystem::path model(const std::string& name) const { return folder_ / "models" / name; }

  /// What `object-removal` would remove from a picture by that target: white on black, one byte a pixel.
  std::vector<std::uint8_t> matte(const std::filesystem::path& picture, int width, int height,
                                  const std::string& target, const std::string& more = "") {
    const std::filesystem::path in = file("in.mp4"), out = file("out.mp4"), pipeline = file("matte.yaml");
    ffmpeg("-y -loop 1 -i " + quoted(picture) + " -frames:v 12 -r 25 -vf scale=" + std::to_string(width) + ":" +
           std::to_string(height) + ":out_range=tv,format=yuv420p -crf 12 " + quoted(in));
    write(pipeline, "reel: 1\nname: matte\nstages:\n  - uses: source\n    with: { uri: " + in.string() +
                        " }\n  - uses: object-removal\n    with: { target: " + target + ", debug: matte" + more +
                        " }\n  - uses: sink\n    with: { uri: " + out.string() + " }\n");
    const Result run = shell(reel() + " run " + quoted(pipeline));
    said_ = run.output;
    if (run.exit != 0) throw std::runtime_error(run.output);
    return gray_pictures(out, width, height).at(6);
  }

  /// By the last run.
  const std::string& said() const { return said_; }

 private:
  TemporaryFolder folder_;
  std::string said_;
};

/// Which share of a box is white.
inline double white(const std::vector<std::uint8_t>& matte, int picture_width, int x, int y, int width, int height) {
  int count = 0;
  for (int row = y; row < y + height; ++row)
    for (int column = x; column < x + width; ++column)
      count += matte[static_cast<std::size_t>(row * picture_width + column)] > 128;
  return double(count) / (width * height);
}

}  // namespace reel::tests
