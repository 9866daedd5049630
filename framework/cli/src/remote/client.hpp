/// Calls of the HTTP API by a user, as framework/http/openapi.yaml describes it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "remote/transport.hpp"

namespace reel::cli::remote {

/// A server and who calls it.
struct Access {
  std::string origin;
  std::string token;  ///< empty: nobody
};

/// Tries again what did not get through and may be repeated: after lost answers, and after lost connections once there was one, and
/// after 5xx; and whatever was refused by 429, if the server says how long to wait. For one thread.
class Client {
 public:
  Client(Access access, Stop& stop, std::chrono::milliseconds patience = short_patience)
      : access_(std::move(access)), stop_(stop), patience_(patience), transport_(access_.origin, stop) {}

  const Access& access() const { return access_; }
  const std::string& origin() const { return access_.origin; }
  Stop& stop() const { return stop_; }
  std::chrono::milliseconds patience() const { return patience_; }

  /// The last answer, whatever its status. Throws as Transport::perform().
  Answer send(Call call);
  /// Only a good answer; any other one is thrown as refuse() does.
  Answer demand(Call call);

  nlohmann::json get(const std::string& target);
  /// The good answer's JSON, or null if it has no body.
  nlohmann::json post(Call call, const nlohmann::json& body);

 private:
  Access access_;
  Stop& stop_;
  std::chrono::milliseconds patience_;
  Transport transport_;
  bool answered_ = false;
};

}  // namespace reel::cli::remote
