#include "reel/service/address_policy.hpp"

#include <curl/curl.h>
#include <netdb.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::service {
namespace {

constexpr std::size_t longest_url = 2048;

struct Cleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Url = std::unique_ptr<CURLU, Cleanup>;

/// Empty: the URL has no such part.
std::string part(const Url& url, CURLUPart which, unsigned int flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
  return std::unique_ptr<char, Cleanup>(text).get();
}

/// Makes `text` the URL; a relative one goes on from what is there.
void set(const Url& url, const std::string& text) {
  if (text.size() > longest_url)
    throw base::InputError("The URL is longer than " + std::to_string(longest_url) + " characters.");
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code == CURLUE_USER_NOT_ALLOWED)
    throw base::InputError("The URL holds a user name or password.", "Leave out what stands before the '@'.");
  if (code != CURLUE_OK || text.find('\0') != std::string::npos)
    throw base::InputError(
        "'" + base::printable(text.substr(0, 200)) + "' is no URL that can be used: " + curl_url_strerror(code) + ".",
        "Write it in full, as in https://example.com/hook.");
}

/// As it is looked up. Other letters would be looked up in a form that nobody has checked.
std::string host_of(const Url& url) {
  std::string host = part(url, CURLUPART_HOST);
  if (host.starts_with('[')) return host.substr(1, host.size() - 2);
  for (char& c : host) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
  if (host.empty() || !plain)
    throw base::InputError("The host '" + base::printable(host) + "' cannot be used.",
                           "Write an international name in its form of ASCII, xn--….");
  return host;
}

std::vector<IpAddress> resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error == EAI_AGAIN || error == EAI_SYSTEM || error == EAI_MEMORY)
    throw base::TransientError("The host '" + host + "' cannot be looked up now: " + ::gai_strerror(error) + ".");
  if (error != 0) throw base::InputError("The host '" + host + "' has no address.", "Check how it is spelled.");
  const std::unique_ptr<addrinfo, Cleanup> list(found);
  std::vector<IpAddress> addresses;
  for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next)
    if (const auto address = IpAddress::of(*at->ai_addr)) addresses.push_back(*address);
  if (addresses.empty()) throw base::InputError("The host '" + host + "' has no IP address.");
  return addresses;
}

template <class T>
bool holds(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Which address it was would tell about the network that the server stands in.
[[noreturn]] void refuse(const std::string& host) {
  throw base::InputError("The host '" + host + "' is not on the public Internet.",
                         "Whoever runs this installation can allow it in the configuration.");
}

/// Links can be longer than any URL of a person; only where they lead counts.
std::string origin_of(const std::string& url) {
  const auto authority = url.find("://");
  return url.substr(0, authority == url.npos ? authority : url.find_first_of("/?#", authority + 3));
}

}  // namespace

AddressPolicy::AddressPolicy(AddressPolicySettings settings) : settings_(std::move(settings)) {
  for (const std::string& entry : settings_.internal) {
    if (const auto network = IpNetwork::parse(entry))
      internal_networks_.push_back(*network);
    else if (entry.find_first_of("/:") != std::string::npos)
      throw base::InputError("'" + base::printable(entry) + "' is neither a host name nor a network.",
                             "Write 10.1.0.0/16, fd00::/8, 10.1.2.3 or host.example.");
  }
}

bool AddressPolicy::is_internal(const std::string& host, const IpAddress& address) const {
  return holds(settings_.internal, host) || std::any_of(internal_networks_.begin(), internal_networks_.end(),
                                                        [&](const auto& network) { return network.contains(address); });
}

Destination AddressPolicy::check(const std::string& text) const {
  const Url url(curl_url());
  if (!url) throw std::bad_alloc();
  set(url, text);
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);

  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (!holds(settings_.schemes, scheme))
    throw base::InputError("URLs of scheme '" + scheme + "' are not allowed here.",
                           "Use " + base::join_words(settings_.schemes, "or") + ".");
  Destination to{part(url, CURLUPART_URL, CURLU_NO_DEFAULT_PORT), host_of(url), 0, {}};
  const std::string port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), to.port);
  if (!holds(settings_.ports, to.port)) throw base::InputError("Port " + port + " is not allowed here.");
  to.addresses = resolve(to.host);
  if (!std::all_of(to.addresses.begin(), to.addresses.end(),
                   [&](const IpAddress& address) { return is_public(address) || is_internal(to.host, address); }))
    refuse(to.host);
  return to;
}

void AddressPolicy::check_connection(const std::string& text, const sockaddr& address) const {
  const Url url(curl_url());
  if (!url) throw std::bad_alloc();
  set(url, origin_of(text));
  const std::string host = host_of(url);
  const auto ip = IpAddress::of(address);
  if (!ip || !(is_public(*ip) || is_internal(host, *ip))) refuse(host);
}

}  // namespace reel::service
