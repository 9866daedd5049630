/// Pictures in memory: made up by a test, or taken from a buffer, and compared sample by sample.
#pragma once

#include <gst/video/video.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <ostream>
#include <random>
#include <reel/sdk.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace reel::testing {

/// A picture that owns its samples. Components are numbered Y, U, V, A or R, G, B, A whatever their order in
/// memory; formats of more than 8 bits hold 0..2^depth-1.
class Picture {
 public:
  /// Black and transparent as far as 0 means that. `format` as in caps: `I420_10LE`. `colorimetry`, as in
  /// caps, is GStreamer's default for the size unless given. Throws std::invalid_argument for an unknown
  /// format.
  Picture(const std::string& format, int width, int height, const std::string& colorimetry = "") {
    const GstVideoFormat known = gst_video_format_from_string(format.c_str());
    if (known == GST_VIDEO_FORMAT_UNKNOWN) throw std::invalid_argument("no video format is named " + format);
    gst_video_info_set_format(&info_, known, static_cast<guint>(width), static_cast<guint>(height));
    if (!colorimetry.empty()) gst_video_colorimetry_from_string(&info_.colorimetry, colorimetry.c_str());
    data_.resize(info_.size);
  }

  /// Every sample is `f(component, x, y)`, in samples of that component's own size.
  template <class F>
  static Picture make(const std::string& format, int width, int height, F f) {
    Picture p(format, width, height);
    p.for_each([&](int c, int x, int y) { p.set(c, x, y, f(c, x, y)); });
    return p;
  }
  /// One colour: a value a component, 8 bit ones are scaled to the depth.
  static Picture solid(const std::string& format, int width, int height, std::array<int, 4> color) {
    Picture p(format, width, height);
    p.for_each([&](int c, int x, int y) { p.set(c, x, y, color[static_cast<std::size_t>(c)] << (p.depth() - 8)); });
    return p;
  }
  /// Rises from 1/16 to 15/16 of full scale: Y and alpha (or R) to the right, the others downwards and to the
  /// right.
  static Picture gradient(const std::string& format, int width, int height) {
    Picture p(format, width, height);
    const int top = p.full_scale();
    p.for_each([&](int c, int x, int y) {
      const double across = (x + 0.5) / p.width(c), down = (y + 0.5) / p.height(c);
      const double share = c == 0 || c == 3 ? across : c == 1 ? down : (across + down) / 2;
      p.set(c, x, y, static_cast<int>(std::lround(top * (1 + 14 * share) / 16)));
    });
    return p;
  }
  /// Even noise over the full scale, the same for the same seed.
  static Picture noise(const std::string& format, int width, int height, unsigned seed = 1) {
    Picture p(format, width, height);
    std::minstd_rand random(seed);
    const auto levels = static_cast<unsigned>(p.full_scale()) + 1;
    p.for_each([&](int c, int x, int y) { p.set(c, x, y, static_cast<int>((random() >> 8) % levels)); });
    return p;
  }
  /// Squares of `cell` samples in turns of 1/8 and 7/8 of full scale.
  static Picture checker(const std::string& format, int width, int height, int cell = 8) {
    Picture p(format, width, height);
    const int top = p.full_scale();
    p.for_each([&](int c, int x, int y) { p.set(c, x, y, (x / cell + y / cell) % 2 == 0 ? top / 8 : top - top / 8); });
    return p;
  }
  /// A copy of what a buffer holds. Its own strides are respected.
  static Picture from(GstBuffer* buffer, const GstVideoInfo& info) {
    Picture p(gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)), info.width, info.height);
    p.info_.colorimetry = info.colorimetry;
    GstVideoFrame source, target;
    BufferPtr own = p.wrapped();
    if (gst_video_frame_map(&source, &info, buffer, GST_MAP_READ) == FALSE)
      throw std::runtime_error("a picture cannot be mapped");
    gst_video_frame_map(&target, &p.info_, own.get(), GST_MAP_WRITE);
    gst_video_frame_copy(&target, &source);
    gst_video_frame_unmap(&target);
    gst_video_frame_unmap(&source);
    return p;
  }

  int width(int component = 0) const { return GST_VIDEO_INFO_COMP_WIDTH(&info_, static_cast<guint>(component)); }
  int height(int component = 0) const { return GST_VIDEO_INFO_COMP_HEIGHT(&info_, static_cast<guint>(component)); }
  int components() const { return static_cast<int>(GST_VIDEO_INFO_N_COMPONENTS(&info_)); }
  int depth() const { return static_cast<int>(GST_VIDEO_INFO_COMP_DEPTH(&info_, 0)); }
  int full_scale() const { return (1 << depth()) - 1; }
  std::string format() const { return gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info_)); }
  const GstVideoInfo& info() const { return info_; }

  int at(int component, int x, int y) const {
    const std::size_t offset = offset_of(component, x, y);
    return static_cast<int>((raw(offset) >> shift(component)) & static_cast<unsigned>(full_scale()));
  }
  /// Clamps to what the format can hold.
  void set(int component, int x, int y, int value) {
    const std::size_t offset = offset_of(component, x, y);
    const unsigned mask = static_cast<unsigned>(full_scale()) << shift(component);
    const unsigned kept = raw(offset) & ~mask;
    const unsigned sample = kept | static_cast<unsigned>(std::clamp(value, 0, full_scale())) << shift(component);
    data_[offset] = static_cast<std::uint8_t>(sample);
    if (depth() > 8) data_[offset + 1] = static_cast<std::uint8_t>(sample >> 8U);
  }
  /// Calls f(component, x, y) for every sample.
  template <class F>
  void for_each(F f) const {
    for (int c = 0; c < components(); ++c)
      for (int y = 0; y < height(c); ++y)
        for (int x = 0; x < width(c); ++x) f(c, x, y);
  }

  const std::vector<std::uint8_t>& bytes() const { return data_; }
  std::vector<std::uint8_t>& bytes() { return data_; }

  /// A buffer with a copy of the samples.
  BufferPtr buffer(Time pts, Time duration) const {
    GstBuffer* const b = gst_buffer_new_allocate(nullptr, data_.size(), nullptr);
    gst_buffer_fill(b, 0, data_.data(), data_.size());
    GST_BUFFER_PTS(b) = static_cast<GstClockTime>(pts.count());
    GST_BUFFER_DURATION(b) = static_cast<GstClockTime>(duration.count());
    return BufferPtr(b);
  }

  friend bool operator==(const Picture& a, const Picture& b) {
    if (a.format() != b.format() || a.width() != b.width() || a.height() != b.height()) return false;
    bool same = true;  // of the samples: padding between rows does not count
    a.for_each([&](int c, int x, int y) { same = same && a.at(c, x, y) == b.at(c, x, y); });
    return same;
  }
  friend std::ostream& operator<<(std::ostream& out, const Picture& p) {
    out << p.format() << ' ' << p.width() << 'x' << p.height() << ", first sample of each component:";
    for (int c = 0; c < p.components(); ++c) out << ' ' << p.at(c, 0, 0);
    return out;
  }

 private:
  std::size_t offset_of(int component, int x, int y) const {
    const auto c = static_cast<guint>(component);
    if (x < 0 || y < 0 || x >= width(component) || y >= height(component))
      throw std::out_of_range("no sample " + std::to_string(x) + "," + std::to_string(y) + " in that picture");
    return static_cast<std::size_t>(GST_VIDEO_INFO_COMP_OFFSET(&info_, c)) +
           static_cast<std::size_t>(y * GST_VIDEO_INFO_COMP_STRIDE(&info_, c)) +
           static_cast<std::size_t>(x * GST_VIDEO_INFO_COMP_PSTRIDE(&info_, c));
  }
  unsigned shift(int component) const { return info_.finfo->shift[component]; }
  unsigned raw(std::size_t offset) const {
    return data_[offset] | (depth() > 8 ? unsigned{data_[offset + 1]} << 8U : 0U);
  }
  BufferPtr wrapped() {
    return BufferPtr(
        gst_buffer_new_wrapped_full(GstMemoryFlags(0), data_.data(), data_.size(), 0, data_.size(), nullptr, nullptr));
  }

  GstVideoInfo info_ = [] {
    GstVideoInfo info;
    gst_video_info_init(&info);
    return info;
  }();
  std::vector<std::uint8_t> data_;
};

