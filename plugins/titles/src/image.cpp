#include "image.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "cairo_picture.hpp"

namespace reel::titles {
namespace {

/// The first bytes; throws Error if there is no such file.
std::string beginning_of(const std::string& path) {
  if (g_file_test(path.c_str(), G_FILE_TEST_IS_DIR) != FALSE)
    throw Error("file: " + path + " is a folder, expected an image");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error("file: " + path + " cannot be opened: " + std::strerror(errno));
  std::string start(1024, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(in.gcount()));
  if (start.empty()) throw Error("file: " + path + " is empty, expected an image");
  return start;
}

bool is_svg(const std::string& path, const std::string& start) {
  return path.ends_with(".svgz") || start.find("<svg") != std::string::npos ||
         (path.ends_with(".svg") && start.starts_with("<"));
}

[[noreturn]] void refuse(const std::string& path, GError* error) {
  const GErrorPtr owned(error);
  throw Error("file: " + path + " is no image that can be read (" + (owned ? owned->message : "no reason given") +
              "); expected PNG, JPEG, SVG, PSD or the like");
}

using SamplePtr = std::unique_ptr<GstSample, Freer<gst_sample_unref>>;
using MessagePtr = std::unique_ptr<GstMessage, Freer<gst_message_unref>>;

/// Asked by decodebin of whatever it finds: only images go on, no playlists and the like, which would lead elsewhere.
gboolean is_image(GstElement*, GstPad*, GstCaps* caps, gpointer) {
  const char* const kind = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  return g_str_has_prefix(kind, "image/") != FALSE || g_str_equal(kind, "video/x-raw") != FALSE ? TRUE : FALSE;
}

/// The image as GStreamer's decoders see it, in RGBA. Null: none reads it.
SamplePtr first_picture(const std::string& path) {
  static constexpr GstClockTime patience = 20 * GST_SECOND;
  static constexpr const char* line =
      "filesrc name=file ! decodebin name=decoder ! videoconvert ! video/x-raw,format=RGBA ! fakesink name=end "
      "sync=false";
  GstElement* const made = gst_parse_launch(line, nullptr);
  if (made == nullptr) return {};
  const GObjectPtr<GstElement> pipeline(GST_ELEMENT_CAST(gst_object_ref_sink(made)));
  const GObjectPtr<GstElement> file(gst_bin_get_by_name(GST_BIN_CAST(made), "file"));
  const GObjectPtr<GstElement> end(gst_bin_get_by_name(GST_BIN_CAST(made), "end"));
  const GObjectPtr<GstElement> decoder(gst_bin_get_by_name(GST_BIN_CAST(made), "decoder"));
  g_signal_connect(decoder.get(), "autoplug-continue", G_CALLBACK(is_image), nullptr);
  g_object_set(file.get(), "location", path.c_str(), nullptr);
  gst_element_set_state(made, GST_STATE_PAUSED);
  const GObjectPtr<GstBus> bus(gst_element_get_bus(made));
  const auto news = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_ASYNC_DONE);
  const MessagePtr message(gst_bus_timed_pop_filtered(bus.get(), patience, news));
  GstSample* sample = nullptr;
  g_object_get(end.get(), "last-sample", &sample, nullptr);
  gst_element_set_state(made, GST_STATE_NULL);
  return SamplePtr(sample);
}

/// For kinds that gdk-pixbuf does not know: PSD, and whatever plugins decode. Null: nothing reads it.
GObjectPtr<GdkPixbuf> decoded(const std::string& path) {
  const SamplePtr sample = first_picture(path);
  VideoFormat format;
  if (!sample || gst_video_info_from_caps(&format, gst_sample_get_caps(sample.get())) == FALSE) return {};
  MappedFrame frame(gst_sample_get_buffer(sample.get()), format, GST_MAP_READ);
  GObjectPtr<GdkPixbuf> pixels(gdk_pixbuf_new(GDK_COLORSPACE_RGB, TRUE, 8, format.width, format.height));
  if (!pixels) throw Error("file: there is no memory for the image " + path);
  for (int y = 0; y < format.height; ++y)
    std::memcpy(gdk_pixbuf_get_pixels(pixels.get()) + std::ptrdiff_t{y} * gdk_pixbuf_get_rowstride(pixels.get()),
                static_cast<const std::byte*>(GST_VIDEO_FRAME_PLANE_DATA(&frame.get(), 0)) +
                    std::ptrdiff_t{y} * GST_VIDEO_FRAME_PLANE_STRIDE(&frame.get(), 0),
                std::size_t{4} * static_cast<std::size_t>(format.width));
  return pixels;
}

}  // namespace

