/// URIs and paths as users give them. Private to the engine.
#pragma once

#include <filesystem>
#include <string>

namespace reel::engine {

/// Whether it is an address that a plugin's storage serves.
bool is_elsewhere(const std::string& uri);

/// The path that a plain path or `file://` URI names. Throws base::InputError for other schemes and for hosts
/// that are not this machine.
std::filesystem::path local_path(const std::string& uri);

/// What GStreamer opens: `file://` for a path, else the URI itself.
std::string uri_of(const std::string& path_or_uri);

/// local_path() of a file that can be read. Throws base::InputError: it is missing, a folder, no plain file,
/// empty, or may not be read.
std::filesystem::path readable_file(const std::string& uri);

}  // namespace reel::engine
