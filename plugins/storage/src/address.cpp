#include "address.hpp"

#include <glib.h>

#include <algorithm>

#include "digest.hpp"
#include "reel/task.hpp"

namespace reel::storage {
namespace {

constexpr std::size_t longest_key = 1024;

bool is_plain(char c) { return g_ascii_isalnum(c) != FALSE || c == '-' || c == '.' || c == '_' || c == '~'; }

[[noreturn]] void reject(const std::string& uri, const std::string& why) {
  throw ExtensionError(REEL_ERROR_INVALID, "'" + uri + "' is no address of an object: " + why);
}

bool is_bucket(const std::string& name) {
  return name.size() >= 3 && name.size() <= 255 && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string::npos && std::all_of(name.begin(), name.end(), is_plain);
}

}  // namespace

std::string percent_encoded(std::string_view text, std::string_view plain) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_plain(c) || plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    out += '%';
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string byte = from_hex(text.substr(i + 1, 2));
    if (byte.size() != 1)
      throw ExtensionError(REEL_ERROR_INVALID, "a '%' without two digits in '" + std::string(text) + "': write %25");
    out += byte;
    i += 2;
  }
  return out;
}

std::string Address::uri() const { return scheme + "://" + bucket + "/" + percent_encoded(key, "/"); }

Address parse_address(const std::string& uri) {
  const auto colon = uri.find("://");
  if (colon == std::string::npos) reject(uri, "expected SCHEME://BUCKET/KEY");
  const auto slash = uri.find('/', colon + 3);
  Address address;
  address.scheme = uri.substr(0, colon);
  std::transform(address.scheme.begin(), address.scheme.end(), address.scheme.begin(), g_ascii_tolower);
  address.bucket = uri.substr(colon + 3, slash == std::string::npos ? slash : slash - colon - 3);
  if (slash != std::string::npos) address.key = percent_decoded(std::string_view(uri).substr(slash + 1));
  if (!is_bucket(address.bucket)) reject(uri, "'" + address.bucket + "' cannot be the name of a bucket");
  if (address.key.size() > longest_key) reject(uri, "its key is longer than 1024 bytes");
  // Also says no to a zero byte.
  if (g_utf8_validate(address.key.data(), static_cast<gssize>(address.key.size()), nullptr) == FALSE)
    reject(uri, "its key is not valid UTF-8");
  return address;
}

Address parse_object_address(const std::string& uri) {
  Address address = parse_address(uri);
  if (address.key.empty()) reject(uri, "it has no key, only a bucket");
  return address;
}

}  // namespace reel::storage
