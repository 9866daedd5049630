#include "listen.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstring>

#include "reel/base/error.hpp"

namespace reel::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;
constexpr int backlog = 4096;

tcp::endpoint tcp_endpoint(const Endpoint& endpoint) {
  tcp::endpoint result;
  result.resize(endpoint.size());
  std::memcpy(result.data(), endpoint.data(), endpoint.size());
  return result;
}

Acceptor bound(asio::io_context& io, const Endpoint& endpoint, const std::string& name) {
  Acceptor acceptor(io);
  ErrorCode fault, ignored;
  acceptor.open(endpoint.protocol(), fault);  // fails where the machine has no IPv6
  if (!fault && endpoint.protocol().family() == AF_INET6) acceptor.set_option(asio::ip::v6_only(false), ignored);
  if (!fault) acceptor.set_option(asio::socket_base::reuse_address(true), fault);
  if (!fault) acceptor.bind(endpoint, fault);
  if (!fault) acceptor.listen(backlog, fault);
  if (fault)
    throw base::RunError("Cannot listen on " + name + ": " + fault.message() + ".",
                         "Choose an address of this machine and a port that no other program has.");
  return acceptor;
}

void remove_left_over(asio::io_context& io, const std::filesystem::path& path) {
  if (!std::filesystem::is_socket(path)) return;
  stream_protocol::socket probe(io);
  ErrorCode fault;
  probe.connect(stream_protocol::endpoint(path.string()), fault);
  if (fault == asio::error::connection_refused) std::filesystem::remove(path);
}

}  // namespace

Acceptor listen_tcp(asio::io_context& io, const std::string& address, std::uint16_t port) {
  ErrorCode fault;
  const auto ip = asio::ip::make_address(address, fault);
  if (fault)
    throw base::InputError("\"" + address + "\" is no address to listen on.",
                           "Give an IP address: 127.0.0.1 for this machine only, 0.0.0.0 or :: for all networks.");
  const tcp::endpoint endpoint(ip, port);
  return bound(io, {endpoint.data(), endpoint.size(), IPPROTO_TCP}, address + " port " + std::to_string(port));
}

Acceptor listen_unix(asio::io_context& io, const std::filesystem::path& path) {
  constexpr std::size_t longest = 107;
  if (path.string().size() > longest)
    throw base::InputError("The path of the Unix socket, " + path.string() + ", is too long.",
                           "Give one of at most " + std::to_string(longest) + " characters.");
  remove_left_over(io, path);
  const stream_protocol::endpoint endpoint(path.string());
  return bound(io, {endpoint.data(), endpoint.size()}, path.string());
}

std::string peer_name(const Endpoint& endpoint) {
  if (endpoint.protocol().family() == AF_UNIX) return "unix";
  const auto address = tcp_endpoint(endpoint).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

std::uint16_t port_of(const Acceptor& acceptor) { return tcp_endpoint(acceptor.local_endpoint()).port(); }

}  // namespace reel::http
