/// From a file to a registered plugin, or to the reason why not.
#pragma once

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "reel/catalog/catalog.hpp"
#include "reel/plugin.h"

namespace reel::catalog {

struct Opened {
  PluginInfo info;
  const reel_plugin* entry = nullptr;  ///< null if it was refused
  std::vector<std::string> factories;
};

class Opener {
 public:
  Opener(const reel_host* host, std::chrono::milliseconds patience) : host_(host), patience_(patience) {}

  /// Loads, checks and opens one plugin. A plugin that is refused leaves nothing in GStreamer's registry.
  Opened open(const std::filesystem::path& path);

  /// The plugin whose loading never ended, or empty: it holds the loader's lock, so nothing more is tried.
  const std::filesystem::path& stuck_loading() const { return stuck_loading_; }
  /// A plugin's code still runs, on a thread that never ends.
  bool stuck() const { return stuck_; }

 private:
  std::string check(const reel_plugin& entry);
  std::string register_plugin(const reel_plugin& entry, Opened& opened);

  const reel_host* host_;
  std::chrono::milliseconds patience_;
  std::set<std::string> ids_, names_;
  std::filesystem::path stuck_loading_;
  bool stuck_ = false;
};

}  // namespace reel::catalog
