/// A server's address.
#pragma once

#include <string>

namespace reel::cli::remote {

/// Scheme, host and port, written in the one way: `https://reel.example.org`, `http://127.0.0.1:8080`. Throws base::InputError for
/// anything else than the address of a server by http or https.
std::string origin_of(const std::string& url);

/// Nobody on the way can read what is sent: https, or this machine itself.
bool is_confidential(const std::string& origin);
bool is_this_machine(const std::string& origin);

}  // namespace reel::cli::remote
