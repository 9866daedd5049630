#include <algorithm>

#include "pattern.hpp"
#include "reel/catalog/catalog.hpp"

namespace reel::catalog {
namespace {

bool any(std::string_view name, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [name](const std::string& pattern) { return matches(name, pattern); });
}

std::string refuse(std::string_view what, std::string_view name, const std::vector<std::string>& allow,
                   const std::vector<std::string>& deny) {
  if (any(name, allow) && !any(name, deny)) return {};
  return "the policy of this installation does not allow the " + std::string(what) + " '" + std::string(name) + "'";
}

}  // namespace

std::string Policy::refuse_stage(std::string_view stage) const {
  if (stage.starts_with("reel/")) stage.remove_prefix(5);
  return refuse("stage", stage, allow_stages, deny_stages);
}

std::string Policy::refuse_uri(std::string_view uri) const {
  const auto colon = uri.find("://");
  return refuse("URI scheme", colon == std::string_view::npos ? "file" : uri.substr(0, colon), allow_schemes,
                deny_schemes);
}

}  // namespace reel::catalog