/// All components, or one.
constexpr int all_components = -1;

namespace detail {
template <class F>
void for_each_difference(const Picture& a, const Picture& b, int component, F f) {
  if (a.format() != b.format() || a.width() != b.width() || a.height() != b.height())
    throw std::invalid_argument("pictures of different format or size cannot be compared");
  a.for_each([&](int c, int x, int y) {
    if (component == all_components || c == component) f(a.at(c, x, y) - b.at(c, x, y));
  });
}
}  // namespace detail

/// The largest difference of a sample, in steps of the format's own depth.
inline int max_difference(const Picture& a, const Picture& b, int component = all_components) {
  int most = 0;
  detail::for_each_difference(a, b, component, [&](int d) { most = std::max(most, std::abs(d)); });
  return most;
}

/// The mean absolute difference, in steps of the format's own depth.
inline double mean_difference(const Picture& a, const Picture& b, int component = all_components) {
  double sum = 0, count = 0;
  detail::for_each_difference(a, b, component, [&](int d) { sum += std::abs(d), count += 1; });
  return sum / count;
}

/// Peak signal to noise ratio in dB over full scale; infinite for equal pictures.
inline double psnr(const Picture& a, const Picture& b, int component = all_components) {
  double sum = 0, count = 0;
  detail::for_each_difference(a, b, component, [&](int d) { sum += double(d) * d, count += 1; });
  if (sum == 0) return std::numeric_limits<double>::infinity();
  const double top = a.full_scale();
  return 10 * std::log10(top * top * count / sum);
}

}  // namespace reel::testing
