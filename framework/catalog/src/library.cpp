#include "library.hpp"

#include <array>
#include <boost/dll/shared_library.hpp>
#include <boost/dll/shared_library_load_mode.hpp>
#include <fstream>
#include <list>
#include <mutex>

namespace reel::catalog {
namespace {

bool is_elf(const std::filesystem::path& path) {
  std::array<char, 4> magic{};
  std::ifstream in(path, std::ios::binary);
  return in.read(magic.data(), magic.size()) && magic == std::array<char, 4>{'\x7f', 'E', 'L', 'F'};
}

/// The loader's own words, without the path that it puts before them.
std::string reason(const std::string& what, const std::filesystem::path& path) {
  std::string text = what;
  if (const auto at = text.find("cannot open shared object file");
      at != std::string::npos && text.find("lib") != std::string::npos) {
    // "…: libfoo.so.1: cannot open shared object file: No such file or directory"
    const auto end = text.rfind(": ", at);
    const auto begin = text.find_last_of(" (\"", end - 1);
    if (const std::string missing = text.substr(begin + 1, end - begin - 1); missing != path.string())
      return "it needs the library " + missing + ", which is not installed";
  }
  if (const auto at = text.find(path.string() + ": "); at != std::string::npos)
    text = text.substr(at + path.string().size() + 2);
  return "it cannot be loaded: " + text;
}

}  // namespace

Library load_library(const std::filesystem::path& path) {
  namespace dll = boost::dll;
  if (!is_elf(path)) return {nullptr, "it is no shared library"};
  boost::dll::fs::error_code fault;
  // Never destroyed, so never unloaded. The list is for leak checkers: what it holds is not lost.
  static std::mutex mutex;
  static auto* const all = new std::list<dll::shared_library>;
  const auto add = [] {
    const std::lock_guard lock(mutex);
    return &all->emplace_back();
  };
  dll::shared_library& library = *add();
  try {
    library.load(path.string(), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& e) {
    return {nullptr, reason(e.what(), path)};
  }
  if (!library.has(REEL_PLUGIN_ENTRY_SYMBOL))
    return {nullptr, "it has no symbol `" REEL_PLUGIN_ENTRY_SYMBOL "`, so it is no Reelwork plugin"};
  return {&library.get<const reel_plugin>(REEL_PLUGIN_ENTRY_SYMBOL), {}};
}

}  // namespace reel::catalog
