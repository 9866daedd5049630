#include "crypto.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace reel::service::crypto {
namespace {

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

template <std::size_t N>
std::string hexadecimal(const std::array<unsigned char, N>& binary) {
  std::string text(2 * N + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), binary.data(), N);
  text.pop_back();
  return text;
}

}  // namespace

void initialise() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::logic_error("libsodium cannot be initialised");
}

std::string random_bytes(std::size_t count) {
  initialise();
  std::string random(count, '\0');
  randombytes_buf(random.data(), count);
  return random;
}

std::string base64url(std::string_view binary) {
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(binary.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(binary), binary.size(), variant);
  text.pop_back();
  return text;
}

std::optional<std::string> from_base64(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  std::string binary(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(binary.data()), binary.size(), text.data(), text.size(),
                        nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return std::nullopt;
  binary.resize(size);
  return binary;
}

std::string digest(std::string_view text) {
  initialise();
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), bytes(text), text.size(), nullptr, 0);
  return hexadecimal(hash);
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  initialise();
  crypto_auth_hmacsha256_state state;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> code{};
  crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, code.data());
  return hexadecimal(code);
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace reel::service::crypto
