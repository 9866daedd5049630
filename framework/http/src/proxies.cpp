#include "proxies.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "reel/base/error.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address_v6> as_v6(std::string_view text) {
  boost::system::error_code fault;
  const ip::address address = ip::make_address(std::string(text), fault);
  if (fault) return {};
  return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

bool same_start(const ip::address_v6& a, const ip::address_v6& b, unsigned bits) {
  const auto x = a.to_bytes(), y = b.to_bytes();
  const std::size_t whole = bits / 8;
  if (!std::equal(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(whole), y.begin())) return false;
  return bits % 8 == 0 || ((x[whole] ^ y[whole]) >> (8 - bits % 8)) == 0;
}

std::string canonical(const ip::address_v6& address) {
  return address.is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, address).to_string() : address.to_string();
}

}  // namespace

Proxies::Proxies(const std::vector<std::string>& trusted) {
  for (const std::string& text : trusted) {
    if (text == "unix")
      unix_ = true;
    else
      networks_.push_back(parse(text));
  }
}

Proxies::Network Proxies::parse(const std::string& text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = as_v6(text.substr(0, slash));
  if (address) {
    const unsigned width = text.find(':') == std::string::npos ? 32 : 128;
    const auto bits = slash == text.size() ? std::optional<std::uint64_t>(width) : decimal(text.substr(slash + 1));
    if (bits && *bits <= width) return {*address, static_cast<unsigned>(*bits) + 128 - width};
  }
  throw base::InputError("\"" + text + "\" cannot be a trusted proxy.",
                         "Give an address (192.0.2.1), a network (10.0.0.0/8, fd00::/8) or \"unix\".");
}

bool Proxies::trusts(const std::string& peer) const {
  if (peer == "unix") return unix_;
  const auto address = as_v6(peer);
  return address &&
         std::ranges::any_of(networks_, [&](const Network& n) { return same_start(n.address, *address, n.bits); });
}

Peer Proxies::client(const Peer& connected, const Fields& fields) const {
  if (!trusts(connected.name)) return connected;
  Peer client = connected;
  std::string chain;
  for (const auto& [name, value] : fields)
    if (same_word(name, "x-forwarded-for")) chain += (chain.empty() ? "" : ",") + value;
  auto hops = split(chain, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend() && trusts(client.name); ++hop) {
    const auto address = as_v6(*hop);
    if (!address) break;
    client.name = canonical(*address);
  }
  // Each proxy adds its own at the end; the last is of the one that we trust.
  const std::string_view scheme = split(fields.get("x-forwarded-proto"), ',').back();
  if (!scheme.empty()) client.tls = same_word(scheme, "https");
  return client;
}

std::string client_key(const std::string& address) {
  const auto v6 = as_v6(address);
  if (!v6 || v6->is_v4_mapped()) return address;
  const auto bytes = v6->to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace reel::http
