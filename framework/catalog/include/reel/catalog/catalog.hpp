/// Finds plugins, loads them, refuses the ones that do not fit, and knows every stage.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reel/model/stage.hpp"

struct sockaddr;

namespace reel::catalog {

/// Which stages and URI schemes a run may use. Entries end in `*` to mean a prefix. Denials win.
struct Policy {
  std::vector<std::string> allow_stages{"*"};
  std::vector<std::string> deny_stages;
  std::vector<std::string> allow_schemes{"*"};
  std::vector<std::string> deny_schemes;

  /// Why the policy forbids it, or empty.
  std::string refuse_stage(std::string_view stage) const;
  std::string refuse_uri(std::string_view uri) const;
};

struct PluginInfo {
  std::filesystem::path path;
  std::string id, name, vendor, version, license, summary, url;
  std::uint32_t abi_major = 0, abi_minor = 0;
  std::vector<std::string> stages;
  std::string refused;  ///< why it is not used, with both versions where they matter; empty if it is
};

nlohmann::json to_json(const PluginInfo& plugin);

/// What plugins get from the host besides its log. Any thread calls them; what they throw becomes the plugin's error.
struct HostServices {
  std::function<std::optional<std::string>(const std::string& name)> secret;
  std::filesystem::path cache_folder;  ///< survives runs; empty: none
  /// Whether an address may be asked for, and whether its name may lead to where it leads. Empty: yes. They throw base::InputError.
  std::function<void(const std::string& uri)> may_ask;
  std::function<void(const std::string& uri, const sockaddr& address)> may_connect;
};

struct CatalogOptions {
  /// Folders with plugins, searched in order, not recursively. A folder that does not exist is skipped.
  std::vector<std::filesystem::path> folders;
  std::string library{"*"};  ///< which of the files there are loaded: `reel-luma`, or with `*` at the end a prefix
  Policy policy;
  std::string host_version;
  HostServices services;
  /// How long loading a plugin and its open() may take each, before it is refused.
  std::chrono::milliseconds open_timeout{5000};
};

/// The search path: `$REEL_PLUGIN_PATH` (colon-separated), then `../lib/reelwork/plugins` beside the running
/// program, then the user's `$XDG_DATA_HOME/reelwork/plugins`.
std::vector<std::filesystem::path> default_plugin_folders();

/// Where plugins look for models: `$REEL_MODELS`, else `reelwork/models` in the user's data folder. Need not exist.
std::filesystem::path models_folder();

/// Loads on construction, on the calling thread, after gst_init(). Plugins are never unloaded: GStreamer
/// types are for ever; so make one catalogue a process. All members may be called from any thread afterwards.
class Catalog final : public model::StageSource {
 public:
  explicit Catalog(const CatalogOptions& options);
  ~Catalog() override;

  /// In search order, the refused ones among them.
  const std::vector<PluginInfo>& plugins() const;

  const model::StageTraits* find(std::string_view name) const override;
  std::vector<const model::StageTraits*> stages() const override;
  std::string why_not(std::string_view name) const override;
  std::vector<std::string> foreign_names() const override;

  /// A plugin's code did not come back and still runs: end the program by std::quick_exit, for it may hold what
  /// the usual end waits for.
  bool stuck() const;

  /// An extension table of the plugin with that id, or null.
  const void* extension(std::string_view plugin_id, const char* extension_id) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::catalog
