/// Digests and their spellings. All take and give bytes.
#pragma once

#include <string>
#include <string_view>

namespace reel::storage {

std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string md5(std::string_view bytes);
/// The RS256 signature with a private key in PEM form. Throws ExtensionError for what is no such key.
std::string rsa_sha256(const std::string& private_key, std::string_view bytes);

std::string hex(std::string_view bytes);
/// The bytes that hexadecimal digits spell; empty for any other text.
std::string from_hex(std::string_view digits);
std::string base64(std::string_view bytes);
/// As in tokens: `-_` for `+/`, nothing to fill up.
std::string base64_url(std::string_view bytes);

}  // namespace reel::storage
