/// SHA-256, by GLib. Private to the engine.
#pragma once

#include <glib.h>

#include <array>
#include <memory>
#include <string>

#include "codecs/bits.hpp"

namespace reel::engine {

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  void add(Bytes bytes) { g_checksum_update(sum_.get(), bytes.data(), static_cast<gssize>(bytes.size())); }
  /// With the 0 at its end, so that texts one after the other stay apart.
  void add(const std::string& text) { add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size() + 1}); }
  /// Of all that was added. The next add() begins anew.
  Digest end() {
    Digest digest{};
    gsize size = digest.size();
    g_checksum_get_digest(sum_.get(), digest.data(), &size);
    g_checksum_reset(sum_.get());
    return digest;
  }

 private:
  struct Free {
    void operator()(GChecksum* sum) const { g_checksum_free(sum); }
  };
  std::unique_ptr<GChecksum, Free> sum_{g_checksum_new(G_CHECKSUM_SHA256)};
};

}  // namespace reel::engine
