#include "clauses.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <ranges>

namespace reel::prompt {
namespace {

/// More separators than this to one side of a clause are not looked at: what a sentence costs must not grow with its square.
constexpr std::size_t most_parts = 6;

class Sentence {
 public:
  Sentence(const Rules& rules, const Reading& reading, std::size_t begin, std::size_t end)
      : rules_(rules), reading_(reading), begin_(begin), end_(end) {
    item_of_.resize(reading.tokens.size());
    for (const Item& item : reading.items)
      for (std::size_t i = item.begin; i < item.end; ++i) item_of_[i] = &item;
    cuts_.push_back(begin);
    for (std::size_t i = begin; i < end; ++i) {
      const bool one_more = i > begin && cuts_.back() < i && separates(i) && all_separate(cuts_.back(), i);
      if (is_separator(i) && !one_more) cuts_.push_back(i);
    }
    cuts_.push_back(end);
  }

  std::vector<ClauseRead> best() {
    std::vector<Step> steps(cuts_.size());
    steps[0].cost = 0;
    for (std::size_t to = 1; to < cuts_.size(); ++to)
      for (std::size_t from = to > most_parts ? to - most_parts : 0; from < to; ++from) {
        if (corrected_within(from, to)) continue;
        auto [clause, cost] = read(from, to, steps[from].verb);
        cost += steps[from].cost + 0.4;
        if (cost >= steps[to].cost) continue;
        steps[to].cost = cost;
        steps[to].from = from;
        steps[to].verb = clause.kind == ClauseRead::Kind::rule ? clause.match.rule : steps[from].verb;
        steps[to].clause = std::move(clause);
      }
    std::vector<ClauseRead> clauses;
    for (std::size_t at = cuts_.size() - 1; at > 0; at = steps[at].from) clauses.push_back(std::move(steps[at].clause));
    std::ranges::reverse(clauses);
    return clauses;
  }

 private:
  /// `, and`: one place to part at.
  bool all_separate(std::size_t from, std::size_t to) const {
    return to - from < 8 ? std::ranges::all_of(std::views::iota(from, to), [&](std::size_t i) { return separates(i); })
                         : separates(to - 1);
  }

  struct Step {
    double cost = std::numeric_limits<double>::max();
    std::size_t from = 0;
    const Rule* verb = nullptr;
    ClauseRead clause;
  };

  bool in_item(std::size_t token) const { return item_of_[token] != nullptr && token > item_of_[token]->begin; }

  bool separates(std::size_t token) const {
    return reading_.tokens[token].is_any(
               {",", "and", "then", "also", "plus", "&", "but", ":", "(", ")", "-", "while", "+", "/", "|", "*"}) &&
           !in_item(token);
  }
  /// `so I can send it to them`, `because it is dark`.
  bool gives_reason(std::size_t token) const {
    return token + 1 < end_ && reading_.tokens[token].is_any({"so", "because", "since", "cause"}) &&
           reading_.tokens[token + 1].is_any({"i", "we", "it", "it's", "they", "that", "you", "he", "she", "people",
                                              "nobody", "everyone", "the", "my", "our"});
  }
  bool is_separator(std::size_t token) const {
    return token > begin_ && !in_item(token) && (separates(token) || correction(token) > 0 || gives_reason(token));
  }

  /// What is taken back stands in a clause of its own.
  bool corrected_within(std::size_t from, std::size_t to) const {
    for (std::size_t cut = from + 1; cut < to; ++cut)
      if (correction(cuts_[cut]) > 0) return true;
    return false;
  }

  bool says(std::size_t at, std::initializer_list<std::string_view> words) const {
    for (const std::string_view word : words)
      if (at >= end_ || !reading_.tokens[at++].is(word)) return false;
    return true;
  }

  /// How many tokens of `no, wait`, `I mean`, `sorry` stand here.
  std::size_t correction(std::size_t at) const {
    const bool apart = at == begin_ || reading_.tokens[at - 1].kind == Token::Kind::symbol ||
                       reading_.tokens[at - 1].is_any({"no", "sorry", "oh", "wait", "or"});
    if (says(at, {"i", "mean"}) || says(at, {"or", "rather"}) || says(at, {"scratch", "that"}) ||
        says(at, {"i", "meant"}))
      return 2;
    if (!apart) return 0;
    if (says(at, {"make", "that"}) || says(at, {"make", "it"}))
      return at > begin_ && item_at(at + 2) != nullptr && item_at(at + 2)->kind == "time" ? 2 : 0;
    if (reading_.tokens[at].is_any({"sorry", "actually", "wait", "correction", "oh", "oops", "rather", "nope"}))
      return 1;
    if (!reading_.tokens[at].is("no")) return 0;
    const bool stands_alone =
        at + 1 >= end_ || reading_.tokens[at + 1].kind != Token::Kind::word || item_at(at + 1) != nullptr ||
        reading_.tokens[at + 1].is_any({"wait", "sorry", "make", "i", "not", "rather", "actually", "it", "the", "from",
                                        "to", "at", "blur", "pixelate", "remove"});
    return stands_alone && at > begin_                                                           ? 1
           : stands_alone && at + 1 < end_ && reading_.tokens[at + 1].is_any({",", "wait", "-"}) ? 1
                                                                                                 : 0;
  }

