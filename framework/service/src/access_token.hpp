/// Access tokens: JWT, signed with HMAC-SHA256, for a few minutes.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "reel/service/keys.hpp"
#include "reel/service/request.hpp"

namespace reel::service {

/// Any thread.
class AccessTokens {
 public:
  using Clock = std::chrono::system_clock;
  struct Subject {
    UserId user = 0;
    std::string session;
  };

  AccessTokens(const Key& key, std::chrono::seconds lifetime);

  std::string make(const Subject& subject, Clock::time_point now = Clock::now()) const;
  /// None: not one of ours, changed, or not valid at this time. Whether its session goes on is another question.
  std::optional<Subject> read(const std::string& token, Clock::time_point now = Clock::now()) const;

 private:
  struct Claims {
    Subject subject;
    std::string id;
    long issued_at = 0;  // UNIX time
  };
  std::string encoded(const Claims& claims) const;
  Claims decoded(const std::string& token) const;  // user 0: it is no token of this key

  Key key_;
  std::chrono::seconds lifetime_;
};

}  // namespace reel::service
