#include "read_value.hpp"

namespace reel::model {

std::optional<Keyframe> ValueReader::keyframe(const ParamSchema& schema, const Node& node) {
  static const ParamSchema at_schema{.name = "at", .type = ParamType::time};
  static const ParamSchema curve_schema{
      .name = "curve", .type = ParamType::choice, .choices = {{"linear", ""}, {"ease", ""}, {"hold", ""}}};
  if (node.kind != Node::Kind::map) {
    report_.error(node.mark, "bad-keyframe", "a keyframe is a map such as { at: 5:00, value: … }");
    return std::nullopt;
  }
  check_keys(node, {"at", "value", "curve"}, "a keyframe", report_);
  for (const std::string_view key : {"at", "value"})
    if (!node.find(key)) report_.error(node.mark, "bad-keyframe", "this keyframe has no " + show(key));
  const Node *at_node = node.find("at"), *value_node = node.find("value"), *curve_node = node.find("curve");
  const auto at = at_node ? scalar(at_schema, *at_node) : std::nullopt;
  auto given = value_node ? value(schema, *value_node) : std::nullopt;
  const auto curve = curve_node ? scalar(curve_schema, *curve_node) : Value{std::string("linear")};
  if (!at || !given || !curve) return std::nullopt;
  Keyframe result{base::Time{-1}, std::move(*given)};  // a negative time: not known yet
  if (const auto* point = std::get_if<base::TimePoint>(&*at)) result.at = *point;
  if (const auto* name = std::get_if<std::string>(&*curve))
    result.curve = *name == "hold" ? Curve::hold : *name == "ease" ? Curve::ease : Curve::linear;
  return result;
}

bool ValueReader::check_time(const Node& node, const Keyframe& before, const Keyframe& now) {
  if (before.at.index() != now.at.index() || clock_count(now.at) > clock_count(before.at)) return true;
  const Mark mark = node.find("at")->mark;
  if (now.at == before.at)
    report_.error(mark, "keyframe-order", "there are two keyframes at " + base::format(now.at));
  else
    report_.error(
        mark, "keyframe-order",
        "keyframes must go forward in time, but " + base::format(now.at) + " comes after " + base::format(before.at),
        "sort them by 'at'");
  return false;
}

bool ValueReader::check_shape(const ParamSchema& schema, const Node& node, const Keyframe& before,
                              const Keyframe& now) {
  const auto *a = std::get_if<Region>(&before.value), *b = std::get_if<Region>(&now.value);
  if (!a || !b) return true;
  if (a->shape == b->shape && a->pixels == b->pixels && a->points.size() == b->points.size()) return true;
  report_.error(node.find("value")->mark, "bad-keyframe",
                "all keyframes of " + show(schema.name) + " need the same shape, unit and number of corners");
  return false;
}

bool ValueReader::keyframes(const ParamSchema& schema, const Node& node, Setting& setting) {
  if (node.items.empty()) {
    report_.error(node.mark, "empty-list", show(schema.name) + " needs a value or at least one keyframe",
                  "write [ { at: 0, value: … } ]");
    return false;
  }
  std::vector<Keyframe> result;
  bool known = true;
  for (const Node& item : node.items) {
    auto one = keyframe(schema, item);
    if (!one) continue;
    const auto* at = std::get_if<base::Time>(&one->at);
    known = known && !(at && at->count() < 0) && !std::holds_alternative<std::monostate>(one->value);
    result.push_back(std::move(*one));
  }
  if (result.size() < node.items.size()) return false;
  if (!known) return true;
  bool fine = true;
  for (std::size_t i = 1; i < result.size(); ++i) {
    fine = check_time(node.items[i], result[i - 1], result[i]) && fine;
    fine = check_shape(schema, node.items[i], result[i - 1], result[i]) && fine;
  }
  if (fine) setting.keyframes = std::move(result);
  return fine;
}

}  // namespace reel::model
