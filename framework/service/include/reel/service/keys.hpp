/// The installation's secret key, and the keys derived from it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace reel::service {

/// 32 secret bytes; wiped when they go.
struct Key {
  std::array<unsigned char, 32> bytes{};

  Key() = default;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key();
};

/// Each purpose has a key of its own, so that what one does tells nothing about another. Numbers are never given again.
enum class KeyPurpose : std::uint8_t { access_tokens = 1, webhook_secrets = 2 };

/// Any thread, once made.
class Keys {
 public:
  explicit Keys(const Key& installation) : installation_(installation) {}

  /// `$REEL_KEY` (32 bytes in base64) if set, else the file `key` in the state folder. The file is made if missing; of several
  /// programs that start at once, all get the same key. Throws base::InputError for a key that cannot be used, base::RunError
  /// for a file that cannot be read or made.
  static Keys of_installation(const std::filesystem::path& state_folder);

  Key derived(KeyPurpose purpose) const;

  /// Encrypted and authenticated, as base64url; each time another text.
  std::string seal(std::string_view secret) const;
  /// Throws base::RunError if it was sealed with another key, or changed.
  std::string unseal(const std::string& sealed) const;

 private:
  Key installation_;
};

}  // namespace reel::service
