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
              "); expected PNG, JPEG, SVG or the like");
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
  if (!stored) refuse(path, error);
  pixels_.reset(gdk_pixbuf_apply_embedded_orientation(stored.get()));
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
