#include "read_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "reel/base/text.hpp"
#include "report.hpp"

namespace reel::model {
namespace {

Reading good(Value value) { return {std::move(value), {}, {}, {}}; }
Reading bad(std::string code, std::string fault, std::string hint = {}) {
  return {std::nullopt, std::move(code), std::move(fault), std::move(hint)};
}

Reading wrong_type(const ParamSchema& schema, std::string_view text, std::string hint = {}) {
  const std::string found = text.empty() ? "empty" : show(text);
  return bad("wrong-type", "must be " + expectation(schema) + ", not " + found, std::move(hint));
}

/// For a text that would be right without its quotes.
Reading wrongly_quoted(const ParamSchema& schema, std::string_view text) {
  const bool helps = read_scalar(schema, text, false).value.has_value();
  return bad("wrong-type", "must be " + expectation(schema) + ", not a text in quotes",
             helps ? "write " + std::string(text) + " without the quotes" : "");
}

template <class T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_finite_number(std::string_view text) {
  const auto number = whole_number<double>(text);
  return number && std::isfinite(*number);
}

Reading check_limits(const ParamSchema& schema, double number, std::string_view text, Value value) {
  const bool below = schema.minimum && number < *schema.minimum, above = schema.maximum && number > *schema.maximum;
  if (!below && !above) return good(std::move(value));
  return bad("out-of-range", "must be " + allowed_range(schema) + ", not " + std::string(text));
}

/// For `8px` where 8 is meant, and for decimal commas.
std::string number_hint(const ParamSchema& schema, std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789.-"), text.size());
  const std::string_view number = text.substr(0, end);
  if (!is_finite_number(number)) return {};
  if (text.substr(end) == schema.unit && !schema.unit.empty())
    return "write " + std::string(number) + ": the unit is always " + schema.unit;
  if (end + 1 < text.size() && text[end] == ',' && is_finite_number(text.substr(end + 1)))
    return "write " + std::string(number) + "." + std::string(text.substr(end + 1));
  return {};
}

Reading read_boolean(const ParamSchema& schema, std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return good(true);
  if (text == "false" || text == "False" || text == "FALSE") return good(false);
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const std::string_view yes : {"yes", "on", "y", "1"})
    if (lower == yes) return wrong_type(schema, text, "write true");
  for (const std::string_view no : {"no", "off", "n", "0"})
    if (lower == no) return wrong_type(schema, text, "write false");
  return wrong_type(schema, text);
}

Reading read_integer(const ParamSchema& schema, std::string_view text) {
  if (const auto value = whole_number<std::int64_t>(text))
    return check_limits(schema, static_cast<double>(*value), text, *value);
  const auto number = whole_number<double>(text);
  if (number && std::isfinite(*number) && *number == std::floor(*number) && std::abs(*number) < 1e15)
    return wrong_type(schema, text, "write " + number_text(*number));
  return wrong_type(schema, text, number_hint(schema, text));
}

Reading read_number(const ParamSchema& schema, std::string_view text) {
  const auto value = whole_number<double>(text);
  if (value && std::isfinite(*value)) return check_limits(schema, *value, text, *value);
  return wrong_type(schema, text, number_hint(schema, text));
}

/// Faults that only say what was expected need to be told what was found.
std::string explained(std::string_view what, const std::string& fault, std::string_view text) {
  const std::string found = fault.starts_with("expected") ? ", not " + (text.empty() ? "nothing" : show(text)) : "";
  return std::string(what) + ": " + fault + found;
}

Reading read_time(const ParamSchema& schema, std::string_view text) {
  const auto parsed = base::parse_time(text);
  if (!parsed) return bad("bad-time", explained("is no time", parsed.fault, text));
  if (const auto* time = std::get_if<base::Time>(&*parsed))
    return check_limits(schema, base::seconds(*time), text, *parsed);
  return good(*parsed);
}

/// The range that was meant by one with its ends exchanged, or with another sign between them; or empty.
std::string nearest_range(std::string_view text) {
  for (const std::string_view between : {" .. ", "..", " - ", "-", "–", " to ", "..."}) {
    const auto at = text.find(between);
    if (at == std::string_view::npos || at == 0 || at + between.size() == text.size()) continue;
    const std::string begin(text.substr(0, at)), end(text.substr(at + between.size()));
    for (std::string range : {begin + ".." + end, end + ".." + begin})
      if (base::parse_range(range)) return range;
  }
  return {};
}

Reading read_range(std::string_view text) {
  const auto parsed = base::parse_range(text);
  const std::string near = parsed ? "" : nearest_range(text);
  if (!parsed)
    return bad("bad-range", explained("is no valid range", parsed.fault, text),
               near.empty() ? "" : "did you mean '" + near + "'?");
  return good(std::vector{*parsed});
}

Reading read_moment_or_range(const ParamSchema& schema, std::string_view text) {
  if (text.find("..") != std::string_view::npos) return read_range(text);
  Reading reading = read_time(schema, text);
  if (!reading.value) return reading;
  const auto moment = std::get<base::TimePoint>(*reading.value);
  return good(std::vector{base::TimePointRange{moment, moment}});
}

Reading read_choice(const ParamSchema& schema, std::string_view text) {
  std::vector<std::string> names;
  for (const Choice& choice : schema.choices) names.push_back(choice.name);
  if (std::find(names.begin(), names.end(), text) != names.end()) return good(std::string(text));
  return bad("unknown-choice", "must be " + expectation(schema) + ", not " + show(text), did_you_mean(text, names));
}

Reading read_color(const ParamSchema& schema, std::string_view text) {
  if (const auto color = parse_color(text)) return good(*color);
  // `#fff` without quotes is a YAML comment, so nothing is what arrives.
  return wrong_type(schema, text, did_you_mean(text, color_names()));
}

Reading read_text(const ParamSchema& schema, std::string_view text) {
  const bool names_something = schema.type == ParamType::file || schema.type == ParamType::uri;
  if (names_something && text.empty()) return wrong_type(schema, text);
  return good(std::string(text));
}

}  // namespace

