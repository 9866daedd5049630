/// Providers: media that a service makes. A provider is a class; the table of <reel/extension/provider.h>, which has the contract of each
/// function, is made from it.
///
///   struct Dreams : reel::Provider<Dreams> {
///     static constexpr std::array stages{"acme-dream"};
///     using Provider::Provider;
///     std::string prepare(const reel::ProviderRequest& request) const;
///     reel::ProviderLimits limits(const std::string& prepared) const;
///     reel::ProviderEstimate estimate(const std::string& prepared) const;
///     std::string create(const std::string& prepared, const std::string& input, const std::string& intent,
///                        const reel::Task& task) const;
///     std::string find(const std::string& prepared, const std::string& input, const reel::LostAnswer& lost,
///                      const reel::Task& task) const;
///     reel::Generation look(const std::string& prepared, const std::string& id, const reel::Task& task) const;
///     void fetch(const std::string& prepared, const std::string& id, const std::string& path,
///                const reel::Task& task) const;
///   };
///   REEL_PLUGIN((reel::PluginInfo{…}), Dream, Dreams);
///
/// An object is made for each call, on the caller's thread, and forgotten after it. Whatever is thrown becomes the call's error:
/// ExtensionError with its code, ParamError from prepare() with the parameter, all else as REEL_ERROR_FAILED.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "reel/extension/provider.h"
#include "reel/task.hpp"
#include "reel/types.hpp"

namespace reel {

struct ProviderRequest {
  std::string stage;                 ///< its element factory
  std::string params;                ///< a JSON object: times in nanoseconds, choices by name
  std::optional<std::string> input;  ///< of a filter: its address, "" where there will be one only later
  Time input_duration{0};
};

struct ProviderLimits {
  std::string service, account;
  unsigned concurrent = 0, per_minute = 0;  ///< 0: no limit
  bool takes_input = true;                  ///< of a filter: create() is given the address of its input
};

struct ProviderEstimate {
  double cents = -1, seconds = -1;  ///< less than 0: not known
};

/// A create() whose answer was lost.
struct LostAnswer {
  std::string intent;
  std::int64_t since = 0;  ///< seconds since 1970
  std::vector<std::string> taken;
};

struct Generation {
  reel_generation_state state = REEL_GENERATION_QUEUED;
  double fraction = -1;
  std::string words;
  std::string preview;  ///< empty: nothing to be seen yet
  std::string failure;
  reel_error failure_is = REEL_ERROR_FAILED;
  double cents = -1;
};

/// What is wrong with one parameter of a request.
class ParamError : public ExtensionError {
 public:
  ParamError(std::string param, const std::string& message)
      : ExtensionError(REEL_ERROR_INVALID, param + ": " + message), param_(std::move(param)) {}
  const std::string& param() const { return param_; }

 private:
  std::string param_;
};

template <class Self>
class Provider {
 public:
  static constexpr const char* extension_id = REEL_PROVIDER;
  static const void* table() {
    static constexpr auto stages = [] {
      std::array<const char*, Self::stages.size() + 1> names{};  // ended by a null
      for (std::size_t i = 0; i < Self::stages.size(); ++i) names[i] = Self::stages[i];
      return names;
    }();
    static constexpr reel_provider functions{stages.data(), prepare, limits,           estimate, create,
                                             find,          look,    clear_generation, fetch,    release_text};
    return &functions;
  }

  explicit Provider(const reel_host* host) : host_(host) {}

 protected:
  const reel_host* host() const { return host_; }

 private:
  static std::string string(const char* text) { return text != nullptr ? text : ""; }
  static char* text(const std::string& from) { return g_strdup(from.c_str()); }
  static char* text_or_null(const std::string& from) { return from.empty() ? nullptr : text(from); }
  static constexpr char* no_text = nullptr;

  static char* prepare(const reel_host* host, const reel_provider_request* r, const char** param, GError** error) {
    if (param != nullptr) *param = nullptr;
    return guarded_extension(error, no_text, [&] {
      ProviderRequest request{string(r->stage), string(r->params), std::nullopt, Time{r->input_duration}};
      if (r->input != nullptr) request.input = r->input;
      try {
        return text(Self(host).prepare(request));
      } catch (const ParamError& e) {
        if (param != nullptr) *param = g_intern_string(e.param().c_str());
        throw;
      }
    });
  }

  static gboolean limits(const reel_host* host, const char* prepared, reel_provider_limits* into, GError** error) {
    return guarded_extension(error, FALSE, [&] {
      const ProviderLimits found = Self(host).limits(prepared);
      *into = {g_intern_string(found.service.c_str()), g_intern_string(found.account.c_str()), found.concurrent,
               found.per_minute, found.takes_input ? TRUE : FALSE};
      return TRUE;
    });
  }

  static gboolean estimate(const reel_host* host, const char* prepared, reel_provider_estimate* into, GError** error) {
    return guarded_extension(error, FALSE, [&] {
      const ProviderEstimate found = Self(host).estimate(prepared);
      *into = {found.cents, found.seconds};
      return TRUE;
    });
  }

  static char* create(const reel_host* host, const char* prepared, const char* input, const char* intent,
                      const reel_task* task, GError** error) {
    return guarded_extension(
        error, no_text, [&] { return text(Self(host).create(prepared, string(input), string(intent), Task(task))); });
  }

  static char* find(const reel_host* host, const char* prepared, const char* input, const char* intent, int64_t since,
                    const char* const* taken, const reel_task* task, GError** error) {
    return guarded_extension(error, no_text, [&] {
      LostAnswer lost{string(intent), since, {}};
      for (const char* const* id = taken; id != nullptr && *id != nullptr; ++id) lost.taken.emplace_back(*id);
      return text(Self(host).find(prepared, string(input), lost, Task(task)));
    });
  }

  static gboolean look(const reel_host* host, const char* prepared, const char* id, reel_generation* into,
                       const reel_task* task, GError** error) {
    *into = {};
    return guarded_extension(error, FALSE, [&] {
      const Generation g = Self(host).look(prepared, id, Task(task));
      *into = {g.state,      g.fraction, text(g.words), text_or_null(g.preview), text_or_null(g.failure),
               g.failure_is, g.cents};
      return TRUE;
    });
  }

  static void clear_generation(reel_generation* g) {
    for (char* text : {g->words, g->preview, g->failure}) g_free(text);
    *g = {};
  }

  static gboolean fetch(const reel_host* host, const char* prepared, const char* id, const char* path,
                        const reel_task* task, GError** error) {
    return guarded_extension(error, FALSE, [&] {
      Self(host).fetch(prepared, id, path, Task(task));
      return TRUE;
    });
  }

  static void release_text(char* text) { g_free(text); }

  const reel_host* host_;
};

}  // namespace reel
