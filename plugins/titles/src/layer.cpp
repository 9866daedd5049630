#include "layer.hpp"

#include <algorithm>

namespace reel::titles {
namespace {

constexpr int alpha_component = 3;

bool is_deep(const VideoFormat& format) { return GST_VIDEO_INFO_COMP_DEPTH(&format, 0) > 8; }

/// Reads the staged picture, whose pixels are A, then Y, U, V or R, G, B.
class Staged {
 public:
  explicit Staged(const GstVideoFrame& frame)
      : data_(static_cast<const std::byte*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0))),
        stride_(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0)),
        width_(GST_VIDEO_FRAME_WIDTH(&frame)),
        height_(GST_VIDEO_FRAME_HEIGHT(&frame)),
        deep_(is_deep(frame.info)) {}

  int width() const { return width_; }
  int height() const { return height_; }
  unsigned max() const { return deep_ ? 65535 : 255; }
  unsigned at(int x, int y, int channel) const {
    const std::byte* const row = data_ + std::ptrdiff_t{y} * stride_;
    const std::ptrdiff_t i = std::ptrdiff_t{x} * 4 + channel;
    return deep_ ? reinterpret_cast<const std::uint16_t*>(row)[i] : reinterpret_cast<const std::uint8_t*>(row)[i];
  }

 private:
  const std::byte* data_;
  int stride_, width_, height_;
  bool deep_;
};

/// The pixels of the main picture that one sample of a component covers.
struct Cell {
  int left, top, right, bottom;
  int pixels() const { return (right - left) * (bottom - top); }
};

Cell cell_of(int x, int y, int x_shift, int y_shift, const VideoFormat& main) {
  return {x << x_shift, y << y_shift, std::min((x + 1) << x_shift, main.width),
          std::min((y + 1) << y_shift, main.height)};
}

Cell within(const Cell& cell, int x, int y, const Staged& staged) {
  return {std::max(cell.left - x, 0), std::max(cell.top - y, 0), std::min(cell.right - x, staged.width()),
          std::min(cell.bottom - y, staged.height())};
}

/// The mean alpha over a cell, 0..opaque.
std::uint16_t alpha_over(const Cell& inside, int pixels, const Staged& staged, unsigned opaque) {
  std::uint64_t sum = 0;
  for (int y = inside.top; y < inside.bottom; ++y)
    for (int x = inside.left; x < inside.right; ++x) sum += staged.at(x, y, 0);
  const std::uint64_t full = std::uint64_t{staged.max()} * static_cast<unsigned>(pixels);
  return static_cast<std::uint16_t>((sum * opaque + full / 2) / full);
}

/// The mean of a channel over a cell, each pixel counting as much as it shows.
std::uint32_t value_over(const Cell& inside, const Staged& staged, int channel) {
  if (inside.right - inside.left == 1 && inside.bottom - inside.top == 1)
    return staged.at(inside.left, inside.top, channel);
  std::uint64_t sum = 0, weight = 0;
  for (int y = inside.top; y < inside.bottom; ++y)
    for (int x = inside.left; x < inside.right; ++x) {
      const std::uint64_t alpha = staged.at(x, y, 0);
      weight += alpha;
      sum += alpha * staged.at(x, y, channel);
    }
  return weight == 0 ? 0 : static_cast<std::uint32_t>((sum + weight / 2) / weight);
}

/// From the depth of the staged picture to that of the component. Levels of limited range are powers of two apart; those of
/// full range reach from end to end, and chroma counts from its middle.
std::uint16_t to_depth(std::uint32_t value, bool from_deep, const VideoFormat& main, int component) {
  const auto depth = static_cast<int>(GST_VIDEO_INFO_COMP_DEPTH(&main, component));
  const std::uint32_t max = (1U << depth) - 1;
  if (from_deep) return static_cast<std::uint16_t>(std::min((value + (1U << (16 - depth) >> 1)) >> (16 - depth), max));
  if (depth == 8) return static_cast<std::uint16_t>(value);
  const bool rgb = GST_VIDEO_INFO_IS_RGB(&main) != 0;
  if (!rgb && main.colorimetry.range != GST_VIDEO_COLOR_RANGE_0_255)
    return static_cast<std::uint16_t>(value << (depth - 8));
  const double middle = !rgb && component > 0 ? 128 : 0;
  const double scaled = (value - middle) * max / 255 + middle * (1 << (depth - 8));
  return static_cast<std::uint16_t>(std::clamp(scaled + 0.5, 0.0, double(max)));
}

int mix(int below, int above, int alpha) { return below + (((above - below) * alpha + (1 << 14)) >> 15); }

}  // namespace

VideoFormat staging_format(const VideoFormat& main, const VideoFormat& source, int width, int height) {
  const bool rgb = GST_VIDEO_INFO_IS_RGB(&main) != 0;
  const bool deep = is_deep(main) && is_deep(source);
  const GstVideoFormat format = deep ? (rgb ? GST_VIDEO_FORMAT_ARGB64 : GST_VIDEO_FORMAT_AYUV64)
                                     : (rgb ? GST_VIDEO_FORMAT_ARGB : GST_VIDEO_FORMAT_AYUV);
  VideoFormat staging;
  gst_video_info_set_format(&staging, format, static_cast<guint>(width), static_cast<guint>(height));
  staging.colorimetry = main.colorimetry;
  if (!rgb && (main.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_RGB ||
               main.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN))
    staging.colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_BT601;
  return staging;
}

