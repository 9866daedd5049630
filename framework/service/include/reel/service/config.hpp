/// The configuration of an installation: `config/reel.yaml` documents every key.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reel/model/diagnostic.hpp"

namespace reel::service {

struct Config {
  std::vector<std::filesystem::path> plugin_folders;  ///< searched before the usual ones
  std::vector<std::string> allow_stages{"*"}, deny_stages;
  std::vector<std::string> allow_schemes{"*"}, deny_schemes;
  std::optional<std::string> database_url;  ///< none: a private cluster in the state folder
  std::filesystem::path state_folder;
  double cache_gigabytes = 4;  ///< that rendered spans may take in the state folder; 0: none are kept
  std::filesystem::path secrets_folder;
};

/// The file that applies: `chosen` if given, else `$REEL_CONFIG`, `$XDG_CONFIG_HOME/reelwork/reel.yaml` and
/// `/etc/reelwork/reel.yaml`, the first that exists; none otherwise.
std::optional<std::filesystem::path> find_config(const std::optional<std::filesystem::path>& chosen);

/// Reads a configuration. Faults go to `diagnosed`, at their places, as in pipelines; where there is no file,
/// all is default.
/// `$REEL_DATABASE_URL`, `$REEL_STATE` and `$REEL_CACHE_GIGABYTES` win over the file, so that no password needs to stand in it.
Config load_config(const std::optional<std::filesystem::path>& file, model::Diagnosed& diagnosed);

}  // namespace reel::service
