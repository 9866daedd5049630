/// Holds the tree against tests/architecture/allowed: what CMake links, and what the sources include.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;
using Arrows = std::map<std::string, std::set<std::string>>;

fs::path root() { return std::getenv("REEL_SOURCE_DIR"); }

std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

struct Allowed {
  Arrows modules;
  Arrows libraries;
};

Allowed read_allowed() {
  Allowed allowed;
  std::ifstream in(root() / "tests/architecture/allowed");
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ") != std::string::npos ? line.find(": ") : line.rfind(':');
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    const std::string left = line.substr(0, colon);
    const auto right = words(line.substr(colon + 1));
    if (left.starts_with("library "))
      allowed.libraries[left.substr(8)] = right;
    else
      allowed.modules[left] = right;
  }
  return allowed;
}

/// MODULE: what its target links, as CMake wrote it while it configured.
Arrows linked() {
  Arrows graph;
  std::ifstream in(fs::path(std::getenv("REEL_BUILD_DIR")) / "module-graph.txt");
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(':');
    graph[line.substr(0, colon)] = words(line.substr(colon + 1));
  }
  return graph;
}

fs::path folder_of(const std::string& module) {
  return module == "sdk" ? root() / "sdk" : root() / "framework" / module;
}

/// Every `#include` of a module's product code (its tests may look further).
template <class F>
void each_include(const std::string& module, F f) {
  static const std::regex include(R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re");
  for (const auto& entry : fs::recursive_directory_iterator(folder_of(module))) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".cpp") && !name.ends_with(".hpp") && !name.ends_with(".h")) continue;
    if (name.ends_with("test.cpp") || name.ends_with("test.hpp")) continue;
    std::ifstream in(entry.path());
    std::smatch match;
    for (std::string line; std::getline(in, line);)
      if (std::regex_search(line, match, include)) f(entry.path(), match[1].str());
  }
}

TEST(Architecture, modules_link_only_what_is_allowed) {
  const Allowed allowed = read_allowed();
  const Arrows graph = linked();
  ASSERT_GE(graph.size(), 8U);
  for (const auto& [module, needs] : graph) {
    ASSERT_TRUE(allowed.modules.contains(module)) << module << " is not in tests/architecture/allowed";
    for (const std::string& need : needs)
      EXPECT_TRUE(allowed.modules.at(module).contains(need)) << module << " links " << need << ", which it must not";
  }
}

TEST(Architecture, modules_include_only_what_is_allowed) {
  const Allowed allowed = read_allowed();
  static const std::regex ours(R"(^reel/([a-z]+)/)");
  for (const auto& [module, needs] : allowed.modules) {
    each_include(module, [&, &module = module, &needs = needs](const fs::path& file, const std::string& header) {
      std::smatch match;
      if (!std::regex_search(header, match, ours) || match[1] == "testing") return;
      const std::string owner = match[1] == "extension" ? "sdk" : match[1].str();
      EXPECT_TRUE(owner == module || needs.contains(owner)) << file << " includes " << header;
    });
  }
}

TEST(Architecture, libraries_stay_in_their_modules) {
  const Allowed allowed = read_allowed();
  for (const auto& [module, needs] : allowed.modules) {
    each_include(module, [&, &module = module](const fs::path& file, const std::string& header) {
      for (const auto& [library, modules] : allowed.libraries)
        if (header.starts_with(library)) {
          EXPECT_TRUE(modules.contains(module)) << file << " includes " << header;
        }
    });
  }
}

TEST(Architecture, plugins_need_only_the_sdk) {
  static const std::regex ours(R"(^reel/(?!extension/)[a-z]+/)");
  for (const auto& entry : fs::recursive_directory_iterator(root() / "plugins")) {
    if (fs::relative(entry.path(), root()).string().find("/src/") == std::string::npos || !entry.is_regular_file())
      continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);)
      EXPECT_FALSE(line.starts_with("#include") && line.find("reel/") != std::string::npos &&
                   std::regex_search(line.substr(line.find("reel/")), ours))
          << entry.path() << ": " << line;
  }
}

TEST(Architecture, what_takes_long_to_compile_is_in_one_source_file) {
  for (const char* library : {"boost/dll", "boost/beast", "boost/asio/ssl"}) {
    std::set<fs::path> files;
    for (const auto& [module, needs] : read_allowed().modules)
      each_include(module, [&](const fs::path& file, const std::string& header) {
        if (header.starts_with(library)) files.insert(file);
      });
    EXPECT_EQ(files.size(), 1U) << library;
  }
}

TEST(Architecture, only_known_things_stand_at_the_top) {
  static const std::set<std::string> known{
      "CMakeLists.txt", "framework", "plugins",           "pipelines", "sdk",  "config", "tests", "docs",
      "README.md",      "LICENSE",   "CMakePresets.json", "start",     "test", "build",  "out"};
  for (const auto& entry : fs::directory_iterator(root())) {
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(name.starts_with('.') || known.contains(name)) << name;
  }
}

}  // namespace
