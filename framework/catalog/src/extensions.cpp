#include "extensions.hpp"

#include <algorithm>
#include <array>

#include "reel/extension/exporter.h"
#include "reel/extension/planner.h"
#include "reel/extension/provider.h"
#include "reel/extension/segmenter.h"
#include "reel/extension/storage.h"

namespace reel::catalog {

bool has_extension(const reel_plugin& plugin) {
  constexpr std::array known{REEL_STORAGE, REEL_PROVIDER, REEL_EXPORTER, REEL_SEGMENTER, REEL_PLANNER};
  return std::ranges::any_of(known, [&](const char* id) { return table_of<void>(plugin, id) != nullptr; });
}

}  // namespace reel::catalog
