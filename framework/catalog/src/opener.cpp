#include "opener.hpp"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "extensions.hpp"
#include "library.hpp"
#include "traits.hpp"

namespace reel::catalog {
namespace {

std::string abi(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

std::string text(const char* value) { return value != nullptr ? value : ""; }

bool is_vendor(const std::string& vendor) {
  return !vendor.empty() && vendor[0] >= 'a' && vendor[0] <= 'z' &&
         std::ranges::all_of(vendor, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

/// Runs `work` on a thread of its own. False if it does not come back in time; then the thread is left to
/// itself, and what it uses must be owned by it.
bool within(std::chrono::milliseconds patience, std::function<void()> work) {
  struct Done {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
  };
  const auto done = std::make_shared<Done>();
  std::thread([done, work = std::move(work)] {
    work();
    const std::lock_guard lock(done->mutex);
    done->done = true;
    done->changed.notify_one();
  }).detach();
  std::unique_lock lock(done->mutex);
  return done->changed.wait_for(lock, patience, [&] { return done->done; });
}

struct Unref {
  void operator()(gpointer object) const { gst_object_unref(object); }
};
template <class T>
using Ref = std::unique_ptr<T, Unref>;

using Features = std::map<std::string, Ref<GstPluginFeature>>;

/// The element factories of all plugins, by name; of one plugin, if given.
Features factories(GstPlugin* plugin) {
  Features found;
  GList* const all = gst_registry_get_feature_list(gst_registry_get(), GST_TYPE_ELEMENT_FACTORY);
  for (GList* item = all; item != nullptr; item = item->next) {
    auto* const feature = GST_PLUGIN_FEATURE(item->data);
    Ref<GstPlugin> owner(gst_plugin_feature_get_plugin(feature));
    if (plugin == nullptr || owner.get() == plugin)
      found.emplace(GST_OBJECT_NAME(feature), static_cast<GstPluginFeature*>(gst_object_ref(feature)));
  }
  gst_plugin_feature_list_free(all);
  return found;
}

/// What one call of open() needs and gives; owned by the thread that makes it.
struct OpenCall {
  const reel_plugin* entry = nullptr;
  const reel_host* host = nullptr;
  std::string fault;
  GstPlugin* registrar = nullptr;
};

gboolean call_open(GstPlugin* registrar, gpointer data) {
  auto& call = *static_cast<OpenCall*>(data);
  call.registrar = registrar;
  GError* error = nullptr;
  gboolean good = FALSE;
  try {
    good = call.entry->open(call.host, registrar, &error);
    if (good == FALSE) call.fault = error != nullptr ? error->message : "its open() failed without saying why";
  } catch (const std::exception& e) {
    call.fault = std::string("its open() threw an exception, which must not cross the boundary: ") + e.what();
  } catch (...) {
    call.fault = "its open() threw an exception, which must not cross the boundary";
  }
  g_clear_error(&error);
  return good != FALSE && call.fault.empty() ? TRUE : FALSE;
}

}  // namespace

std::string Opener::check(const reel_plugin& entry) {
  if (entry.abi_major != REEL_ABI_MAJOR || entry.abi_minor > REEL_ABI_MINOR)
    return "it was built for plugin ABI " + abi(entry.abi_major, entry.abi_minor) + ", and this Reelwork speaks " +
           abi(REEL_ABI_MAJOR, REEL_ABI_MINOR) +
           (entry.abi_major < REEL_ABI_MAJOR ? ": ask its vendor for a newer build"
                                             : ": update Reelwork, or ask its vendor for an older build");
  for (const auto& [field, value] : {std::pair{"id", entry.id},
                                     {"name", entry.name},
                                     {"vendor", entry.vendor},
                                     {"version", entry.version},
                                     {"license", entry.license}})
    if (value == nullptr || *value == '\0') return std::string("its field `") + field + "` is empty";
  if (entry.open == nullptr) return "its field `open` is empty";
  if (!is_vendor(entry.vendor))
    return "its vendor '" + text(entry.vendor) + "' is no prefix: expected lower-case letters and digits, like acme";
  if (!ids_.insert(entry.id).second) return "another plugin with the id '" + text(entry.id) + "' was loaded before it";
  if (!names_.insert(entry.name).second)
    return "another plugin with the name '" + text(entry.name) + "' was loaded before it";
  return {};
}

std::string Opener::register_plugin(const reel_plugin& entry, Opened& opened) {
  const Features before = factories(nullptr);
  auto call = std::make_unique<OpenCall>();
  call->entry = &entry;
  call->host = host_;
  const gboolean good =
      gst_plugin_register_static_full(GST_VERSION_MAJOR, GST_VERSION_MINOR, entry.name, "Reelwork plugin", call_open,
                                      entry.version, "LGPL", entry.id, entry.id, "https://reelwork.org/", call.get());
  if (good == FALSE && call->fault.empty()) call->fault = "GStreamer did not accept it";
  const Features mine = call->registrar != nullptr ? factories(call->registrar) : Features{};
  const std::string prefix = std::string(entry.vendor) + "-";
  for (const auto& [name, feature] : mine) {
    if (call->fault.empty() && before.contains(name)) {
      Ref<GstPlugin> owner(gst_plugin_feature_get_plugin(before.at(name).get()));
      call->fault = "its stage '" + name + "' has the name of one that is there already" +
                    (owner ? ", of " + text(gst_plugin_get_name(owner.get())) : std::string());
    }
    if (call->fault.empty() && !name.starts_with(prefix))
      call->fault = "its stage '" + name + "' lacks the vendor's prefix: expected a name like " + prefix + name;
    // What handles bytes or compressed pictures is for GStreamer to find, by URI or by format.
    auto* const factory = GST_ELEMENT_FACTORY(feature.get());
    if (gst_element_factory_get_num_pad_templates(factory) == 0 || no_stage_because(factory).empty())
      opened.factories.push_back(name);
  }
  if (call->fault.empty() && mine.empty() && !has_extension(entry))
    call->fault = "it registers no stage, and has no extension that this Reelwork knows";
  if (call->fault.empty()) return {};
  // Nothing of it stays, and what it replaced comes back.
  GstRegistry* const registry = gst_registry_get();
  for (const auto& [name, feature] : mine) gst_registry_remove_feature(registry, feature.get());
  for (const auto& [name, feature] : before)
    if (mine.contains(name))
      gst_registry_add_feature(registry, static_cast<GstPluginFeature*>(gst_object_ref(feature.get())));
  opened.factories.clear();
  return call->fault;
}

Opened Opener::open(const std::filesystem::path& path) {
  // Both steps run a stranger's code, which may never return; then it must not take this program along.
  struct Work {
    Opened opened;
    Library library;
  };
  const auto load = std::make_shared<Work>();
  load->opened.info.path = path;
  if (!stuck_loading_.empty()) return load->opened;
  if (!within(patience_, [load, path] { load->library = load_library(path); })) {
    stuck_ = true;
    stuck_loading_ = path;
    Opened late;
    late.info.path = path;
    late.info.refused =
        "loading it does not come to an end: it was given up after " + std::to_string(patience_.count()) + " ms";
    return late;
  }
  Opened opened = load->opened;
  PluginInfo& info = opened.info;
  if (load->library.entry == nullptr) {
    info.refused = load->library.refused;
    return opened;
  }
  const reel_plugin& entry = *load->library.entry;
  info.abi_major = entry.abi_major;
  info.abi_minor = entry.abi_minor;
  info.refused = check(entry);
  // The rest of the struct of another ABI may lie elsewhere.
  if (entry.abi_major == REEL_ABI_MAJOR && entry.abi_minor <= REEL_ABI_MINOR) {
    info.id = text(entry.id), info.name = text(entry.name), info.vendor = text(entry.vendor);
    info.version = text(entry.version), info.license = text(entry.license);
    info.summary = text(entry.summary), info.url = text(entry.url);
  }
  if (!info.refused.empty()) return opened;
  struct Registration {
    Opened opened;
    std::string fault;
  };
  const auto registration = std::make_shared<Registration>();
  registration->opened = opened;
  const bool came_back = within(patience_, [registration, copy = Opener(host_, patience_), &entry]() mutable {
    registration->fault = copy.register_plugin(entry, registration->opened);
  });
  if (!came_back) {
    stuck_ = true;
    info.refused = "its open() does not return: it was given up after " + std::to_string(patience_.count()) + " ms";
    return opened;
  }
  opened = registration->opened;
  opened.info.refused = registration->fault;
  if (opened.info.refused.empty()) opened.entry = &entry;
  return opened;
}

}  // namespace reel::catalog
