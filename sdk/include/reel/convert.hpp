/// Pictures of one format and size from those of another, for stages that join inputs. Link
/// gstreamer-video-1.0.
#pragma once

#include <gst/video/video.h>

#include <cmath>
#include <memory>
#include <string>

#include "reel/handles.hpp"
#include "reel/types.hpp"

namespace reel {

/// A buffer mapped as a picture for the life of this object. Throws Error if it cannot be.
class MappedFrame {
 public:
  MappedFrame(GstBuffer* buffer, const GstVideoInfo& format, GstMapFlags access) {
    if (gst_video_frame_map(&frame_, &format, buffer, access) == FALSE)
      throw Error("a picture's memory cannot be mapped");
  }
  ~MappedFrame() { gst_video_frame_unmap(&frame_); }
  MappedFrame(const MappedFrame&) = delete;
  MappedFrame& operator=(const MappedFrame&) = delete;

  GstVideoFrame& get() { return frame_; }

 private:
  GstVideoFrame frame_{};
};

/// Converts and scales pictures; keeps the converter while formats and sizes stay. One thread at a time.
class Conversion {
 public:
  enum class Fit {
    stretch,  ///< fills the other picture
    inside,   ///< keeps the shape that is shown, centred on black
  };
  explicit Conversion(Fit fit = Fit::stretch) : fit_(fit) {}

  /// Throws Error if there is no way from the one format to the other.
  void run(const GstVideoFrame& from, GstVideoFrame& to) {
    if (!converter_ || !gst_video_info_is_equal(&from_, &from.info) || !gst_video_info_is_equal(&to_, &to.info))
      prepare(from.info, to.info);
    gst_video_converter_frame(converter_.get(), &from, &to);
  }

 private:
  struct Free {
    void operator()(GstVideoConverter* c) const { gst_video_converter_free(c); }
  };

  void prepare(const GstVideoInfo& from, const GstVideoInfo& to) {
    from_ = from, to_ = to;
    // GStreamer's converter insists that clocks and fields agree, which do not matter for single pictures.
    GstVideoInfo plain_from = from, plain_to = to;
    for (GstVideoInfo* plain : {&plain_from, &plain_to}) {
      plain->fps_n = 0, plain->fps_d = 1;
      plain->interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    }
    converter_.reset(gst_video_converter_new(&plain_from, &plain_to, fit_ == Fit::inside ? centred() : nullptr));
    if (!converter_)
      throw Error(std::string("pictures of format ") + GST_VIDEO_INFO_NAME(&from) + " cannot be converted to " +
                  GST_VIDEO_INFO_NAME(&to));
  }

  GstStructure* centred() const {
    const auto shape = [](const GstVideoInfo& i) {
      return static_cast<double>(i.width) * i.par_n / (static_cast<double>(i.height) * i.par_d);
    };
    const double wanted = shape(from_) / shape(to_);
    const auto even = [](double length) { return std::max(2, 2 * static_cast<int>(std::lround(length / 2))); };
    const int width = wanted < 1 ? std::min(to_.width, even(to_.width * wanted)) : to_.width;
    const int height = wanted > 1 ? std::min(to_.height, even(to_.height / wanted)) : to_.height;
    return gst_structure_new("fit", GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT, (to_.width - width) / 4 * 2,
                             GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT, (to_.height - height) / 4 * 2,
                             GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT, width, GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT,
                             G_TYPE_INT, height, nullptr);
  }

  Fit fit_;
  GstVideoInfo from_{}, to_{};
  std::unique_ptr<GstVideoConverter, Free> converter_;
};

}  // namespace reel
