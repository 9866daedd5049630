/// What a made file has in common with its source. Private to the engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reel::engine {

/// Bytes of a file that are those of its source from `source` on.
struct SourcePart {
  std::uint64_t at = 0, source = 0, bytes = 0;
};

/// What stands in a file as zeros only, for whoever sends it on to put in its place.
struct SourceParts {
  std::string uri, version;         ///< of the source
  std::vector<SourcePart> parts{};  ///< in order; empty: the file is whole
};

}  // namespace reel::engine
