#include "resampler.hpp"

#include <vector>

#include "native_color.hpp"

namespace reel::geometry {
namespace {

struct Free {
  void operator()(GstVideoConverter* c) const { gst_video_converter_free(c); }
};
using ConverterPtr = std::unique_ptr<GstVideoConverter, Free>;

GstVideoResamplerMethod resampler_method(Method method) {
  switch (method) {
    case Method::lanczos:
      return GST_VIDEO_RESAMPLER_METHOD_LANCZOS;
    case Method::bicubic:
      return GST_VIDEO_RESAMPLER_METHOD_CUBIC;
    case Method::bilinear:
      return GST_VIDEO_RESAMPLER_METHOD_LINEAR;
    case Method::nearest:
      break;
  }
  return GST_VIDEO_RESAMPLER_METHOD_NEAREST;
}

ConverterPtr make_converter(VideoFormat in, VideoFormat out, const Placement& at, Method wanted,
                            const Color& background) {
  const GstVideoResamplerMethod method = resampler_method(wanted);
  GstStructure* const options = gst_structure_new(
      "options", GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD, method,
      GST_VIDEO_CONVERTER_OPT_CHROMA_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD, method,
      // Catmull-Rom: GStreamer's own choice, Mitchell, is a good deal softer.
      GST_VIDEO_RESAMPLER_OPT_CUBIC_B, G_TYPE_DOUBLE, 0.0, GST_VIDEO_RESAMPLER_OPT_CUBIC_C, G_TYPE_DOUBLE, 0.5,
      GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD, GST_VIDEO_DITHER_NONE,
      GST_VIDEO_CONVERTER_OPT_SRC_X, G_TYPE_INT, at.from.x, GST_VIDEO_CONVERTER_OPT_SRC_Y, G_TYPE_INT, at.from.y,
      GST_VIDEO_CONVERTER_OPT_SRC_WIDTH, G_TYPE_INT, at.from.width, GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT,
      at.from.height, GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT, at.to.x, GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT,
      at.to.y, GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT, at.to.width, GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT,
      G_TYPE_INT, at.to.height, GST_VIDEO_CONVERTER_OPT_FILL_BORDER, G_TYPE_BOOLEAN, TRUE,
      GST_VIDEO_CONVERTER_OPT_BORDER_ARGB, G_TYPE_UINT, background.argb(), GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT,
      0U, nullptr);
  ConverterPtr converter(gst_video_converter_new(&in, &out, options));
  if (!converter)
    throw Error(std::string("scale: pictures of format ") + GST_VIDEO_INFO_NAME(&in) + " cannot be scaled");
  return converter;
}

class WholeResampler : public Resampler {
 public:
  explicit WholeResampler(ConverterPtr converter) : converter_(std::move(converter)) {}
  void run(const GstVideoFrame& in, GstVideoFrame& out) override {
    gst_video_converter_frame(converter_.get(), &in, &out);
  }

 private:
  ConverterPtr converter_;
};

VideoFormat gray16(int width, int height) {
  VideoFormat format;
  gst_video_info_set_format(&format, GST_VIDEO_FORMAT_GRAY16_LE, static_cast<guint>(width), static_cast<guint>(height));
  return format;
}

Placement::Box shrunk(const Placement::Box& box, int x_shift, int y_shift) {
  const auto up = [](int v, int shift) { return (v + (1 << shift) - 1) >> shift; };
  return {box.x >> x_shift, box.y >> y_shift, up(box.width, x_shift), up(box.height, y_shift)};
}

/// Each plane as a grey picture of 16 bit samples.
class PlaneResampler : public Resampler {
 public:
  PlaneResampler(const VideoFormat& in, const VideoFormat& out, const Placement& at, Method method,
                 const Color& background)
      : background_(native_color(background, out)) {
    for (unsigned c = 0; c < GST_VIDEO_INFO_N_COMPONENTS(&in); ++c) {
      const PlaneShape from = plane_shape(in, GST_VIDEO_INFO_COMP_PLANE(&in, c));
      const PlaneShape to = plane_shape(out, GST_VIDEO_INFO_COMP_PLANE(&out, c));
      const Placement part{shrunk(at.from, from.x_shift, from.y_shift), shrunk(at.to, to.x_shift, to.y_shift), to.width,
                           to.height};
      const VideoFormat gray_in = gray16(from.width, from.height), gray_out = gray16(to.width, to.height);
      components_.push_back({gray_in, gray_out, part.to, make_converter(gray_in, gray_out, part, method, Color{})});
    }
  }

  void run(const GstVideoFrame& in, GstVideoFrame& out) override {
    for (unsigned c = 0; c < components_.size(); ++c) {
      const GstVideoFrame from = plane_of(in, c, components_[c].in);
      GstVideoFrame to = plane_of(out, c, components_[c].out);
      gst_video_converter_frame(components_[c].converter.get(), &from, &to);
      finish(to, components_[c].inner, (1 << GST_VIDEO_INFO_COMP_DEPTH(&out.info, c)) - 1, background_[c]);
    }
  }

 private:
  struct Component {
    VideoFormat in, out;
    Placement::Box inner;  ///< what is no bar
    ConverterPtr converter;
  };

  static GstVideoFrame plane_of(const GstVideoFrame& frame, unsigned component, const VideoFormat& gray) {
    GstVideoFrame plane{};
    plane.info = gray;
    plane.data[0] = GST_VIDEO_FRAME_COMP_DATA(&frame, component);
    plane.info.stride[0] = GST_VIDEO_FRAME_COMP_STRIDE(&frame, component);
    return plane;
  }

  /// Fills the bars, and takes back what overshot the format's depth: to the converter, samples have 16 bits.
  static void finish(GstVideoFrame& plane, const Placement::Box& inner, int max, int background) {
    const auto width = GST_VIDEO_FRAME_WIDTH(&plane), height = GST_VIDEO_FRAME_HEIGHT(&plane);
    const auto bar = static_cast<std::uint16_t>(background), most = static_cast<std::uint16_t>(max);
    for (int y = 0; y < height; ++y) {
      auto* const row = reinterpret_cast<std::uint16_t*>(plane_row(&plane, 0, y));
      if (y < inner.y || y >= inner.y + inner.height) {
        std::fill(row, row + width, bar);
        continue;
      }
      std::fill(row, row + inner.x, bar);
      for (int x = inner.x; x < inner.x + inner.width; ++x) row[x] = std::min(row[x], most);
      std::fill(row + inner.x + inner.width, row + width, bar);
    }
  }

  std::vector<Component> components_;
  std::array<int, 4> background_;
};

}  // namespace

std::unique_ptr<Resampler> Resampler::make(const VideoFormat& in, const VideoFormat& out, const Placement& at,
                                           Method method, const Color& background) {
  const bool deep = GST_VIDEO_INFO_COMP_DEPTH(&in, 0) > 8;
  if (deep && GST_VIDEO_INFO_N_PLANES(&in) == GST_VIDEO_INFO_N_COMPONENTS(&in))
    return std::make_unique<PlaneResampler>(in, out, at, method, background);
  return std::make_unique<WholeResampler>(make_converter(in, out, at, method, background));
}

}  // namespace reel::geometry
