/// How objects are named: `s3://bucket/key`.
///
/// Behind the bucket's slash everything is the key, `?`, `#`, further slashes and dots among it, percent-decoded once. So a key's `%` is
/// written `%25`, and every other character may stand for itself or be percent-encoded.
#pragma once

#include <string>
#include <string_view>

namespace reel::storage {

/// Everything but A-Z a-z 0-9 - . _ ~ and the characters of `plain` as %XX, in upper case, as signatures want it.
std::string percent_encoded(std::string_view text, std::string_view plain = {});
/// Throws ExtensionError (INVALID) for a `%` that no two digits follow.
std::string percent_decoded(std::string_view text);

struct Address {
  std::string scheme;  ///< `s3`
  std::string bucket;
  std::string key;  ///< decoded; empty: the bucket itself, or all of it

  /// As URI, the same for the same key.
  std::string uri() const;
};

/// Throws ExtensionError (INVALID) for what is no such address.
Address parse_address(const std::string& uri);
/// The same, and that it names an object.
Address parse_object_address(const std::string& uri);

}  // namespace reel::storage
