/// What a plugin can do besides its stages, taken in when it is opened.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "reel/plugin.h"

struct reel_segmenter;

namespace reel::catalog {

/// From now on its URI schemes are served, as far as no other plugin serves them. Nothing where it has no storage.
void add_storages(const reel_plugin& plugin, const reel_host* host);

/// From now on its stages get their media from it. Nothing where it has no provider.
void add_providers(const reel_plugin& plugin, const reel_host* host);

/// From now on its stages write documents. Nothing where it has no exporter.
void add_exporters(const reel_plugin& plugin, const reel_host* host);

/// From now on it is asked for what can be found in pictures. Nothing where it has no segmenter.
void add_segmenters(const reel_plugin& plugin, const reel_host* host);

/// From now on it can be asked for pipelines. Nothing where it has no planner.
void add_planners(const reel_plugin& plugin, const reel_host* host);

/// Whether it has any of these: then it needs no stage.
bool has_extension(const reel_plugin& plugin);

/// Those that were added, by number; null: there are no more. Any thread.
const reel_segmenter* segmenter_at(const reel_host* host, std::size_t number);

/// The plugin's table of that name, or null.
template <class Table>
const Table* table_of(const reel_plugin& plugin, const char* id) {
  return plugin.get_extension == nullptr ? nullptr : static_cast<const Table*>(plugin.get_extension(id));
}

/// Who serves what, in the whole process, as in GStreamer's own registry. Any thread.
template <class Server>
class Registry {
 public:
  /// False: somebody else serves it already.
  bool add(const std::string& name, Server server) {
    const std::lock_guard lock(mutex_);
    return servers_.try_emplace(name, std::move(server)).second;
  }
  /// Server{} where nobody does.
  Server find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = servers_.find(name);
    return found == servers_.end() ? Server{} : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Server, std::less<>> servers_;
};

}  // namespace reel::catalog
