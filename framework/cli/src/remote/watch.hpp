/// Waiting for a request to end.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "reel/service/request.hpp"
#include "remote/client.hpp"

namespace reel::cli::remote {

/// Calls `on_change` with the request as it is now (a RequestSummary or a Request) and after each change, and returns when it has ended.
/// Follows the server's events, on a connection of their own that is made anew when it is lost; where there are none to be had, it
/// asks every few seconds. Throws base::TransientError when the server was away for the client's patience.
void watch(Client& client, service::RequestId id, const std::function<void(const nlohmann::json&)>& on_change);

}  // namespace reel::cli::remote
