/// The plugin's table, taken from the library as a host takes it, with errors as exceptions.
#pragma once

#include <dlfcn.h>
#include <gst/gst.h>
#include <reel/extension/host.h>
#include <reel/extension/provider.h>

#include <atomic>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "command.hpp"

namespace reel::tests {

using Json = nlohmann::json;

struct Failure : std::runtime_error {
  Failure(reel_error c, const std::string& message) : std::runtime_error(message), code(c) {}
  reel_error code;
};

/// A host with one secret and a network policy that may be closed.
struct Host : reel_host {
  Host() : reel_host{REEL_ABI_MAJOR, REEL_ABI_MINOR, "test", "0", extension} {}
  std::string key = "emulator";
  bool may_connect = true;

 private:
  static const Host& of(const reel_host* host) { return *static_cast<const Host*>(host); }

  static const void* extension(const reel_host*, const char* id) {
    static const reel_host_secrets secrets{
        [](const reel_host* host, const char*) { return g_strdup(of(host).key.c_str()); },
        [](char* secret) { g_free(secret); }};
    static const reel_host_network network{
        [](const reel_host*, const char*, GError**) -> gboolean { return TRUE; },
        [](const reel_host* host, const char*, const sockaddr*, GError** error) -> gboolean {
          if (!of(host).may_connect) g_set_error_literal(error, REEL_ERROR, REEL_ERROR_DENIED, "not on this network");
          return of(host).may_connect;
        }};
    const std::string name = id;
    if (name == REEL_HOST_SECRETS) return &secrets;
    return name == REEL_HOST_NETWORK ? &network : nullptr;
  }
};

/// A caller that gives up when told to.
struct Waiting : reel_task {
  Waiting()
      : reel_task{this, [](const reel_task* t) -> gboolean { return static_cast<Waiting*>(t->data)->gives_up; },
                  [](const reel_task* t, double fraction, const char*) {
                    auto& self = *static_cast<Waiting*>(t->data);
                    if (fraction > self.until) self.gives_up = true;
                  }} {}
  std::atomic<bool> gives_up = false;
  double until = 2;  ///< gives up once it is so far
};

class LumaPlugin {
 public:
  struct Look {
    reel_generation_state state;
    std::string words, preview, failure;
    reel_error failure_is;
  };

  LumaPlugin() : table_(load()) {}

  Host host;

  std::string prepare(const Json& params, const char* input = nullptr, double seconds = 5) const {
    const std::string text = params.dump();
    const bool edits = params.contains("action");
    const reel_provider_request request{edits ? "reel-luma-edit" : "reel-luma", text.c_str(), input,
                                        static_cast<std::int64_t>(seconds * 1e9)};
    const char* param = nullptr;
    return text_of([&](GError** e) { return table_.prepare(&host, &request, &param, e); });
  }
  reel_provider_limits limits(const std::string& prepared) const {
    reel_provider_limits limits{};
    call([&](GError** e) { return table_.limits(&host, prepared.c_str(), &limits, e); });
    return limits;
  }
  std::string create(const std::string& prepared, const std::string& intent, const std::string& input = "",
                     const reel_task* task = nullptr) const {
    return text_of([&](GError** e) {
      return table_.create(&host, prepared.c_str(), input.empty() ? nullptr : input.c_str(), intent.c_str(), task, e);
    });
  }
  std::string find(const std::string& prepared, const std::string& intent, std::int64_t since,
                   std::vector<const char*> taken = {}) const {
    taken.push_back(nullptr);
    return text_of([&](GError** e) {
      return table_.find(&host, prepared.c_str(), nullptr, intent.c_str(), since, taken.data(), nullptr, e);
    });
  }
  Look look(const std::string& prepared, const std::string& id) const {
    reel_generation g{};
    call([&](GError** e) { return table_.look(&host, prepared.c_str(), id.c_str(), &g, nullptr, e); });
    const auto text = [](const char* t) { return std::string(t != nullptr ? t : ""); };
    const Look copy{g.state, text(g.words), text(g.preview), text(g.failure), g.failure_is};
    table_.clear_generation(&g);
    return copy;
  }
  void fetch(const std::string& prepared, const std::string& id, const std::string& path,
             const reel_task* task = nullptr) const {
    call([&](GError** e) { return table_.fetch(&host, prepared.c_str(), id.c_str(), path.c_str(), task, e); });
  }

 private:
  static const reel_provider& load() {
    gst_init(nullptr, nullptr);
    const auto file = std::filesystem::path(environment("REEL_BUILD_DIR")) / "lib/reelwork/plugins/reel-luma.so";
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) throw std::runtime_error(dlerror());
    const auto* const entry = static_cast<const reel_plugin*>(dlsym(library, REEL_PLUGIN_ENTRY_SYMBOL));
    return *static_cast<const reel_provider*>(entry->get_extension(REEL_PROVIDER));
  }

  static void call(const std::function<gboolean(GError**)>& function) {
    GError* error = nullptr;
    if (function(&error) == FALSE) fail(error);
  }
  std::string text_of(const std::function<char*(GError**)>& function) const {
    GError* error = nullptr;
    char* const text = function(&error);
    if (text == nullptr) fail(error);
    std::string copy = text;
    table_.release_text(text);
    return copy;
  }
  [[noreturn]] static void fail(GError* error) {
    if (error == nullptr || error->domain != REEL_ERROR) throw std::logic_error("an error without its code");
    const Failure failure(static_cast<reel_error>(error->code), error->message);
    g_error_free(error);
    throw failure;
  }

  const reel_provider& table_;
};

}  // namespace reel::tests
