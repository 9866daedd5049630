/// The cookies of a session.
#pragma once

#include "core.hpp"

namespace reel::http {

/// HttpOnly and SameSite=Strict, Secure behind TLS; the refresh token goes to `/api/v1/auth` alone.
void set_cookies(const Core& core, const Request& request, const service::Tokens& tokens, Response& response);
void clear_cookies(const Core& core, const Request& request, Response& response);

}  // namespace reel::http
