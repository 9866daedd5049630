/// Who asks. What services call credentials.
#pragma once

#include <ctime>
#include <functional>
#include <optional>
#include <string>

namespace reel::storage {

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
  std::string bearer;  ///< a token that is sent as it is, instead of a signature
  std::string from;    ///< for messages: where they were found
  std::optional<std::time_t> expires;

  /// Nothing was found: requests go unsigned, as to public buckets.
  bool anonymous() const { return access_key.empty() && bearer.empty(); }
  /// Soon, or already.
  bool runs_out(std::time_t now) const { return expires && *expires - now < 300; }
};

/// Those of that name, got by `fetch` the first time and again before they run out; shared by all threads. Where `fetch` finds none, it is
/// not asked again for some minutes. Throws what `fetch` throws, once the former ones are of no more use.
std::optional<Credentials> kept_credentials(const std::string& name,
                                            const std::function<std::optional<Credentials>()>& fetch);

}  // namespace reel::storage
