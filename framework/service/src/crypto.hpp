/// What this module takes from libsodium, with types of C++. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace reel::service::crypto {

/// Has to be called before libsodium is used directly; the functions below do it themselves.
void initialise();

std::string random_bytes(std::size_t count);
std::string base64url(std::string_view bytes);  ///< without padding
/// Of both alphabets, with padding or without.
std::optional<std::string> from_base64(std::string text);

/// 256 bits of BLAKE2b, in hexadecimal: for tokens, which are random, never for passwords.
std::string digest(std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);  ///< in hexadecimal

/// In a time that tells nothing but the sizes.
bool equal(std::string_view a, std::string_view b);

}  // namespace reel::service::crypto
