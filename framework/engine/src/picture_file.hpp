/// Private to the engine.
#pragma once

#include <filesystem>

#include "graph/gst.hpp"

namespace reel::engine {

/// Writes a raw picture as PNG or JPEG (by the name of `target`), by rename. Throws base::InputError for other names,
/// base::RunError.
void write_picture(GstSample* picture, const std::filesystem::path& target);

}  // namespace reel::engine
