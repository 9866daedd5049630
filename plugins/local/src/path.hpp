/// What the two stages of this plugin know of paths and URIs.
#pragma once

#include <string>

#include "reel/types.hpp"

namespace reel::local {

/// Whether the text names its scheme, `s3://…`; else it is a path.
bool has_scheme(const std::string& uri);

/// The path that a path or a `file:` URI means. Throws Error for other schemes and for URIs that are not well formed.
std::string path_of(const std::string& uri);

/// The `file:` URI of an existing or coming file, or the URI itself.
std::string uri_of(const std::string& path_or_uri);

/// The extension in lower case, without the dot; empty if there is none.
std::string extension_of(const std::string& path);

}  // namespace reel::local
