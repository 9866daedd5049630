/// Masks that somebody drew or computed: a picture, or a video.
#pragma once

#include <opencv2/core.hpp>
#include <reel/sdk.hpp>
#include <string>

namespace reel::removal {

/// Reads a picture or a video of anything that GStreamer decodes as a mask: what is brighter than middle grey is covered. One thread.
class MaskFile {
 public:
  explicit MaskFile(std::string path) : path_(std::move(path)) {}
  MaskFile(const MaskFile&) = delete;
  MaskFile& operator=(const MaskFile&) = delete;
  ~MaskFile() { close(); }

  /// The mask that is shown at `time`, scaled to that size: CV_8U, 0 or 255; the same cv::Mat as long as it stays the same. The first and the last one of a video are shown
  /// before and after it. Throws Error.
  cv::Mat at(Time time, cv::Size size);

 private:
  struct Shown {
    cv::Mat mask;
    Time begin{0};
  };
  void open();
  void close();
  bool read(Shown& into);

  std::string path_;
  ElementPtr pipeline_, sink_;
  Shown now_, next_;
  cv::Mat scaled_, scaled_of_;
  bool has_next_ = false;
  bool first_ = true;  ///< now_ is the first one
};

}  // namespace reel::removal
