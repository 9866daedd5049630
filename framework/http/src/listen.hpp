/// Sockets that listen.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <string>

namespace reel::http {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;
using Endpoint = boost::asio::generic::stream_protocol::endpoint;

/// Throws base::InputError for what is no address, base::RunError if it cannot be had.
Acceptor listen_tcp(boost::asio::io_context& io, const std::string& address, std::uint16_t port);
/// A socket file that no server listens to any more is replaced. Errors as above.
Acceptor listen_unix(boost::asio::io_context& io, const std::filesystem::path& path);

/// `192.0.2.1`, `2001:db8::1` or `unix`.
std::string peer_name(const Endpoint& endpoint);
std::uint16_t port_of(const Acceptor& acceptor);

}  // namespace reel::http
