/// From Cairo's surfaces to pictures.
#pragma once

#include <cairo.h>

#include "handles.hpp"

namespace reel::titles {

using CairoPtr = std::unique_ptr<cairo_t, Freer<cairo_destroy>>;
using SurfacePtr = std::unique_ptr<cairo_surface_t, Freer<cairo_surface_destroy>>;

/// An ARGB32 surface as straight BGRA: Cairo keeps colours multiplied by alpha, pictures do not.
std::unique_ptr<Picture> straightened(cairo_surface_t* surface);

}  // namespace reel::titles