Layer::Layer(const GstVideoFrame& staged, const VideoFormat& main, int x, int y) {
  const Staged source(staged);
  const auto count = static_cast<int>(GST_VIDEO_INFO_N_COMPONENTS(&main));
  for (int c = 0; c < std::min(count, alpha_component); ++c) {
    Component component{c,
                        static_cast<int>(GST_VIDEO_FORMAT_INFO_W_SUB(main.finfo, c)),
                        static_cast<int>(GST_VIDEO_FORMAT_INFO_H_SUB(main.finfo, c)),
                        0,
                        {}};
    component.grid = grid_for(component.x_shift, component.y_shift, staged, main, x, y);
    const Grid& grid = grids_[component.grid];
    component.value.reserve(grid.alpha.size());
    for (int row = grid.y; row < grid.y + grid.height; ++row)
      for (int column = grid.x; column < grid.x + grid.width; ++column) {
        const Cell cell = cell_of(column, row, component.x_shift, component.y_shift, main);
        component.value.push_back(
            to_depth(value_over(within(cell, x, y, source), source, 1 + c), source.max() > 255, main, c));
      }
    components_.push_back(std::move(component));
  }
}

std::size_t Layer::grid_for(int x_shift, int y_shift, const GstVideoFrame& staged, const VideoFormat& main, int x,
                            int y) {
  for (const Component& made : components_)
    if (made.x_shift == x_shift && made.y_shift == y_shift) return made.grid;
  const Staged source(staged);
  Grid grid;
  const int right = std::min(x + source.width(), main.width), bottom = std::min(y + source.height(), main.height);
  grid.x = std::max(x, 0) >> x_shift, grid.y = std::max(y, 0) >> y_shift;
  grid.width = std::max(0, ((right + (1 << x_shift) - 1) >> x_shift) - grid.x);
  grid.height = std::max(0, ((bottom + (1 << y_shift) - 1) >> y_shift) - grid.y);
  grid.alpha.reserve(static_cast<std::size_t>(grid.width) * static_cast<std::size_t>(grid.height));
  for (int row = grid.y; row < grid.y + grid.height; ++row)
    for (int column = grid.x; column < grid.x + grid.width; ++column) {
      const Cell cell = cell_of(column, row, x_shift, y_shift, main);
      grid.alpha.push_back(alpha_over(within(cell, x, y, source), cell.pixels(), source, opaque));
    }
  grids_.push_back(std::move(grid));
  return grids_.size() - 1;
}

void Layer::blend(VideoFrame& main, double opacity) const {
  const int scaled = static_cast<int>(std::clamp(opacity, 0.0, 1.0) * opaque + 0.5);
  if (scaled == 0) return;
  const bool deep = main.depth() > 8;
  for (const Component& component : components_)
    deep ? blend_component<std::uint16_t>(main, component, scaled)
         : blend_component<std::uint8_t>(main, component, scaled);
  // The main picture's own alpha comes last: the colours need it as it was.
  if (main.components() > alpha_component)
    deep ? blend_alpha<std::uint16_t>(main, scaled) : blend_alpha<std::uint8_t>(main, scaled);
}

template <class T>
void Layer::blend_component(VideoFrame& main, const Component& component, int opacity) const {
  const Grid& grid = grids_[component.grid];
  const Plane<T> plane = main.component<T>(component.index);
  const bool has_alpha = main.components() > alpha_component;
  const auto width = static_cast<std::size_t>(grid.width);
  std::vector<int> alpha(width);
  for (int row = 0; row < grid.height; ++row) {
    const std::size_t at = static_cast<std::size_t>(row) * width;
    const std::uint16_t* const layer_alpha = grid.alpha.data() + at;
    const std::uint16_t* const value = component.value.data() + at;
    for (std::size_t i = 0; i < width; ++i) alpha[i] = (layer_alpha[i] * opacity + opaque / 2) >> 15;
    if (has_alpha) {
      // Over a see-through picture, the layer's share in the colour is larger than its alpha.
      const Plane<T> below = main.component<T>(alpha_component);
      const std::int64_t max = (1 << GST_VIDEO_INFO_COMP_DEPTH(&main.raw()->info, alpha_component)) - 1;
      for (std::size_t i = 0; i < width; ++i) {
        const int x = (grid.x + static_cast<int>(i)) << component.x_shift;
        const std::int64_t under = below.at(x, (grid.y + row) << component.y_shift);
        const std::int64_t whole = alpha[i] * max + under * (opaque - alpha[i]);
        if (whole > 0) alpha[i] = static_cast<int>((alpha[i] * max * opaque + whole / 2) / whole);
      }
    }
    T* const out = plane.row_data(grid.y + row) + std::ptrdiff_t{grid.x} * plane.step();
    if (plane.step() == 1)
      for (std::size_t i = 0; i < width; ++i) out[i] = static_cast<T>(mix(out[i], value[i], alpha[i]));
    else
      for (std::size_t i = 0, o = 0; i < width; ++i, o += static_cast<std::size_t>(plane.step()))
        out[o] = static_cast<T>(mix(out[o], value[i], alpha[i]));
  }
}

template <class T>
void Layer::blend_alpha(VideoFrame& main, int opacity) const {
  const Grid& grid = grids_[components_.front().grid];
  const Plane<T> plane = main.component<T>(alpha_component);
  const int max = (1 << GST_VIDEO_INFO_COMP_DEPTH(&main.raw()->info, alpha_component)) - 1;
  for (int row = 0; row < grid.height; ++row)
    for (int i = 0; i < grid.width; ++i) {
      T& sample = plane.at(grid.x + i, grid.y + row);
      const int alpha = grid.alpha[static_cast<std::size_t>(row) * static_cast<std::size_t>(grid.width) +
                                   static_cast<std::size_t>(i)];
      sample = static_cast<T>(mix(sample, max, (alpha * opacity + opaque / 2) >> 15));
    }
}

}  // namespace reel::titles
