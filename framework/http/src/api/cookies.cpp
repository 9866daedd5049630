#include "cookies.hpp"

namespace reel::http {
namespace {

void set_cookie(const Core& core, const Request& request, Response& response, const std::string& name_and_value,
                const std::string& path, std::chrono::seconds lifetime) {
  const bool secure = request.tls || core.config.server.public_url.starts_with("https:");
  response.headers.add("Set-Cookie", name_and_value + "; Path=" + path +
                                         "; Max-Age=" + std::to_string(lifetime.count()) +
                                         "; HttpOnly; SameSite=Strict" + (secure ? "; Secure" : ""));
}

constexpr const char* refresh_path = "/api/v1/auth";

}  // namespace

void set_cookies(const Core& core, const Request& request, const service::Tokens& tokens, Response& response) {
  set_cookie(core, request, response, "reel_access=" + tokens.access, "/", tokens.access_lifetime);
  set_cookie(core, request, response, "reel_refresh=" + tokens.refresh, refresh_path, tokens.refresh_lifetime);
}

void clear_cookies(const Core& core, const Request& request, Response& response) {
  set_cookie(core, request, response, "reel_access=", "/", std::chrono::seconds(0));
  set_cookie(core, request, response, "reel_refresh=", refresh_path, std::chrono::seconds(0));
}

}  // namespace reel::http
