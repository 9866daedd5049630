#include "reel/catalog/catalog.hpp"

#include <gst/gst.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>

#include "extensions.hpp"
#include "host.hpp"
#include "opener.hpp"
#include "pattern.hpp"
#include "reel/base/log.hpp"
#include "traits.hpp"

namespace reel::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view foreign = "gst/", ours = "reel/";

std::vector<fs::path> libraries_in(const fs::path& folder, const std::string& pattern) {
  std::vector<fs::path> found;
  std::error_code fault;
  for (fs::directory_iterator it(folder, fault), end; !fault && it != end; it.increment(fault))
    if (it->path().extension() == ".so" && matches(it->path().stem().string(), pattern)) found.push_back(it->path());
  std::ranges::sort(found);
  return found;
}

std::string plain(std::string_view name) {
  return std::string(name.starts_with(ours) ? name.substr(ours.size()) : name);
}

}  // namespace

/// Stages are looked into when they are first asked for: a start stays quick however many there are.
namespace {

/// A release alone says too little: it stays the same while its author works on it.
std::string code_of(GstElementFactory* factory, const PluginInfo* info) {
  GstPlugin* const plugin = gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory));
  const gchar* const file = plugin != nullptr ? gst_plugin_get_filename(plugin) : nullptr;
  std::string code = info != nullptr ? info->version : plugin != nullptr ? gst_plugin_get_version(plugin) : "";
  std::error_code error;
  const auto changed = fs::last_write_time(info != nullptr ? info->path : fs::path(file != nullptr ? file : ""), error);
  if (!error) code += "@" + std::to_string(changed.time_since_epoch().count());
  if (plugin != nullptr) gst_object_unref(plugin);
  return code;
}

}  // namespace

struct Catalog::State {
  struct Known {
    std::string factory, plugin;
  };
  const reel_host* host = nullptr;
  Policy policy;
  bool stuck = false;
  std::string nothing_because;  ///< why nothing at all can be used, or empty
  std::vector<PluginInfo> plugins;
  std::map<std::string, const reel_plugin*, std::less<>> entries;  // by id
  std::map<std::string, Known, std::less<>> known;                 // by stage name
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<model::StageTraits>, std::less<>> traits;  // guarded by `mutex`

  void add(Opened opened) {
    PluginInfo& info = opened.info;
    if (!info.refused.empty())
      base::log(base::Level::info, "the plugin " + info.path.string() + " is refused: " + info.refused);
    for (const std::string& factory : opened.factories) {
      const std::string name = stage_name(factory, info.vendor);
      known[name] = {factory, info.id};
      info.stages.push_back(name);
    }
    if (opened.entry != nullptr) {
      entries[info.id] = opened.entry;
      add_storages(*opened.entry, host);
      add_providers(*opened.entry, host);
      add_exporters(*opened.entry, host);
      add_segmenters(*opened.entry, host);
      add_planners(*opened.entry, host);
    }
    plugins.push_back(std::move(info));
  }

  /// The loader's lock is lost: what needs another library, as nearly all of GStreamer does, would wait for ever.
  void use_nothing(const fs::path& guilty) {
    nothing_because = "loading the plugin " + guilty.string() +
                      " does not come to an end, and this program can load nothing after it: remove it";
    for (PluginInfo& info : plugins)
      if (info.refused.empty()) info.refused = "it is not used: " + nothing_because;
    known.clear();
    entries.clear();
  }

  /// The stage that `gst/NAME` goes round, which would escape the policy and the contract of that stage; empty: none.
  std::string stage_behind(std::string_view name) const {
    if (!name.starts_with(foreign)) return {};
    const auto same = [&](const auto& stage) { return stage.second.factory == name.substr(foreign.size()); };
    const auto found = std::ranges::find_if(known, same);
    return found == known.end() ? "" : found->first;
  }

