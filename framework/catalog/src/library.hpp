/// A plugin's shared library. The one place that knows Boost.DLL.
#pragma once

#include <filesystem>
#include <string>

#include "reel/plugin.h"

namespace reel::catalog {

struct Library {
  const reel_plugin* entry = nullptr;  ///< null if it was refused
  std::string refused;                 ///< why
};

/// Loads a library for good: GStreamer types are for ever, so it is never unloaded. Runs its static
/// constructors.
Library load_library(const std::filesystem::path& path);

}  // namespace reel::catalog
