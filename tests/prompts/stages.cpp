#include "stages.hpp"

#include <gst/gst.h>

#include <algorithm>
#include <cstdlib>

namespace reel::tests {

namespace fs = std::filesystem;

std::filesystem::path prompts_folder() { return fs::path(REEL_SOURCE_DIR) / "tests/prompts"; }

const catalog::Catalog& stages() {
  static const catalog::Catalog all([] {
    gst_init(nullptr, nullptr);
    catalog::CatalogOptions options;
    options.folders = {fs::path(std::getenv("REEL_BUILD_DIR")) / "lib/reelwork/plugins"};
    options.host_version = "1.0.0";
    return options;
  }());
  return all;
}

std::vector<Case> all_cases() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(prompts_folder()))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<Case> all;
  for (const fs::path& file : files) std::ranges::copy(read_cases(file), std::back_inserter(all));
  return all;
}

}  // namespace reel::tests
