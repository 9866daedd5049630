#include "text_raster.hpp"

#include <algorithm>
#include <cmath>

#include "cairo_picture.hpp"

namespace reel::titles {
namespace {

using FontPtr = std::unique_ptr<PangoFontDescription, Freer<pango_font_description_free>>;
using AttributesPtr = std::unique_ptr<PangoAttrList, Freer<pango_attr_list_unref>>;
using IterPtr = std::unique_ptr<PangoLayoutIter, Freer<pango_layout_iter_free>>;

struct Marked {
  std::string plain;
  AttributesPtr attributes;
};

Marked parse_markup(const std::string& text) {
  PangoAttrList* attributes = nullptr;
  gchar* plain = nullptr;
  GError* error = nullptr;
  if (pango_parse_markup(text.c_str(), static_cast<int>(text.size()), 0, &attributes, &plain, nullptr, &error) ==
      FALSE) {
    const GErrorPtr owned(error);
    throw Error("text: the markup cannot be read: " + std::string(owned->message) +
                "; expected Pango markup such as <b>bold</b>, with &amp; for & and &lt; for <; or leave markup off");
  }
  const GStringPtr owned(plain);
  return {owned.get(), AttributesPtr(attributes)};
}

void set_color(cairo_t* cairo, const Color& c) {
  cairo_set_source_rgba(cairo, c.red / 255.0, c.green / 255.0, c.blue / 255.0, c.alpha / 255.0);
}

/// All lengths of one drawing, in square pixels of the picture's height.
struct Lengths {
  double size, outline, shadow, padding, border, wrap;

