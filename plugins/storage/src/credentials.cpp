#include "credentials.hpp"

#include <map>
#include <mutex>

namespace reel::storage {
namespace {

constexpr std::time_t ask_again_for_none = 300;

struct Kept {
  std::mutex one_at_a_time;
  std::optional<Credentials> credentials;
  std::time_t asked = 0;

  bool fresh(std::time_t now) const {
    return credentials ? !credentials->runs_out(now) : asked != 0 && now - asked < ask_again_for_none;
  }
};

Kept& kept(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Kept> all;
  const std::scoped_lock lock(mutex);
  return all[name];
}

}  // namespace

std::optional<Credentials> kept_credentials(const std::string& name,
                                            const std::function<std::optional<Credentials>()>& fetch) {
  Kept& here = kept(name);
  const std::scoped_lock lock(here.one_at_a_time);
  const std::time_t now = std::time(nullptr);
  if (here.fresh(now)) return here.credentials;
  try {
    here.credentials = fetch();
    here.asked = now;
  } catch (...) {
    if (!here.credentials || here.credentials->expires.value_or(0) <= now) throw;
  }
  return here.credentials;
}

}  // namespace reel::storage
