/// Planners: what turns a prompt into a pipeline. A planner is a class; the table of <reel/extension/planner.h>, which has the contract of
/// each function, is made from it.
///
///   struct Oracle : reel::Planner<Oracle> {
///     using Planner::Planner;
///     std::string available() const;                                            empty: it is not configured
///     std::string plan(const std::string& question, const reel::Task& task) const;
///   };
///   REEL_PLUGIN((reel::PluginInfo{…}), Oracle);
///
/// An object is made for each call, on the caller's thread, and forgotten after it. What plan() throws becomes the call's error:
/// ExtensionError with its code, all else as REEL_ERROR_FAILED. What available() throws means that it is not configured.
#pragma once

#include <string>

#include "reel/extension/planner.h"
#include "reel/task.hpp"

namespace reel {

template <class Self>
class Planner {
 public:
  static constexpr const char* extension_id = REEL_PLANNER;
  static const void* table() {
    static constexpr reel_planner functions{available_of_self, plan_by_self, release_text};
    return &functions;
  }

  explicit Planner(const reel_host* host) : host_(host) {}

 protected:
  const reel_host* host() const { return host_; }

 private:
  static constexpr char* no_text = nullptr;

  static char* available_of_self(const reel_host* host) {
    return guarded_extension(nullptr, no_text, [&] {
      const std::string who = Self(host).available();
      return who.empty() ? no_text : g_strdup(who.c_str());
    });
  }

  static char* plan_by_self(const reel_host* host, const char* question, const reel_task* task, GError** error) {
    return guarded_extension(error, no_text, [&] {
      return g_strdup(Self(host).plan(question != nullptr ? question : "", Task(task)).c_str());
    });
  }

  static void release_text(char* text) { g_free(text); }

  const reel_host* host_;
};

}  // namespace reel