  const model::StageTraits* find(std::string_view asked) {
    const std::string name = plain(asked);
    if (!nothing_because.empty()) return nullptr;
    if (!policy.refuse_stage(name).empty() || !stage_behind(name).empty()) return nullptr;
    const std::lock_guard lock(mutex);
    if (const auto found = traits.find(name); found != traits.end()) return found->second.get();
    const auto stage = known.find(name);
    const bool is_foreign = name.starts_with(foreign);
    if (stage == known.end() && !is_foreign) return nullptr;
    const std::string factory_name = is_foreign ? name.substr(foreign.size()) : stage->second.factory;
    GstElementFactory* const factory = gst_element_factory_find(factory_name.c_str());
    std::unique_ptr<model::StageTraits> made;
    if (factory != nullptr && (!is_foreign || no_stage_because(factory).empty())) {
      made = std::make_unique<model::StageTraits>(stage_traits(factory, name, is_foreign ? "" : stage->second.plugin));
      const auto plugin = std::ranges::find(plugins, made->plugin, &PluginInfo::id);
      made->code = code_of(factory, is_foreign || plugin == plugins.end() ? nullptr : &*plugin);
    }
    if (factory != nullptr) gst_object_unref(factory);
    return traits.emplace(name, std::move(made)).first->second.get();
  }
};

Catalog::Catalog(const CatalogOptions& options) : state_(std::make_unique<State>()) {
  state_->policy = options.policy;
  state_->host = the_host(options.host_version, options.services);
  Opener opener(state_->host, options.open_timeout);
  std::set<fs::path> seen;
  for (const fs::path& folder : options.folders) {
    for (const fs::path& library : libraries_in(folder, options.library)) {
      std::error_code fault;
      const fs::path real = fs::canonical(library, fault);
      if (seen.insert(fault ? library : real).second) state_->add(opener.open(library));
    }
  }
  state_->stuck = opener.stuck();
  if (!opener.stuck_loading().empty()) state_->use_nothing(opener.stuck_loading());
}

Catalog::~Catalog() = default;

const std::vector<PluginInfo>& Catalog::plugins() const { return state_->plugins; }

bool Catalog::stuck() const { return state_->stuck; }

const model::StageTraits* Catalog::find(std::string_view name) const { return state_->find(name); }

std::vector<const model::StageTraits*> Catalog::stages() const {
  std::vector<const model::StageTraits*> found;
  for (const auto& [name, stage] : state_->known)
    if (const auto* const traits = find(name)) found.push_back(traits);
  return found;
}

std::string Catalog::why_not(std::string_view asked) const {
  const std::string name = plain(asked);
  if (!state_->nothing_because.empty()) return state_->nothing_because;
  if (const std::string behind = state_->stage_behind(name); !behind.empty())
    return "the element " + name.substr(foreign.size()) + " is the stage '" + behind + "': write `uses: " + behind +
           "`";
  const bool is_foreign = name.starts_with(foreign);
  GstElementFactory* const factory = is_foreign ? gst_element_factory_find(name.c_str() + foreign.size()) : nullptr;
  std::string why;
  if (state_->known.contains(name) || factory != nullptr) why = state_->policy.refuse_stage(name);
  if (why.empty() && factory != nullptr) why = no_stage_because(factory);
  if (factory != nullptr) gst_object_unref(factory);
  if (!why.empty() || is_foreign) return why;
  // A stage that is not there may be one of a plugin that was refused; its file tells.
  const auto slash = name.find('/');
  for (const PluginInfo& plugin : state_->plugins) {
    const bool named = slash != std::string::npos
                           ? plugin.vendor == name.substr(0, slash) ||
                                 plugin.path.stem().string().starts_with(name.substr(0, slash) + "-")
                           : plugin.path.stem() == "reel-" + name;
    if (!plugin.refused.empty() && named)
      return "the plugin " + plugin.path.string() + " is refused: " + plugin.refused;
  }
  return {};
}

std::vector<std::string> Catalog::foreign_names() const {
  std::vector<std::string> names;
  GList* const all = gst_registry_get_feature_list(gst_registry_get(), GST_TYPE_ELEMENT_FACTORY);
  for (GList* item = all; item != nullptr; item = item->next)
    if (const std::string name = std::string(foreign) + GST_OBJECT_NAME(item->data);
        state_->stage_behind(name).empty() && no_stage_because(GST_ELEMENT_FACTORY(item->data)).empty())
      names.push_back(name);
  gst_plugin_feature_list_free(all);
  return names;
}

const void* Catalog::extension(std::string_view plugin_id, const char* extension_id) const {
  const auto entry = state_->entries.find(plugin_id);
  if (entry == state_->entries.end() || entry->second->get_extension == nullptr) return nullptr;
  return entry->second->get_extension(extension_id);
}

}  // namespace reel::catalog
