/// IP addresses and networks, and which of them belong to the public Internet.
#pragma once

#include <sys/socket.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace reel::service {

/// An IPv4 address is kept as the IPv6 one that stands for it (::ffff:a.b.c.d): the two are one address here.
struct IpAddress {
  std::array<unsigned char, 16> bytes{};

  /// Numeric and in full: `192.0.2.1`, `2001:db8::1`; no zone, no short or octal forms.
  static std::optional<IpAddress> parse(const std::string& text);
  /// None for families other than IPv4 and IPv6.
  static std::optional<IpAddress> of(const sockaddr& address);

  bool is_v4() const;
  std::string text() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

struct IpNetwork {
  IpAddress first;
  int bits = 128;  ///< of `first`, that all its addresses share; counted in 128, for IPv4 too

  /// `10.0.0.0/8`, `fd00::/8`, or an address: the network of that one alone.
  static std::optional<IpNetwork> parse(const std::string& text);
  bool contains(const IpAddress& address) const;
};

/// Whether anybody on the Internet could reach it by this address: neither private, loopback, link-local, shared (CGNAT),
/// multicast, documentation or reserved, nor an IPv6 address which leads to such an IPv4 one (mapped, NAT64), nor of the retired
/// tunnels (6to4, Teredo), nor one at which clouds answer their own machines.
bool is_public(const IpAddress& address);

}  // namespace reel::service
