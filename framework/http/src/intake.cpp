#include "intake.hpp"

#include <algorithm>
#include <array>

#include "malformed.hpp"
#include "target.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

void check_method(std::string_view method) {
  if (!is_known_method(method))
    throw Refused(problem(501, "method-unknown", "The method is not supported", "No resource here has this method."));
}

/// The name in `name:port` or `[::1]:port`.
std::string_view host_name(std::string_view host) {
  const auto colon = host.rfind(':');
  const bool port =
      colon != std::string_view::npos && colon > 0 && decimal(host.substr(colon + 1)).value_or(65536) < 65536;
  return port ? host.substr(0, colon) : host;
}

bool can_be_host(std::string_view host) {
  const std::string_view name = host_name(host);
  const bool bracketed = name.starts_with('[') && name.ends_with(']');
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_' || (bracketed && (c == ':' || c == '[' || c == ']'));
  });
}

std::string checked_host(const Fields& fields, const std::vector<std::string>& hosts) {
  const std::string_view host = fields.get("host");
  if (fields.count("host") != 1 || !can_be_host(host)) throw malformed("There has to be one Host header with a name.");
  const auto matches = [&](const std::string& ours) { return same_word(ours, host_name(host)); };
  if (!hosts.empty() && std::ranges::none_of(hosts, matches))
    throw Refused(problem(421, "host-unknown", "The host is not served here",
                          "This server does not answer for the name in the Host header."));
  return std::string(host);
}

}  // namespace

/// CONNECT and TRACE are not among them: there is nothing here that they could mean.
bool is_known_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return std::ranges::find(known, method) != known.end();
}

void take_in(Request& request, Head head, const Peer& peer, const std::vector<std::string>& hosts) {
  request.peer = peer.name;
  request.tls = peer.tls;
  check_method(head.method);
  request.method = std::move(head.method);
  request.host = checked_host(head.fields, hosts);
  if (head.target != "*" || request.method != "OPTIONS") {
    Target target = parse_target(head.target);
    request.segments = std::move(target.segments);
    request.query = std::move(target.query);
  }
  request.target = std::move(head.target);
  request.cookies = parse_cookies(head.fields);
  request.headers = std::move(head.fields);
  request.body_length = head.length;
}

}  // namespace reel::http
