/// Who a client is, where proxies speak for it.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <variant>
#include <vector>

#include "reel/http/message.hpp"

namespace reel::http {

/// The other end of a connection, or what a trusted proxy says of it.
struct Peer {
  std::string name;  ///< IP address, IPv4 as such even on an IPv6 socket; `unix`
  bool tls = false;
};

class Proxies {
 public:
  /// Addresses, networks and `unix`. Throws base::InputError for anything else.
  explicit Proxies(const std::vector<std::string>& trusted);
  bool trusts(const std::string& peer) const;
  /// Believes X-Forwarded-For from its end on, as far as those who added to it are trusted, and X-Forwarded-Proto.
  Peer client(const Peer& connected, const Fields& fields) const;

 private:
  struct Network {
    boost::asio::ip::address_v6 address;  // IPv4 is mapped
    unsigned bits = 128;
  };
  static Network parse(const std::string& text);

  std::vector<Network> networks_;
  bool unix_ = false;
};

/// What counts as one client for the limit of connections: an IPv4 address, or the /64 of an IPv6 one.
std::string client_key(const std::string& address);

}  // namespace reel::http
