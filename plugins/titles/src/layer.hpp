/// Laying a small picture with alpha over a large one, in the large one's own format: nothing else of it changes.
#pragma once

#include <vector>

#include "handles.hpp"

namespace reel::titles {

/// The formats whose pictures a Layer can be laid over: every component has bytes or 16 bit words of its own.
inline constexpr const char* blendable_formats =
    "{ I420, YV12, Y42B, Y41B, Y444, NV12, NV21, NV16, NV24, YUY2, UYVY, GRAY8, A420, AYUV, VUYA, "
    "I420_10LE, I422_10LE, Y444_10LE, I420_12LE, I422_12LE, Y444_12LE, Y444_16LE, "
    "A420_10LE, A422_10LE, A444_10LE, AYUV64, "
    "RGB, BGR, RGBx, xRGB, BGRx, xBGR, RGBA, ARGB, BGRA, ABGR, GBR, GBRA, "
    "GBR_10LE, GBR_12LE, GBRA_10LE, GBRA_12LE, ARGB64 }";

/// The format in which a Layer for pictures like `main` is made from ones like `source`: with main's matrix and range, as
/// deep as the shallower of the two, every component at full size, straight alpha first.
VideoFormat staging_format(const VideoFormat& main, const VideoFormat& source, int width, int height);

class Layer {
 public:
  Layer() = default;
  /// `staged` is in staging_format(); its top left corner comes to pixel (x, y), which may lie outside of the main picture.
  Layer(const GstVideoFrame& staged, const VideoFormat& main, int x, int y);

  /// Lays it over `main`, which must have the format and size that the layer was made for. `opacity`: 0..1.
  void blend(VideoFrame& main, double opacity) const;

 private:
  /// Alpha is 0..`opaque`, so that sums and differences of 16 bit values times alpha fit 32 bits.
  static constexpr int opaque = 1 << 15;

  /// Samples at the size of one or more components of the main picture.
  struct Grid {
    int x = 0, y = 0, width = 0, height = 0;
    std::vector<std::uint16_t> alpha;
  };
  struct Component {
    int index = 0, x_shift = 0, y_shift = 0;
    std::size_t grid = 0;
    std::vector<std::uint16_t> value;
  };

  std::size_t grid_for(int x_shift, int y_shift, const GstVideoFrame& staged, const VideoFormat& main, int x, int y);
  template <class T>
  void blend_component(VideoFrame& main, const Component& component, int opacity) const;
  template <class T>
  void blend_alpha(VideoFrame& main, int opacity) const;

  std::vector<Grid> grids_;
  std::vector<Component> components_;
};

}  // namespace reel::titles
