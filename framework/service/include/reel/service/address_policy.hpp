/// Which URLs of users this installation connects to. Without it, a user could have the server ask services that only it can
/// reach (server-side request forgery): its own ports, its neighbours, the metadata of its cloud.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reel/service/ip_network.hpp"

namespace reel::service {

/// Where a URL leads. Connect to `addresses` and to nothing else: the name may have other ones by now.
struct Destination {
  std::string url;   ///< in its normal form, without a fragment
  std::string host;  ///< a name, or an address without brackets
  std::uint16_t port = 0;
  std::vector<IpAddress> addresses;  ///< at least one
};

struct AddressPolicySettings {
  std::vector<std::string> schemes{"http", "https"};
  std::vector<std::uint16_t> ports{80, 443};
  /// What may be reached though it is not public: host names, addresses and networks (`10.1.0.0/16`).
  std::vector<std::string> internal;
};

/// Any thread.
class AddressPolicy {
 public:
  explicit AddressPolicy(AddressPolicySettings settings = {});

  /// Waits for the name service. Throws base::InputError if the URL is none or is not allowed, base::TransientError if its name
  /// cannot be resolved now. A name is refused if any one of its addresses is.
  Destination check(const std::string& url) const;
  /// Of one connection that is about to be made for a URL, whatever its scheme and port. Throws base::InputError.
  void check_connection(const std::string& url, const sockaddr& address) const;

 private:
  bool is_internal(const std::string& host, const IpAddress& address) const;

  AddressPolicySettings settings_;
  std::vector<IpNetwork> internal_networks_;
};

}  // namespace reel::service