  /// The first token of the clause behind its separators, and whether it corrects what was before.
  std::pair<std::size_t, bool> start(std::size_t cut) const {
    std::size_t at = cuts_[cut];
    bool corrects = false;
    for (;;) {
      const std::size_t marks = at < end_ && !in_item(at) ? correction(at) : 0;
      if (marks > 0) {
        corrects = true;
        at += marks;
      } else if (at < end_ && (cut > 0 || at > begin_ || corrects) && separates(at)) {
        ++at;
      } else {
        return {at, corrects};
      }
    }
  }

  std::pair<ClauseRead, double> read(std::size_t from, std::size_t to, const Rule* verb) const {
    ClauseRead clause;
    const auto [first, corrects] = start(from);
    const std::size_t begin = std::min(first, cuts_[to]), end = cuts_[to];
    clause.corrects = corrects;
    clause.joined_by_and =
        from > 0 && reading_.tokens[cuts_[from]].is_any({"and", "&", "+"}) && begin == cuts_[from] + 1;
    clause.match.begin = begin;
    clause.match.end = end;
    const auto plain = without_rule(clause, begin, end);
    if (plain && clause.kind == ClauseRead::Kind::nothing) return {std::move(clause), *plain};
    Match match = rules_.best(reading_, begin, end);
    double cost = match.rule != nullptr ? match.cost : 10.0 * static_cast<double>(end - begin) + 5;
    if (begin < end && tells(reading_, begin, end)) {
      const bool reason = gives_reason(begin);
      const bool of_a_thing = reading_.tokens[begin].is_any({"the", "these", "this", "some", "those"});
      const double of_talk = reason ? 0 : of_a_thing ? 3.5 : 1;
      if (reason || of_talk < cost) {
        cost = of_talk;
        match = {};
        match.begin = begin;
        match.end = end;
      }
      if (reason) {
        clause.kind = ClauseRead::Kind::rule;
        clause.match = std::move(match);
        return {std::move(clause), cost};
      }
    }
    bool goes_on = false;
    if (verb != nullptr) {
      Match again = rules_.again(*verb, reading_, begin, end);
      // Colours or places alone are more likely about what was asked for just before.
      const bool all_taken = again.left.empty() && again.unknown.empty();
      if (again.cost + 2.5 < cost && !(plain && clause.kind == ClauseRead::Kind::time) && (!plain || all_taken)) {
        cost = again.cost + 2.5;
        match = std::move(again);
        goes_on = true;
      }
    }
    if (plain && *plain < cost) return {std::move(clause), *plain};
    clause.kind = ClauseRead::Kind::rule;
    clause.match = std::move(match);
    clause.goes_on = goes_on;
    return {std::move(clause), cost};
  }

  /// Clauses of times, of other items, or of nothing that matters.
  std::optional<double> without_rule(ClauseRead& clause, std::size_t begin, std::size_t end) const {
    bool time = false, other = false, words = false;
    for (std::size_t i = begin; i < end;) {
      const Item* const item = item_at(i);
      if (item != nullptr) {
        (item->kind == "time" ? time : other) = true;
        clause.match.items.push_back(item);
        i = std::max(i + 1, item->end);
        continue;
      }
      const Token& token = reading_.tokens[i++];
      const auto& lexicon = rules_.lexicon();
      words = words || (token.kind != Token::Kind::symbol && !lexicon.fillers.contains(token.stem));
    }
    if (words) {
      clause.match.items.clear();
      return std::nullopt;
    }
    clause.kind = time && !other  ? ClauseRead::Kind::time
                  : time || other ? ClauseRead::Kind::items
                                  : ClauseRead::Kind::nothing;
    return clause.kind == ClauseRead::Kind::nothing ? 0 : clause.kind == ClauseRead::Kind::time ? 0.5 : 1.5;
  }

  const Item* item_at(std::size_t token) const { return token < item_of_.size() ? item_of_[token] : nullptr; }

