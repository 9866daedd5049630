#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "reel/base/error.hpp"
#include "reel/planner/plan.hpp"

namespace reel::planner {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& why) {
  throw base::InputError("this is no plan: " + why,
                         "`reel run --report FILE.json` and `reel explain --json` write one that can be read");
}

const json& member(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (!object.is_object() || found == object.end()) refuse(std::string("'") + name + "' is missing");
  return *found;
}

std::size_t number(const json& object, const char* name) {
  const json& value = member(object, name);
  if (!value.is_number_unsigned()) refuse(std::string("'") + name + "' is no number of pictures");
  return value.get<std::size_t>();
}

base::TimeRange range(const json& object, const char* name) {
  constexpr double longest = 1e8;  // seconds
  const json& value = member(object, name);
  const auto good = [&](const json& v) { return v.is_number() && std::abs(v.get<double>()) <= longest; };
  if (!value.is_array() || value.size() != 2 || !good(value[0]) || !good(value[1]))
    refuse(std::string("'") + name + "' is no pair of times in seconds");
  const auto time = [](const json& v) { return base::Time{std::llround(v.get<double>() * 1e9)}; };
  return {time(value[0]), time(value[1])};
}

Treatment treatment(const json& object) {
  const json& value = member(object, "treatment");
  for (const auto& [name, known] : {std::pair{"none", Treatment::none}, std::pair{"copy", Treatment::copy},
                                    std::pair{"splice", Treatment::splice}, std::pair{"render", Treatment::render}})
    if (value == name) return known;
  refuse("'treatment' is none, copy, splice or render");
}

Span::Kind kind(const json& object) {
  const json& kind = member(object, "kind");
  if (kind != "copy" && kind != "render") refuse("'kind' of a span is copy or render");
  return kind == "copy" ? Span::Kind::copy : Span::Kind::render;
}

Span span(const json& object) {
  Span span{.kind = kind(object),
            .first = number(object, "first"),
            .end = number(object, "end"),
            .source = range(object, "source_seconds"),
            .output = range(object, "output_seconds")};
  if (span.first >= span.end) refuse("a span ends before it begins");
  span.first_packet = object.contains("first_packet") ? number(object, "first_packet") : span.first;
  if (object.contains("marked_packet")) span.marked = number(object, "marked_packet");
  if (object.contains("held")) span.held = number(object, "held");
  if (const auto reason = object.find("reason"); reason != object.end() && reason->is_string())
    span.reason = reason->get<std::string>();
  return span;
}

std::int64_t whole(const json& object, const char* name) {
  constexpr std::int64_t most = 1'000'000'000'000;
  const json& value = member(object, name);
  if (!value.is_number_integer() || std::abs(value.get<double>()) > double(most))
    refuse(std::string("'") + name + "' is no whole number that makes sense");
  return value.get<std::int64_t>();
}

SoundPlan sound(const json& object) {
  SoundPlan plan;
  plan.grid.rate = static_cast<int>(std::clamp<std::int64_t>(whole(object, "rate"), 1, 10'000'000));
  plan.grid.frame = static_cast<int>(std::clamp<std::int64_t>(whole(object, "packet_samples"), 1, 1'000'000));
  plan.grid.first = whole(object, "first_sample");
  const json& spans = member(object, "spans");
  if (!spans.is_array()) refuse("'spans' of the sound is no list");
  for (const json& s : spans) {
    SoundSpan span{.kind = kind(s), .first = whole(s, "first"), .end = whole(s, "end"), .moved = whole(s, "moved")};
    if (span.first >= span.end) refuse("a span of sound ends before it begins");
    (span.kind == Span::Kind::copy ? plan.copied : plan.rendered) += span.packets();
    plan.spans.push_back(std::move(span));
  }
  return plan;
}

}  // namespace

Plan read_plan(const std::string& text) {
  const json read = json::parse(text, nullptr, false);
  if (read.is_discarded()) refuse("it is not JSON");
  if (!read.is_object()) refuse("it is no JSON object");
  if (!read.contains("plan") && read.contains("artifacts"))
    throw base::InputError("this report has no plan: everything was rendered, so nothing of the source was kept");
  const json& object = read.contains("plan") ? read["plan"] : read;
  Plan plan{.pictures = treatment(member(object, "pictures")), .sound = treatment(member(object, "sound"))};
  if (plan.sound == Treatment::splice) plan.parts = sound(object["sound"]);
  const json& spans = member(object, "spans");
  if (!spans.is_array()) refuse("'spans' is no list");
  for (const json& s : spans) {
    plan.spans.push_back(span(s));
    (plan.spans.back().kind == Span::Kind::copy ? plan.copied : plan.rendered) += plan.spans.back().pictures();
  }
  return plan;
}

}  // namespace reel::planner