Reading read_scalar(const ParamSchema& schema, std::string_view text, bool quoted) {
  switch (schema.type) {
    case ParamType::boolean:
      return quoted ? wrongly_quoted(schema, text) : read_boolean(schema, text);
    case ParamType::integer:
      return quoted ? wrongly_quoted(schema, text) : read_integer(schema, text);
    case ParamType::number:
      return quoted ? wrongly_quoted(schema, text) : read_number(schema, text);
    case ParamType::choice:
      return read_choice(schema, text);
    case ParamType::time:
      return read_time(schema, text);
    case ParamType::ranges:
      return read_range(text);
    case ParamType::times:
      return read_moment_or_range(schema, text);
    case ParamType::color:
      return read_color(schema, text);
    case ParamType::region:
      return wrong_type(schema, text);
    case ParamType::string:
    case ParamType::file:
    case ParamType::uri:
      break;
  }
  return read_text(schema, text);
}

std::string number_text(double number) {
  std::array<char, 400> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                    std::abs(number) < 1e15 && (number == 0 || std::abs(number) >= 1e-6) ? std::chars_format::fixed
                                                                                         : std::chars_format::general);
  return {buffer.data(), end};
}

std::string expectation(const ParamSchema& schema) {
  switch (schema.type) {
    case ParamType::boolean:
      return "true or false";
    case ParamType::integer:
      return "a whole number";
    case ParamType::number:
      return "a number";
    case ParamType::time:
      return "a time such as 5:00 or 250ms";
    case ParamType::ranges:
      return "a list of ranges such as [ 5:00..5:15 ]";
    case ParamType::times:
      return "a list of times and ranges such as [ 5:00, 6:00..6:01 ]";
    case ParamType::color:
      return "a colour such as red or \"#ff8800\"";
    case ParamType::region:
      return "a region: { box: [x, y, width, height] } or { polygon: [[x, y], …] }";
    case ParamType::file:
      return "the path of a file";
    case ParamType::uri:
      return "a path or URI";
    case ParamType::string:
      return "a text";
    case ParamType::choice:
      break;
  }
  constexpr std::size_t most_listed = 12;
  if (schema.choices.size() > most_listed) return "one of its " + std::to_string(schema.choices.size()) + " choices";
  std::vector<std::string> names;
  for (const Choice& choice : schema.choices) names.push_back(choice.name);
  return base::join_words(names, "or");
}

std::string allowed_range(const ParamSchema& schema) {
  const std::string unit = schema.type == ParamType::time ? "s" : schema.unit;
  const std::string suffix = unit.empty() ? "" : " " + unit;
  if (schema.minimum && schema.maximum)
    return "from " + number_text(*schema.minimum) + " to " + number_text(*schema.maximum) + suffix;
  if (schema.minimum) return "at least " + number_text(*schema.minimum) + suffix;
  if (schema.maximum) return "at most " + number_text(*schema.maximum) + suffix;
  return {};
}

}  // namespace reel::model
