#include "reel/service/secrets.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

namespace reel::service {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view variable_prefix = "REEL_SECRET_";

}  // namespace

std::optional<std::string> find_secret(const fs::path& folder, const std::string& name) {
  if (const char* const value = std::getenv((std::string(variable_prefix) + name).c_str())) return value;
  if (name.find('/') != std::string::npos || name.starts_with('.')) return std::nullopt;
  std::ifstream in(folder / name, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return std::nullopt;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::map<std::string, std::string> secrets_beginning(const fs::path& folder, const std::string& beginning) {
  std::map<std::string, std::string> found;
  const auto add = [&](const std::string& name) {
    if (!name.starts_with(beginning)) return;
    if (auto value = find_secret(folder, name)) found.try_emplace(name, *std::move(value));
  };
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none))
    if (entry.is_regular_file(none)) add(entry.path().filename().string());
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (text.starts_with(variable_prefix))
      add(std::string(text.substr(variable_prefix.size(), text.find('=') - variable_prefix.size())));
  }
  return found;
}

}  // namespace reel::service