  Lengths(const TextLook& look, const VideoFormat& main)
      : size(std::max(1.0, look.size / 100 * main.height)),
        outline(look.outline_color.alpha == 0 ? 0 : look.outline / 100 * size),
        shadow(look.shadow / 100 * size),
        padding(look.background.alpha == 0 ? 0 : look.padding / 100 * size),
        border(std::ceil(std::max(padding, outline + shadow)) + 1),
        wrap(main.width * pixel_aspect(main) - 2 * (look.margin / 100 * main.height + border)) {}
};

PangoAlignment alignment_of(Anchor anchor) {
  if (across(anchor) < 0.25) return PANGO_ALIGN_LEFT;
  return across(anchor) > 0.75 ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_CENTER;
}

GObjectPtr<PangoLayout> layout_of(PangoFontMap* fonts, const TextLook& look, const Lengths& lengths) {
  const GObjectPtr<PangoContext> context(pango_font_map_create_context(fonts));
  GObjectPtr<PangoLayout> layout(pango_layout_new(context.get()));
  const FontPtr font(pango_font_description_from_string(look.font.c_str()));
  pango_font_description_set_absolute_size(font.get(), lengths.size * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_alignment(layout.get(), alignment_of(look.align));
  pango_layout_set_width(layout.get(), static_cast<int>(std::max(lengths.size, lengths.wrap) * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  if (look.markup) {
    const Marked marked = parse_markup(look.text);
    pango_layout_set_text(layout.get(), marked.plain.c_str(), -1);
    pango_layout_set_attributes(layout.get(), marked.attributes.get());
  } else {
    pango_layout_set_text(layout.get(), look.text.c_str(), -1);
  }
  return layout;
}

struct Box {
  double x, y, width, height;
};

/// What the letters cover, drawn or reserved: both, so that italics and accents are not cut off and lines keep their height.
Box extents_of(PangoLayout* layout) {
  PangoRectangle ink, logical;
  pango_layout_get_pixel_extents(layout, &ink, &logical);
  const int left = std::min(ink.x, logical.x), top = std::min(ink.y, logical.y);
  const int right = std::max(ink.x + ink.width, logical.x + logical.width);
  const int bottom = std::max(ink.y + ink.height, logical.y + logical.height);
  return {double(left), double(top), double(right - left), double(bottom - top)};
}

/// Leaves only the first letters open to drawing, in the order in which they are read. The layout itself stays whole, so
/// that nothing moves while letters come in.
void clip_to_revealed(cairo_t* cairo, PangoLayout* layout, double share, double spread) {
  if (share >= 1) return;
  const std::string_view text = pango_layout_get_text(layout);
  const auto letters = g_utf8_strlen(text.data(), -1);
  const auto shown = std::lround(share * static_cast<double>(letters));
  const auto end = g_utf8_offset_to_pointer(text.data(), shown) - text.data();
  const IterPtr iter(pango_layout_get_iter(layout));
  do {
    if (pango_layout_iter_get_index(iter.get()) >= end) continue;
    PangoRectangle cluster;
    pango_layout_iter_get_cluster_extents(iter.get(), nullptr, &cluster);
    pango_extents_to_pixels(&cluster, nullptr);
    cairo_rectangle(cairo, cluster.x, cluster.y - spread, cluster.width, cluster.height + 2 * spread);
  } while (pango_layout_iter_next_cluster(iter.get()) != FALSE);
  cairo_clip(cairo);
}

void paint_background(cairo_t* cairo, const TextLook& look, const Lengths& lengths, const Box& box) {
  if (look.background.alpha == 0) return;
  const double p = lengths.padding;
  set_color(cairo, look.background);
  cairo_rectangle(cairo, box.x - p, box.y - p, box.width + 2 * p, box.height + 2 * p);
  cairo_fill(cairo);
}

void trace(cairo_t* cairo, PangoLayout* layout, double width, const Color& color, double offset) {
  cairo_save(cairo);
  cairo_translate(cairo, offset, offset);
  cairo_move_to(cairo, 0, 0);
  pango_cairo_layout_path(cairo, layout);
  set_color(cairo, color);
  cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width(cairo, 2 * width);
  cairo_stroke_preserve(cairo);
  cairo_fill(cairo);
  cairo_restore(cairo);
}

void paint_letters(cairo_t* cairo, PangoLayout* layout, const TextLook& look, const Lengths& lengths) {
  if (lengths.shadow > 0) {
    const Color shade{0, 0, 0, static_cast<std::uint8_t>(look.color.alpha * 5 / 8)};
    cairo_push_group(cairo);
    trace(cairo, layout, lengths.outline, Color{0, 0, 0, 255}, lengths.shadow);
    cairo_pop_group_to_source(cairo);
    cairo_paint_with_alpha(cairo, shade.alpha / 255.0);
  }
  if (lengths.outline > 0) trace(cairo, layout, lengths.outline, look.outline_color, 0);
  set_color(cairo, look.color);
  cairo_move_to(cairo, 0, 0);
  pango_cairo_show_layout(cairo, layout);
}

}  // namespace

void check_markup(const std::string& text) { parse_markup(text); }

TextRaster::TextRaster() : fonts_(pango_cairo_font_map_new()) {
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts_.get()), 96);
}

std::unique_ptr<Picture> TextRaster::draw(const TextLook& look, const VideoFormat& main, double revealed) {
  const Lengths lengths(look, main);
  const GObjectPtr<PangoLayout> layout = layout_of(fonts_.get(), look, lengths);
  const Box box = extents_of(layout.get());
  if (box.width <= 0 || box.height <= 0) return nullptr;
  const double aspect = pixel_aspect(main);
  const int width = static_cast<int>(std::ceil((box.width + 2 * lengths.border) / aspect));
  const int height = static_cast<int>(std::ceil(box.height + 2 * lengths.border));
  const SurfacePtr surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  const CairoPtr cairo(cairo_create(surface.get()));
  cairo_scale(cairo.get(), 1 / aspect, 1);
  cairo_translate(cairo.get(), lengths.border - box.x, lengths.border - box.y);
  paint_background(cairo.get(), look, lengths, box);
  clip_to_revealed(cairo.get(), layout.get(), revealed, lengths.outline + lengths.shadow);
  paint_letters(cairo.get(), layout.get(), look, lengths);
  if (cairo_status(cairo.get()) != CAIRO_STATUS_SUCCESS)
    throw Error(std::string("text: it cannot be drawn: ") + cairo_status_to_string(cairo_status(cairo.get())) +
                "; is size too large?");
  return straightened(surface.get());
}

}  // namespace reel::titles
