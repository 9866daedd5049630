#include <array>
#include <string_view>
#include <utility>

#include "times.hpp"

namespace reel::prompt {
namespace {

using Numeral = std::pair<std::string_view, int>;

constexpr std::array<Numeral, 28> numerals{
    {{"zero", 0},      {"one", 1},       {"two", 2},       {"three", 3},    {"four", 4},     {"five", 5},
     {"six", 6},       {"seven", 7},     {"eight", 8},     {"nine", 9},     {"ten", 10},     {"eleven", 11},
     {"twelve", 12},   {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17},
     {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},   {"thirty", 30},  {"forty", 40},   {"fourty", 40},
     {"fifty", 50},    {"sixty", 60},    {"seventy", 70},  {"eighty", 80}}};

constexpr std::array<Numeral, 24> ordinals{
    {{"first", 1},      {"second", 2},       {"third", 3},       {"fourth", 4},      {"fifth", 5},
     {"sixth", 6},      {"seventh", 7},      {"eighth", 8},      {"ninth", 9},       {"tenth", 10},
     {"eleventh", 11},  {"twelfth", 12},     {"thirteenth", 13}, {"fourteenth", 14}, {"fifteenth", 15},
     {"sixteenth", 16}, {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},
     {"thirtieth", 30}, {"fortieth", 40},    {"fiftieth", 50},   {"sixtieth", 60}}};

std::optional<int> numeral(const Token& token) {
  if (token.kind != Token::Kind::word) return std::nullopt;
  if (token.text == "ninety") return 90;
  for (const auto& [word, value] : numerals)
    if (token.text == word) return value;
  return std::nullopt;
}

bool at(std::span<const Token> tokens, std::size_t i, std::initializer_list<std::string_view> these) {
  return i < tokens.size() && tokens[i].is_any(these);
}

/// `twenty five`, `a hundred and twenty`, `twenty-five`.
std::optional<Number> spelled_out(std::span<const Token> tokens) {
  std::size_t i = 0;
  int total = 0;
  bool any = false;
  if (at(tokens, 0, {"a", "one"}) && at(tokens, 1, {"hundred"})) {
    total = 100;
    i = 2;
    any = true;
  } else if (const auto units = i < tokens.size() ? numeral(tokens[i]) : std::nullopt) {
    any = true;
    total = *units;
    ++i;
    if (at(tokens, i, {"hundred"})) total *= 100, ++i;
  }
  if (!any) return std::nullopt;
  if (total >= 100 && total % 100 == 0) {
    const std::size_t behind_and = at(tokens, i, {"and"}) ? i + 1 : i;
    if (const auto rest = behind_and < tokens.size() ? numeral(tokens[behind_and]) : std::nullopt) {
      total += *rest;
      i = behind_and + 1;
    }
  }
  if (total % 10 == 0 && total % 100 >= 20) {
    const std::size_t behind_dash = at(tokens, i, {"-"}) ? i + 1 : i;
    const auto ones = behind_dash < tokens.size() ? numeral(tokens[behind_dash]) : std::nullopt;
    if (ones && *ones > 0 && *ones < 10) {
      total += *ones;
      i = behind_dash + 1;
    }
  }
  return Number{static_cast<double>(total), i};
}

/// `1/2`, `1 1/2`.
std::optional<Number> fraction(std::span<const Token> tokens) {
  if (tokens.size() < 3 || tokens[0].kind != Token::Kind::number || !tokens[1].is("/") || !tokens[1].glued ||
      tokens[2].kind != Token::Kind::number || tokens[2].number <= 0)
    return std::nullopt;
  return Number{tokens[0].number / tokens[2].number, 3};
}

}  // namespace

std::optional<int> ordinal(const Token& token) {
  if (token.kind != Token::Kind::word) return std::nullopt;
  for (const auto& [word, value] : ordinals)
    if (token.text == word) return value;
  return std::nullopt;
}

std::optional<Number> read_number(std::span<const Token> tokens) {
  if (tokens.empty()) return std::nullopt;
  if (const auto part = fraction(tokens)) return part;
  std::optional<Number> whole;
  if (tokens[0].kind == Token::Kind::number) {
    whole = Number{tokens[0].number, 1};
    if (const auto part = fraction(tokens.subspan(1)); part && !tokens[1].glued) {
      whole->value += part->value;
      whole->tokens += part->tokens;
      return whole;
    }
  } else if (at(tokens, 0, {"a"}) && at(tokens, 1, {"couple"})) {
    whole = Number{2, at(tokens, 2, {"of"}) ? 3U : 2U};
  } else if (at(tokens, 0, {"half"})) {
    return Number{0.5, at(tokens, 1, {"a", "an"}) ? 2U : 1U};
  } else {
    whole = spelled_out(tokens);
  }
  if (whole && at(tokens, whole->tokens, {"and"}) && at(tokens, whole->tokens + 1, {"a"}) &&
      at(tokens, whole->tokens + 2, {"half"})) {
    whole->value += 0.5;
    whole->tokens += 3;
  }
  return whole;
}

}  // namespace reel::prompt
