/// Names as lists of an installation have them. Private to the catalogue.
#pragma once

#include <string_view>

namespace reel::catalog {

/// A pattern that ends in `*` means a prefix.
inline bool matches(std::string_view name, std::string_view pattern) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return name == pattern;
}

}  // namespace reel::catalog
