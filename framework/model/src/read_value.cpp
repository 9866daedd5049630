#include "read_value.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace reel::model {
namespace {

bool holds_text(ParamType type) {
  return type == ParamType::string || type == ParamType::file || type == ParamType::uri;
}

bool is_list_of_ranges(ParamType type) { return type == ParamType::ranges || type == ParamType::times; }

/// A range on one clock, nanoseconds or frames, to be compared with its like.
struct Span {
  std::int64_t begin = 0, end = std::numeric_limits<std::int64_t>::max();
  bool frames = false;
  std::size_t item = 0;  // in the order of the text
};

std::optional<Span> span_of(const base::TimePointRange& range, std::size_t item) {
  const auto is_frame = [](const std::optional<base::TimePoint>& point) {
    return point && std::holds_alternative<base::FrameNumber>(*point);
  };
  if (range.begin && range.end && is_frame(range.begin) != is_frame(range.end)) return std::nullopt;
  Span span{.frames = is_frame(range.begin) || is_frame(range.end), .item = item};
  if (range.begin) span.begin = clock_count(*range.begin);
  if (range.end) span.end = clock_count(*range.end);
  return span;
}

/// Pairs of items that overlap: the later one in the text first. Ranges that cannot be compared without the
/// media are left to the check with media.
std::vector<std::pair<std::size_t, std::size_t>> overlaps(const std::vector<base::TimePointRange>& ranges) {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < ranges.size(); ++i)
    if (const auto span = span_of(ranges[i], i)) spans.push_back(*span);
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return std::tuple{a.frames, a.begin, a.item} < std::tuple{b.frames, b.begin, b.item};
  });
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  const Span* reaching = nullptr;  // the one before that ends last
  for (const Span& span : spans) {
    const bool same_clock = reaching && reaching->frames == span.frames;
    if (same_clock && span.begin < reaching->end)
      pairs.emplace_back(std::max(span.item, reaching->item), std::min(span.item, reaching->item));
    if (!same_clock || span.end > reaching->end) reaching = &span;
  }
  return pairs;
}

}  // namespace

std::int64_t clock_count(const base::TimePoint& point) {
  const auto* time = std::get_if<base::Time>(&point);
  return time ? time->count() : std::get<base::FrameNumber>(point).value;
}

void ValueReader::wrong_kind(const ParamSchema& schema, const Node& node, const std::string& subject) {
  const bool bare_hash = schema.type == ParamType::color && node.kind == Node::Kind::null;
  report_.error(node.mark, "wrong-type",
                subject + " must be " + expectation(schema) + ", not " + std::string(describe(node)),
                bare_hash ? "put colours that begin with '#' in quotes: without them a comment begins there" : "");
}

std::optional<Value> ValueReader::read_text(const ParamSchema& schema, const Node& node, const std::string& subject,
                                            bool* secret) {
  if (node.kind != Node::Kind::scalar) {
    wrong_kind(schema, node, subject);
    return std::nullopt;
  }
  const auto text = scope_.text(node, secret != nullptr && holds_text(schema.type));
  if (!text) return std::nullopt;
  if (!text->known) return Value{};
  if (secret) *secret = text->secret;
  Reading reading = read_scalar(schema, text->value, text->quoted);
  if (!reading.value) report_.error(node.mark, reading.code, subject + " " + reading.fault, reading.hint);
  return std::move(reading.value);
}

std::optional<Value> ValueReader::scalar(const ParamSchema& schema, const Node& node) {
  return read_text(schema, node, show(schema.name));
}

std::optional<Value> ValueReader::ranges(const ParamSchema& schema, const Node& node) {
  const bool is_list = node.kind == Node::Kind::list;
  const std::size_t size = is_list ? node.items.size() : 1;
  if (size == 0) {
    report_.error(node.mark, "empty-list", show(schema.name) + " needs at least one range, such as 5:00..5:15");
    return std::nullopt;
  }
  std::vector<base::TimePointRange> result;
  std::vector<const Node*> places;
  bool fine = true, known = true;
  for (std::size_t i = 0; i < size; ++i) {
    const Node& item = is_list ? node.items[i] : node;
    if (is_list && item.kind != Node::Kind::scalar) {
      report_.error(item.mark, "wrong-type",
                    "a range of " + show(schema.name) + " must be one text A..B, not " + std::string(describe(item)));
      fine = false;
      continue;
    }
    const auto range = scalar(schema, item);
    fine = fine && range.has_value();
    const auto* list = range ? std::get_if<std::vector<base::TimePointRange>>(&*range) : nullptr;
    known = known && (!range || list);
    if (!list) continue;
    result.push_back(list->front());
    places.push_back(&item);
  }
  const bool apart = schema.type == ParamType::ranges;  // moments and ranges of `times` may lie as they like
  for (const auto& [later, earlier] : apart ? overlaps(result) : decltype(overlaps(result)){}) {
    fine = false;
    report_.error(
        places[later]->mark, "overlapping-ranges",
        "the range " + base::format(result[later]) + " overlaps " + base::format(result[earlier]) + " given before",
        "join the two, or move one");
  }
  if (!fine) return std::nullopt;
  if (!known) return Value{};
  return Value{std::move(result)};
}

std::optional<Value> ValueReader::value(const ParamSchema& schema, const Node& node) {
  if (schema.type == ParamType::region) return region(schema, node);
  return is_list_of_ranges(schema.type) ? ranges(schema, node) : scalar(schema, node);
}

bool ValueReader::read(const ParamSchema& schema, const Node& node, Setting& setting) {
  if (node.kind == Node::Kind::list && !is_list_of_ranges(schema.type)) {
    const bool looks_animated = !node.items.empty() && node.items.front().kind == Node::Kind::map;
    if (schema.animatable) return keyframes(schema, node, setting);
    if (!looks_animated) {
      wrong_kind(schema, node, show(schema.name));
      return false;
    }
    report_.error(node.mark, "not-animatable", show(schema.name) + " cannot change over time: it takes no keyframes",
                  "give one value: " + expectation(schema));
    return false;
  }
  auto result =
      holds_text(schema.type) ? read_text(schema, node, show(schema.name), &setting.secret) : value(schema, node);
  if (!result) return false;
  const auto* uri = schema.type == ParamType::uri ? std::get_if<std::string>(&*result) : nullptr;
  if (const std::string reason = uri && options_.refuse_uri ? options_.refuse_uri(*uri) : ""; !reason.empty()) {
    report_.error(node.mark, "refused-uri", show(*uri) + " may not be used: " + reason);
    return false;
  }
  setting.value = std::move(*result);
  return true;
}

}  // namespace reel::model
