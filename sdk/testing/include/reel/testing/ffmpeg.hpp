/// Reference answers by ffmpeg's filters, where that program is installed.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "reel/testing/picture.hpp"

namespace reel::testing {

/// A folder of its own, gone at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reel-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

namespace detail {

inline std::string ffmpeg_name(const std::string& format) {
  static const std::map<std::string, std::string> names{{"I420", "yuv420p"},
                                                        {"Y42B", "yuv422p"},
                                                        {"Y444", "yuv444p"},
                                                        {"I420_10LE", "yuv420p10le"},
                                                        {"I422_10LE", "yuv422p10le"},
                                                        {"Y444_10LE", "yuv444p10le"},
                                                        {"A420", "yuva420p"},
                                                        {"RGB", "rgb24"},
                                                        {"BGR", "bgr24"},
                                                        {"RGBA", "rgba"},
                                                        {"BGRA", "bgra"},
                                                        {"ARGB", "argb"},
                                                        {"ABGR", "abgr"},
                                                        {"GBR", "gbrp"},
                                                        {"GBR_10LE", "gbrp10le"},
                                                        {"GRAY8", "gray"},
                                                        {"NV12", "nv12"},
                                                        {"RGBA64_LE", "rgba64le"}};
  const auto found = names.find(format);
  if (found == names.end()) throw std::invalid_argument("no ffmpeg name known for the format " + format);
  return found->second;
}

/// ffmpeg's raw video has no padding between rows; GStreamer's has.
template <class F>
void for_each_row(const Picture& p, F f) {
  const GstVideoInfo& info = p.info();
  for (guint plane = 0; plane < GST_VIDEO_INFO_N_PLANES(&info); ++plane) {
    int components[GST_VIDEO_MAX_COMPONENTS];
    gst_video_format_info_component(info.finfo, plane, components);
    const auto c = static_cast<guint>(components[0]);
    const int rows = GST_VIDEO_INFO_COMP_HEIGHT(&info, c);
    const int bytes = GST_VIDEO_INFO_COMP_WIDTH(&info, c) * GST_VIDEO_INFO_COMP_PSTRIDE(&info, c);
    for (int y = 0; y < rows; ++y)
      f(static_cast<std::size_t>(info.offset[plane]) + static_cast<std::size_t>(y * info.stride[plane]), bytes);
  }
}

inline void append_raw(const Picture& p, std::ofstream& to) {
  for_each_row(p, [&](std::size_t at, int bytes) { to.write(reinterpret_cast<const char*>(&p.bytes()[at]), bytes); });
}

inline bool read_raw(std::ifstream& from, Picture& p) {
  for_each_row(p, [&](std::size_t at, int bytes) { from.read(reinterpret_cast<char*>(&p.bytes()[at]), bytes); });
  return static_cast<bool>(from);
}

}  // namespace detail

/// Sends pictures of one format and size through ffmpeg's video filters (`-vf FILTER`), which may not change
/// either.
inline std::vector<Picture> run_ffmpeg(const std::string& filter, const std::vector<Picture>& frames) {
  const TemporaryFolder folder;
  const Picture& first = frames.at(0);
  {
    std::ofstream raw(folder.file("in"), std::ios::binary);
    for (const Picture& p : frames) detail::append_raw(p, raw);
  }
  const std::string kind = " -f rawvideo -pix_fmt " + detail::ffmpeg_name(first.format());
  const std::string command = "ffmpeg -v error -y" + kind + " -s " + std::to_string(first.width()) + "x" +
                              std::to_string(first.height()) + " -i '" + folder.file("in") + "' -vf '" + filter + "'" +
                              kind + " '" + folder.file("out") + "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("ffmpeg failed: " + command);
  std::ifstream raw(folder.file("out"), std::ios::binary);
  std::vector<Picture> result;
  for (Picture p(first.format(), first.width(), first.height()); detail::read_raw(raw, p);) result.push_back(p);
  return result;
}

}  // namespace reel::testing
