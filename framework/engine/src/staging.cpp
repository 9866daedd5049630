#include "staging.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "checks/checks.hpp"
#include "files/local_file.hpp"
#include "reel/base/error.hpp"

namespace reel::engine {
namespace {

namespace fs = std::filesystem;

/// So that no name begins with a dot, or is none.
constexpr std::string_view prefix = "out-";

/// The last part of an address, in letters that every file system and every message can hold.
std::string name_of(const std::string& uri) {
  constexpr std::size_t longest = 100;
  std::string name = uri.substr(uri.rfind('/') + 1);
  name = name.substr(0, name.find_first_of("?#"));
  if (name.size() > longest) name.erase(0, name.size() - longest);
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-' && c != '_'; }, '_');
  return std::string(prefix) + name;
}

fs::path new_folder() {
  std::string path = (fs::temp_directory_path() / "reel-out-XXXXXX").string();
  if (mkdtemp(path.data()) != nullptr) return path;
  throw base::RunError(
      "cannot make a folder for results in " + fs::temp_directory_path().string() + ": " + std::strerror(errno),
      "set TMPDIR to a folder with room");
}

}  // namespace

Staging::Staging(model::Pipeline& pipeline) {
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    model::Stage& stage = pipeline.stages[i];
    const model::Setting* const found = stage.traits.role == model::StageRole::sink ? address(stage) : nullptr;
    if (found == nullptr || !is_elsewhere(std::get<std::string>(found->value))) continue;
    model::Setting& setting = stage.settings[static_cast<std::size_t>(found - stage.settings.data())];
    if (folder_.empty()) folder_ = new_folder();
    const fs::path own = folder_ / std::to_string(i);
    const std::string uri = std::get<std::string>(setting.value);
    fs::create_directory(own);
    addresses_[own] = uri;
    setting.value = (own / name_of(uri)).string();
  }
}

Staging::~Staging() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::string Staging::destination(const std::string& file) const {
  const fs::path path(file);
  const auto found = addresses_.find(path.parent_path());
  if (found == addresses_.end()) return file;
  const std::string& uri = found->second;
  if (path.filename() == name_of(uri)) return uri;
  return uri.substr(0, uri.rfind('/') + 1) + path.filename().string().substr(prefix.size());
}

}  // namespace reel::engine
