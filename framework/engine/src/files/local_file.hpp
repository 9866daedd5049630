/// URIs and paths as users give them. Private to the engine.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace reel::engine {

/// The scheme of `s3://…` as `s3`; `file` for plain paths.
std::string scheme_of(std::string_view uri);

/// The path that a plain path or `file://` URI names. Throws base::InputError for other schemes and for hosts
/// that are not this machine.
std::filesystem::path local_path(const std::string& uri);

/// local_path() of a file that can be read. Throws base::InputError: it is missing, a folder, no plain file,
/// empty, or may not be read.
std::filesystem::path readable_file(const std::string& uri);

}  // namespace reel::engine
