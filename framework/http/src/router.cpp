#include "reel/http/router.hpp"

#include <algorithm>
#include <compare>
#include <stdexcept>

#include "text.hpp"

namespace reel::http {
namespace {

using Segments = std::vector<std::string>;

enum class Kind { literal, one, rest };  // what comes first wins

Kind kind(std::string_view segment) {
  if (!segment.starts_with('{')) return Kind::literal;
  return segment.ends_with("...}") ? Kind::rest : Kind::one;
}

std::string capture_name(std::string_view segment) {
  const std::size_t end = kind(segment) == Kind::rest ? 4 : 1;
  return std::string(segment.substr(1, segment.size() - 1 - end));
}

Segments template_segments(const std::string& path) {
  const auto malformed = [&] { return std::logic_error("malformed template of a path: " + path); };
  if (!path.starts_with('/')) throw malformed();
  if (path == "/") return {};
  Segments segments;
  for (const std::string_view part : split(std::string_view(path).substr(1), '/')) segments.emplace_back(part);
  for (const std::string& segment : segments) {
    const bool capture = segment.starts_with('{');
    if (segment.empty() || capture != segment.ends_with('}') || (capture && capture_name(segment).empty()))
      throw malformed();
    if (kind(segment) == Kind::rest && &segment != &segments.back()) throw malformed();
  }
  return segments;
}

bool fits(const Segments& pattern, const Segments& path) {
  const bool rest = !pattern.empty() && kind(pattern.back()) == Kind::rest;
  if (rest ? path.size() < pattern.size() : path.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string& expected = pattern[std::min(i, pattern.size() - 1)];
    if (kind(expected) == Kind::literal ? path[i] != expected : path[i].empty()) return false;
  }
  return true;
}

/// Of two that fit one path, less is the one that wins.
std::strong_ordering order(const Segments& a, const Segments& b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(),
                                                [](const auto& x, const auto& y) { return kind(x) <=> kind(y); });
}

bool same_shape(const Segments& a, const Segments& b) {
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return kind(x) == kind(y) && (kind(x) != Kind::literal || x == y); });
}

decltype(Request::captures) captures(const Segments& pattern, const Segments& path) {
  decltype(Request::captures) result;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string& expected = pattern[std::min(i, pattern.size() - 1)];
    if (kind(expected) == Kind::literal) continue;
    std::string& value = result[capture_name(expected)];
    if (!value.empty()) value += '/';
    value += path[i];
  }
  return result;
}

}  // namespace

void Router::add(Route route) {
  Segments segments = template_segments(route.path);
  if ((route.handler != nullptr) == (route.upload != nullptr))
    throw std::logic_error(route.method + " " + route.path + " needs either a handler or an upload");
  for (std::size_t i = 0; i < routes_.size(); ++i)
    if (routes_[i].method == route.method && same_shape(templates_[i], segments))
      throw std::logic_error(route.method + " " + route.path + " is there already");
  routes_.push_back(std::move(route));
  templates_.push_back(std::move(segments));
}

Router::Match Router::match(std::string_view method, const Segments& segments) const {
  const Segments* best = nullptr;
  for (const Segments& pattern : templates_)
    if (fits(pattern, segments) && (best == nullptr || order(pattern, *best) < 0)) best = &pattern;
  Match match;
  if (best == nullptr) return match;
  std::size_t chosen = routes_.size();
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!same_shape(templates_[i], *best)) continue;
    match.allow.push_back(routes_[i].method);
    // A route for HEAD itself wins over the one for GET.
    if (routes_[i].method == method || (method == "HEAD" && routes_[i].method == "GET" && chosen == routes_.size()))
      chosen = i;
  }
  if (std::ranges::count(match.allow, "GET") != 0) match.allow.emplace_back("HEAD");
  match.allow.emplace_back("OPTIONS");
  std::ranges::sort(match.allow);
  match.allow.erase(std::unique(match.allow.begin(), match.allow.end()), match.allow.end());
  if (chosen == routes_.size()) return match;
  match.route = &routes_[chosen];
  match.captures = captures(templates_[chosen], segments);
  return match;
}

}  // namespace reel::http
