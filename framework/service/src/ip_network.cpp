#include "reel/service/ip_network.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

namespace reel::service {
namespace {

constexpr std::array<unsigned char, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<unsigned char, 12> nat64 = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

bool begins(const IpAddress& address, const std::array<unsigned char, 12>& prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.bytes.begin());
}

IpAddress v4(const in_addr& four) {
  IpAddress address;
  std::copy(mapped.begin(), mapped.end(), address.bytes.begin());
  std::memcpy(address.bytes.data() + mapped.size(), &four, sizeof four);
  return address;
}

// The registries of special-purpose addresses of IANA (RFC 6890 and later), what is not globally reachable.
const std::vector<IpNetwork>& special_networks() {
  static const std::vector<IpNetwork> all = [] {
    std::vector<IpNetwork> networks;
    for (const char* text : {
             "0.0.0.0/8",         // this network
             "10.0.0.0/8",        // private
             "100.64.0.0/10",     // shared, of carriers
             "127.0.0.0/8",       // loopback
             "168.63.129.16/32",  // Azure's own services
             "169.254.0.0/16",    // link-local, metadata of clouds
             "172.16.0.0/12",     // private
             "192.0.0.0/24",      // protocols
             "192.0.2.0/24",      // documentation
             "192.88.99.0/24",    // 6to4 relays
             "192.168.0.0/16",    // private
             "198.18.0.0/15",     // benchmarks
             "198.51.100.0/24",   // documentation
             "203.0.113.0/24",    // documentation
             "224.0.0.0/4",       // multicast
             "240.0.0.0/4",       // reserved, broadcast
             "2001::/23",         // protocols, Teredo, benchmarks, ORCHID
             "2001:db8::/32",     // documentation
             "2002::/16",         // 6to4
             "3fff::/20",         // documentation
         })
      networks.push_back(IpNetwork::parse(text).value());
    return networks;
  }();
  return all;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(const std::string& text) {
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) return v4(four);
  IpAddress address;
  if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::optional<IpAddress> IpAddress::of(const sockaddr& socket_address) {
  if (socket_address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &socket_address, sizeof in);
    return v4(in.sin_addr);
  }
  if (socket_address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 in{};
  std::memcpy(&in, &socket_address, sizeof in);
  IpAddress address;
  std::memcpy(address.bytes.data(), &in.sin6_addr, address.bytes.size());
  return address;
}

bool IpAddress::is_v4() const { return begins(*this, mapped); }

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4())
    ::inet_ntop(AF_INET, bytes.data() + mapped.size(), text.data(), text.size());
  else
    ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<IpNetwork> IpNetwork::parse(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto first = IpAddress::parse(text.substr(0, slash));
  if (!first) return std::nullopt;
  const bool four = first->is_v4() && text.find(':') == std::string::npos;
  IpNetwork network{*first};
  if (slash == std::string::npos) return network;
  const auto [end, error] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), network.bits);
  if (error != std::errc{} || end != text.data() + text.size() || network.bits < 0 || network.bits > (four ? 32 : 128))
    return std::nullopt;
  if (four) network.bits += 96;
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(first.bytes.begin(), first.bytes.begin() + static_cast<std::ptrdiff_t>(whole), address.bytes.begin()))
    return false;
  const int rest = bits % 8;
  return rest == 0 || ((first.bytes.at(whole) ^ address.bytes.at(whole)) >> (8 - rest)) == 0;
}

bool is_public(const IpAddress& given) {
  static const IpNetwork global_unicast = IpNetwork::parse("2000::/3").value();
  IpAddress address = given;
  if (begins(address, nat64)) std::copy(mapped.begin(), mapped.end(), address.bytes.begin());
  if (!address.is_v4() && !global_unicast.contains(address)) return false;
  return std::none_of(special_networks().begin(), special_networks().end(),
                      [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace reel::service
