/// How layers are blended.
#pragma once

#include <string_view>

namespace reel::photoshop {

struct Blend {
  const char* name;  ///< as in exporter.h
  const char* key;   ///< in the file
  /// A channel of the result where both are opaque, each 0 to 1. Null: the upper one.
  float (*mix)(float below, float above);
};

/// Null if there is none of that name.
const Blend* find_blend(std::string_view name);

/// Of groups: their layers are blended with what lies below the group.
inline bool passes_through(const Blend& blend) { return std::string_view(blend.key) == "pass"; }

}  // namespace reel::photoshop
