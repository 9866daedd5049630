#include "conditions.hpp"

#include <algorithm>

#include "date.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

enum class Comparison { strong, weak };

/// Takes the first entity tag off `list`, without a `W/` if tags are compared weakly; empty: there is none any more.
std::string_view next_tag(std::string_view& list, Comparison comparison) {
  list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
  const auto open = list.find('"');
  const auto shut = open == std::string_view::npos ? open : list.find('"', open + 1);
  if (shut == std::string_view::npos) return {};
  std::string_view tag = list.substr(0, shut + 1);
  list.remove_prefix(shut + 1);
  if (comparison == Comparison::weak && tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

/// Whether a field of that name has the tag, or `*`.
bool lists(const Fields& fields, std::string_view name, std::string_view etag, Comparison comparison) {
  return std::ranges::any_of(fields, [&](const auto& field) {
    if (!same_word(field.first, name)) return false;
    std::string_view list = trimmed(field.second);
    if (list == "*") return true;
    for (auto tag = next_tag(list, comparison); !tag.empty(); tag = next_tag(list, comparison))
      if (tag == etag) return true;
    return false;
  });
}

/// Whether the field names a date before `modified`; none if it has no valid one.
std::optional<bool> modified_since(const Fields& fields, std::string_view name, std::chrono::sys_seconds modified) {
  const auto date = parse_date(fields.get(name));
  return date ? std::optional(modified > *date) : std::nullopt;
}

/// If-Range: the tag, or exactly the date, of what the client has the first part of.
bool still_the_same(const Request& request, const Validators& validators) {
  const std::string* expected = request.headers.find("if-range");
  return expected == nullptr || *expected == validators.etag || parse_date(*expected) == validators.modified;
}

/// `5-9`, `5-` or `-5`; none: it is malformed.
std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = decimal(text.substr(0, dash)), last = decimal(text.substr(dash + 1));
  if (dash == 0) {
    if (!last) return {};
    const std::uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  if (!first || (dash + 1 < text.size() && (!last || *last < *first))) return {};
  if (*first >= size) return ByteRange{};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

}  // namespace

int checked_conditions(const Request& request, const Validators& validators) {
  const Fields& fields = request.headers;
  if (fields.find("if-match") != nullptr) {
    if (!lists(fields, "if-match", validators.etag, Comparison::strong)) return 412;
  } else if (modified_since(fields, "if-unmodified-since", validators.modified).value_or(false)) {
    return 412;
  }
  if (fields.find("if-none-match") != nullptr)
    return lists(fields, "if-none-match", validators.etag, Comparison::weak) ? 304 : 200;
  return modified_since(fields, "if-modified-since", validators.modified).value_or(true) ? 200 : 304;
}

std::optional<ByteRange> chosen_range(const Request& request, const Validators& validators, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  const std::string_view range = request.headers.get("range");
  if (request.method != "GET" || request.headers.count("range") != 1 || range.size() < unit.size() ||
      !same_word(range.substr(0, unit.size()), unit) || !still_the_same(request, validators))
    return {};
  return parse_range(trimmed(range.substr(unit.size())), size);
}

}  // namespace reel::http
