#include "reel/service/keys.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "crypto.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

constexpr const char* lost_key_hint =
    "Put the file of a backup back. Without one, remove it: a new key is made, all users have to log in again, and "
    "webhooks "
    "have to be added again.";

[[noreturn]] void fail(const std::string& what, const fs::path& file, int error) {
  throw base::RunError("Cannot " + what + " the key file " + file.string() + ": " + std::strerror(error) + ".",
                       "The server has to run as the user who owns the state folder; or set REEL_KEY.");
}

Key key_of(std::string_view bytes) {
  Key key;
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return key;
}

Key environment_key(const std::string& text) {
  base::hide_in_logs(text);
  const auto bytes = crypto::from_base64(text);
  if (!bytes || bytes->size() != sizeof(Key::bytes))
    throw base::InputError("REEL_KEY is no key: expected 32 bytes in base64.",
                           "Make one with `openssl rand -base64 32`.");
  return key_of(*bytes);
}

void check_mode(const fs::path& file, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) throw base::InputError("The key " + file.string() + " is no file.", lost_key_hint);
  if ((status.st_mode & 077) != 0)
    throw base::InputError(
        "The key file " + file.string() + " is open to other users.",
        "Close it with `chmod 600 " + file.string() + "`. If another user may have read it: remove it, " +
            "and a new key is made; all users have to log in again, webhooks have to be added again.");
}

/// None: there is no file.
std::optional<Key> read_key(const fs::path& file) {
  const File in(std::fopen(file.c_str(), "rbe"));
  if (!in && errno == ENOENT) return std::nullopt;
  struct stat status {};
  if (!in || ::fstat(::fileno(in.get()), &status) != 0) fail("read", file, errno);
  check_mode(file, status);
  Key key;
  if (static_cast<std::size_t>(status.st_size) != key.bytes.size())
    throw base::InputError(
        "The key file " + file.string() + " has " + std::to_string(status.st_size) + " bytes; expected 32.",
        lost_key_hint);
  if (std::fread(key.bytes.data(), key.bytes.size(), 1, in.get()) != 1) fail("read", file, errno != 0 ? errno : EIO);
  return key;
}

/// A key that data were sealed with must not be lost with the power.
void sync_folder(const fs::path& folder) {
  const File open(::fopen(folder.c_str(), "re"));
  if (open) ::fsync(::fileno(open.get()));
}

/// The file appears whole or not at all; if another program was first, its file stays.
void make_key(const fs::path& file) {
  std::string temporary = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600, O_EXCL
  if (descriptor < 0) fail("make", file, errno);
  const File out(::fdopen(descriptor, "wb"));
  const Key key = key_of(crypto::random_bytes(sizeof(Key::bytes)));
  const bool written = std::fwrite(key.bytes.data(), key.bytes.size(), 1, out.get()) == 1 &&
                       std::fflush(out.get()) == 0 && ::fsync(descriptor) == 0;
  const bool named = written && (::link(temporary.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const int error = errno;
  ::unlink(temporary.c_str());
  if (!named) fail("make", file, error);
  sync_folder(file.parent_path());
}

}  // namespace

Key::~Key() { sodium_memzero(bytes.data(), bytes.size()); }

Keys Keys::of_installation(const fs::path& state_folder) {
  const char* const text = std::getenv("REEL_KEY");
  if (text != nullptr && *text != '\0') return Keys(environment_key(text));
  const fs::path file = state_folder / "key";
  if (const auto key = read_key(file)) return Keys(*key);
  std::error_code error;
  fs::create_directories(state_folder, error);
  if (error) fail("make", file, error.value());
  make_key(file);
  const auto key = read_key(file);
  if (!key) fail("read", file, ENOENT);
  return Keys(*key);
}

Key Keys::derived(KeyPurpose purpose) const {
  static_assert(sizeof(Key::bytes) == crypto_kdf_KEYBYTES && crypto_kdf_CONTEXTBYTES == 8);
  Key key;
  crypto_kdf_derive_from_key(key.bytes.data(), key.bytes.size(), static_cast<std::uint64_t>(purpose), "reelwork",
                             installation_.bytes.data());
  return key;
}

std::string Keys::seal(std::string_view secret) const {
  const Key key = derived(KeyPurpose::webhook_secrets);
  std::string sealed = crypto::random_bytes(crypto_secretbox_NONCEBYTES);
  sealed.resize(sealed.size() + crypto_secretbox_MACBYTES + secret.size());
  auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
  crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char*>(secret.data()),
                        secret.size(), out, key.bytes.data());
  return crypto::base64url(sealed);
}

std::string Keys::unseal(const std::string& sealed) const {
  const Key key = derived(KeyPurpose::webhook_secrets);
  const std::string box = crypto::from_base64(sealed).value_or("");
  constexpr std::size_t extra = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  std::string secret(box.size() < extra ? 0 : box.size() - extra, '\0');
  const auto* const in = reinterpret_cast<const unsigned char*>(box.data());
  if (box.size() < extra ||
      crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(secret.data()), in + crypto_secretbox_NONCEBYTES,
                                 box.size() - crypto_secretbox_NONCEBYTES, in, key.bytes.data()) != 0)
    throw base::RunError("A stored secret was sealed with another key than this installation's.",
                         "Put the key file of the time back, or remove what the secret belongs to and add it again.");
  return secret;
}

}  // namespace reel::service
