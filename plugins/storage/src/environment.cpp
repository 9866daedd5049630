#include "environment.hpp"

#include <cstdlib>
#include <fstream>

#include "reel/extension/host.h"
#include "reel/task.hpp"

namespace reel::storage {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string host_secret(const reel_host* host, const char* name) {
  if (host == nullptr || host->get_extension == nullptr) return {};
  const auto* const secrets = static_cast<const reel_host_secrets*>(host->get_extension(host, REEL_HOST_SECRETS));
  if (secrets == nullptr) return {};
  char* const secret = secrets->get(host, name);
  if (secret == nullptr) return {};
  const std::string copy = secret;
  secrets->release(secret);
  return copy;
}

std::string file_text(const std::string& path, const std::string& purpose) {
  std::ifstream in(path, std::ios::binary);
  std::string text(1UL << 20U, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.eof()) throw ExtensionError(REEL_ERROR_DENIED, "cannot read '" + path + "', " + purpose);
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace reel::storage