Image::Image(const std::string& path) {
  if (path.empty()) throw Error("file: no image is named; give the path of a PNG, JPEG or SVG file");
  if (is_svg(path, beginning_of(path)))
    load_svg(path);
  else
    load_pixels(path);
}

void Image::load_svg(const std::string& path) {
  GError* error = nullptr;
  svg_.reset(rsvg_handle_new_from_file(path.c_str(), &error));
  if (!svg_) refuse(path, error);
  gboolean has_width, has_height, has_box;
  RsvgLength width, height;
  RsvgRectangle box{};
  rsvg_handle_get_intrinsic_dimensions(svg_.get(), &has_width, &width, &has_height, &height, &has_box, &box);
  if (rsvg_handle_get_intrinsic_size_in_pixels(svg_.get(), &width_, &height_) == FALSE && has_box != FALSE)
    width_ = box.width, height_ = box.height;
  if (width_ <= 0 || height_ <= 0) width_ = height_ = 100;
}

void Image::load_pixels(const std::string& path) {
  GError* error = nullptr;
  const GObjectPtr<GdkPixbuf> stored(gdk_pixbuf_new_from_file(path.c_str(), &error));
  if (stored) pixels_.reset(gdk_pixbuf_apply_embedded_orientation(stored.get()));
  if (!stored) pixels_ = decoded(path);
  if (!pixels_) refuse(path, error);
  g_clear_error(&error);
  width_ = gdk_pixbuf_get_width(pixels_.get());
  height_ = gdk_pixbuf_get_height(pixels_.get());
}

std::unique_ptr<Picture> Image::scaled(int width, int height) const {
  return svg_ ? drawn(width, height) : resampled(width, height);
}

std::unique_ptr<Picture> Image::resampled(int width, int height) const {
  const GObjectPtr<GdkPixbuf> small(gdk_pixbuf_scale_simple(pixels_.get(), width, height, GDK_INTERP_BILINEAR));
  if (!small) throw Error("file: there is no memory for the image at its size in the picture");
  const bool alpha = gdk_pixbuf_get_has_alpha(small.get()) != FALSE;
  VideoFormat format;
  gst_video_info_set_format(&format, alpha ? GST_VIDEO_FORMAT_RGBA : GST_VIDEO_FORMAT_RGB, static_cast<guint>(width),
                            static_cast<guint>(height));
  auto picture = std::make_unique<Picture>(format);
  for (int y = 0; y < height; ++y)
    std::memcpy(picture->row(y),
                gdk_pixbuf_read_pixels(small.get()) + std::ptrdiff_t{y} * gdk_pixbuf_get_rowstride(small.get()),
                static_cast<std::size_t>(width) * (alpha ? 4 : 3));
  return picture;
}

std::unique_ptr<Picture> Image::drawn(int width, int height) const {
  const SurfacePtr surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  const CairoPtr cairo(cairo_create(surface.get()));
  // The file's own proportions may have been given up for those of the pixels.
  cairo_scale(cairo.get(), width / width_, height / height_);
  const RsvgRectangle whole{0, 0, width_, height_};
  GError* error = nullptr;
  if (rsvg_handle_render_document(svg_.get(), cairo.get(), &whole, &error) == FALSE) {
    const GErrorPtr owned(error);
    throw Error(std::string("file: the SVG image cannot be drawn: ") + owned->message);
  }
  return straightened(surface.get());
}

}  // namespace reel::titles
