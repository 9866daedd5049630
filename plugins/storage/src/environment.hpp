/// What whoever runs this has set.
#pragma once

#include <string>

#include "reel/plugin.h"

namespace reel::storage {

/// Of the environment; empty: not set.
std::string variable(const char* name);
/// Of the host's secrets; empty: it has none of that name.
std::string host_secret(const reel_host* host, const char* name);
/// Of a file, at most 1 MiB. Throws ExtensionError (DENIED) that says what it was `for`.
std::string file_text(const std::string& path, const std::string& purpose);

}  // namespace reel::storage
