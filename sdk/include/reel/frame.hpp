/// Pictures and sound as a stage sees them. Views: they own nothing and live for one call of process().
#pragma once

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "reel/types.hpp"

namespace reel {

/// One component (Y, U, V, R, G, B, A) or one whole plane of a picture. `T` is std::uint8_t for 8 bit formats
/// and std::uint16_t for deeper ones.
template <class T>
class Plane {
 public:
  Plane(void* data, std::ptrdiff_t stride_bytes, int width, int height, int step)
      : data_(static_cast<std::byte*>(data)), stride_(stride_bytes), width_(width), height_(height), step_(step) {}

  int width() const { return width_; }    ///< in samples
  int height() const { return height_; }  ///< in rows
  int step() const { return step_; }      ///< samples from one to the next; 1 in planar formats
  T* row_data(int y) const { return reinterpret_cast<T*>(data_ + y * stride_); }
  /// A whole row, the samples of other components that lie between ours included.
  std::span<T> row(int y) const { return {row_data(y), static_cast<std::size_t>(width_) * step_}; }
  T& at(int x, int y) const { return row_data(y)[static_cast<std::ptrdiff_t>(x) * step_]; }

 private:
  std::byte* data_;
  std::ptrdiff_t stride_;
  int width_, height_, step_;
};

class VideoFrame {
 public:
  /// `time`: on the stage's input timeline.
  VideoFrame(GstVideoFrame& frame, Time time) : frame_(&frame), time_(time) {}

  int width() const { return GST_VIDEO_FRAME_WIDTH(frame_); }
  int height() const { return GST_VIDEO_FRAME_HEIGHT(frame_); }
  Time time() const { return time_; }
  GstVideoFormat format() const { return GST_VIDEO_FRAME_FORMAT(frame_); }
  bool is_rgb() const { return GST_VIDEO_INFO_IS_RGB(&frame_->info) != 0; }
  int depth() const { return static_cast<int>(GST_VIDEO_FRAME_COMP_DEPTH(frame_, 0)); }  ///< bits a component
  int components() const { return static_cast<int>(GST_VIDEO_FRAME_N_COMPONENTS(frame_)); }
  int planes() const { return static_cast<int>(GST_VIDEO_FRAME_N_PLANES(frame_)); }

  /// Component `c` in the order Y, U, V, A or R, G, B, A, at its own (perhaps subsampled) size.
  template <class T = std::uint8_t>
  Plane<T> component(int c) const {
    const auto i = static_cast<unsigned>(c);
    return {GST_VIDEO_FRAME_COMP_DATA(frame_, i), GST_VIDEO_FRAME_COMP_STRIDE(frame_, i),
            GST_VIDEO_FRAME_COMP_WIDTH(frame_, i), GST_VIDEO_FRAME_COMP_HEIGHT(frame_, i),
            GST_VIDEO_FRAME_COMP_PSTRIDE(frame_, i) / static_cast<int>(sizeof(T))};
  }
  /// Row `y` of the first plane, all its components.
  std::span<std::uint8_t> row(int y) const { return component<std::uint8_t>(0).row(y); }

  GstVideoFrame* raw() const { return frame_; }

 private:
  GstVideoFrame* frame_;
  Time time_;
};

/// Interleaved 32 bit float samples, full scale ±1.
class AudioBlock {
 public:
  AudioBlock(float* data, std::size_t frames, int channels, int rate, Time time)
      : data_(data), frames_(frames), channels_(channels), rate_(rate), time_(time) {}

  std::size_t frames() const { return frames_; }  ///< samples a channel
  int channels() const { return channels_; }
  int rate() const { return rate_; }   ///< Hz
  Time time() const { return time_; }  ///< of the first sample, on the stage's input timeline
  std::span<float> samples() const { return {data_, frames_ * static_cast<std::size_t>(channels_)}; }
  float& at(std::size_t frame, int channel) const {
    return data_[frame * static_cast<std::size_t>(channels_) + static_cast<std::size_t>(channel)];
  }
  Time time_of(std::size_t frame) const {
    return time_ + Time{static_cast<std::int64_t>(frame * 1'000'000'000ULL / static_cast<std::uint64_t>(rate_))};
  }

 private:
  float* data_;
  std::size_t frames_;
  int channels_, rate_;
  Time time_;
};

}  // namespace reel
