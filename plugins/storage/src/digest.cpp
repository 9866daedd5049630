#include "digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

#include "reel/task.hpp"

namespace reel::storage {
namespace {

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string digest(std::string_view bytes, const EVP_MD* kind) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), raw(out), &size, kind, nullptr) != 1)
    throw ExtensionError(REEL_ERROR_FAILED, "this machine's OpenSSL refuses to compute a digest");
  out.resize(size);
  return out;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <auto Free>
struct Freer {
  void operator()(auto* handle) const { Free(handle); }
};

}  // namespace

std::string sha256(std::string_view bytes) { return digest(bytes, EVP_sha256()); }
std::string md5(std::string_view bytes) { return digest(bytes, EVP_md5()); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(bytes), bytes.size(), raw(out), &size) ==
      nullptr)
    throw ExtensionError(REEL_ERROR_FAILED, "this machine's OpenSSL refuses to sign");
  out.resize(size);
  return out;
}

std::string rsa_sha256(const std::string& private_key, std::string_view bytes) {
  const std::unique_ptr<BIO, Freer<BIO_free>> pem(
      BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size())));
  const std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>> key(
      PEM_read_bio_PrivateKey(pem.get(), nullptr, nullptr, nullptr));
  const std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  std::string out;
  if (key && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, raw(bytes), bytes.size()) == 1) {
    out.resize(size);
    if (EVP_DigestSign(context.get(), raw(out), &size, raw(bytes), bytes.size()) == 1) return out.substr(0, size);
  }
  throw ExtensionError(REEL_ERROR_DENIED, "the private key of the service account is not readable as PEM");
}

std::string hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

std::string from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return {};
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit(digits[i]), low = digit(digits[i + 1]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  out.resize(static_cast<std::size_t>(EVP_EncodeBlock(raw(out), raw(bytes), static_cast<int>(bytes.size()))));
  return out;
}

std::string base64_url(std::string_view bytes) {
  std::string out = base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return out;
}

}  // namespace reel::storage