  const Rules& rules_;
  const Reading& reading_;
  std::size_t begin_, end_;
  std::vector<std::size_t> cuts_;
  std::vector<const Item*> item_of_;  ///< by token
};

/// How many letters are missing, too many, wrong or in each other's place; more than `most` counts as `most` + 1. Words of up to 24 letters.
std::size_t slips(std::string_view a, std::string_view b, std::size_t most) {
  if (a.size() > b.size() + most || b.size() > a.size() + most || b.size() > 24) return most + 1;
  std::array<std::array<std::uint8_t, 26>, 26> cost{};
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = static_cast<std::uint8_t>(i + j);
        continue;
      }
      const int other = a[i - 1] == b[j - 1] ? 0 : 1;
      int least = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + other});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least = std::min(least, cost[i - 2][j - 2] + 1);
      cost[i][j] = static_cast<std::uint8_t>(least);
    }
  return cost[a.size()][b.size()];
}

}  // namespace

std::vector<ClauseRead> clauses_of(const Rules& rules, const Reading& reading, std::size_t begin, std::size_t end) {
  return Sentence(rules, reading, begin, end).best();
}

bool tells(const Reading& reading, std::size_t begin, std::size_t end) {
  const auto item_at = [&](std::size_t token) -> const Item* {
    for (const Item& item : reading.items)
      if (token >= item.begin && token < item.end) return &item;
    return nullptr;
  };
  const auto is_time = [&](std::size_t token) { return item_at(token) != nullptr && item_at(token)->kind == "time"; };
  std::size_t first = begin;
  while (first < end && (reading.tokens[first].kind == Token::Kind::symbol || is_time(first))) ++first;
  if (first == end) return true;
  const auto& tokens = reading.tokens;
  const bool sees = first + 1 < end && tokens[first].is_any({"one", "you", "we", "i"}) &&
                    (tokens[first + 1].is_any({"see", "hear"}) ||
                     (tokens[first + 1].is("can") && first + 2 < end && tokens[first + 2].is_any({"see", "hear"})));
  if (sees) return true;
  const bool reason = first + 1 < end && tokens[first].is_any({"so", "because", "since", "cause"}) &&
                      tokens[first + 1].is_any({"i", "we", "it", "it's", "they", "that", "you", "he", "she", "people",
                                                "nobody", "everyone", "the", "my", "our"});
  if (reason) return true;
  const bool of_us = tokens[first].is_any({"i", "we"}) && first + 1 < end &&
                     tokens[first + 1].is_any({"have", "had", "filmed", "shot", "recorded", "made", "am", "was", "were",
                                               "took", "think", "love", "hate", "like", "know", "can't"});
  const bool wish = std::any_of(tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                                tokens.begin() + static_cast<std::ptrdiff_t>(end), [](const Token& token) {
                                  return token.is_any({"want", "need", "please", "should", "must"});
                                });
  if (of_us && !wish) return true;
  for (std::size_t i = begin; i < end; ++i)
    if (tokens[i].is_any({"want", "need", "should", "must", "please", "could", "would", "can", "make", "add", "have",
                          "put", "lets", "let's", "don't", "without", "no", "not"}) ||
        (item_at(i) != nullptr && !is_time(i) && !item_at(i)->soft))
      return false;
  return tokens[first].is_any({"i",        "we",        "my",    "our",   "the",   "it",        "it's",    "its",
                               "this",     "there",     "he",    "she",   "they",  "dear",      "kind",    "best",
                               "regards",  "sincerely", "love",  "hello", "hi",    "hey",       "sorry",   "so",
                               "as",       "these",     "those", "that",  "yours", "greetings", "because", "someone",
                               "somebody", "good",      "some",  "which", "since"});
}

std::string meant_by(const Token& token, const Lexicon& lexicon) {
  if (token.kind != Token::Kind::word || token.text.size() < 4 || token.text.size() > 24 ||
      lexicon.vocabulary.contains(token.text))
    return {};
  const std::size_t most = token.text.size() >= 8 ? 2 : 1;
  std::string best;
  std::size_t least = most + 1;
  for (const std::string& word : lexicon.vocabulary) {
    if (word.size() < 3 || (word.size() < 4 && token.text.size() > 4)) continue;
    // The first letter is right, or has changed places with the second.
    const bool begins = word[0] == token.text[0] || (word[0] == token.text[1] && word[1] == token.text[0]);
    if (!begins) continue;
    std::size_t count = slips(token.text, word, most);
    if (count > most) continue;
    count = 2 * count + (word[0] == token.text[0] ? 0 : 1);
    if (count < 2 * least || (count == 2 * least && best.size() < word.size())) {
      best = word;
      least = count / 2;
    }
  }
  return best;
}

}  // namespace reel::prompt
