/// Which rule a clause is said by.
#include <algorithm>
#include <functional>
#include <limits>

#include "clauses.hpp"

namespace reel::prompt {
namespace {

constexpr double unknown_word = 10, left_item = 8;

bool is_article(const Token& token) {
  return token.is_any({"the", "a", "an", "my", "this", "that", "of", "it", "its", "your"});
}

/// Shows a mood, no word: emoji and dingbats.
bool is_sign(const Token& token) {
  return token.kind == Token::Kind::word &&
         (token.text[0] == '\xF0' || (token.text.size() >= 2 && token.text[0] == '\xE2'));
}

class Fit {
 public:
  Fit(const Rule& rule, const Pattern* pattern, const Lexicon& lexicon, const Reading& reading, std::size_t begin,
      std::size_t end, std::function<bool(const Token&)> is_verb)
      : is_verb_(std::move(is_verb)),
        rule_(rule),
        pattern_(pattern),
        lexicon_(lexicon),
        tokens_(reading.tokens),
        used_(end - begin, Use::no) {
    match_.rule = &rule;
    match_.begin = begin;
    match_.end = end;
    for (const Item& item : reading.items)
      if (item.begin >= begin && item.end <= end) {
        items_.push_back(&item);
        for (std::size_t i = item.begin; i < item.end; ++i) used_[i - begin] = item.soft ? Use::soft : Use::hard;
      }
  }

  /// False: it is not said by this pattern.
  bool run() {
    if (pattern_ != nullptr) {
      if (!take_needed(0)) return false;
      for (const Group& group : pattern_->groups)
        for (double worth = group.optional ? -1 : -0.5; take(group, worth); worth = -0.25) {
        }
    }
    share_items();
    leave_words();
    // What is said behind `and` is likelier another clause.
    for (std::size_t i = match_.begin + 1; i + 1 < match_.end; ++i)
      if (tokens_[i].is_any({"and", ",", "then", ";"}) && used_[i - match_.begin] == Use::no)
        match_.cost += rule_.refuses.empty() ? 1 : 4;
    for (const Need& need : rule_.needs)
      if (!std::ranges::any_of(need.kinds, [&](const std::string& kind) { return has(kind); }))
        match_.lacks = true,
        match_.cost += rule_.action == "cut" || rule_.action == "keep" || rule_.action == "split" ? 3 : 6;
    std::ranges::sort(match_.said);
    return true;
  }

  Match result() && { return std::move(match_); }

 private:
  enum class Use : char { no, soft, hard, literal };

  bool has(const std::string& kind) const {
    if (kind == "file")
      return std::ranges::any_of(match_.items, [](const Item* item) { return item->kind.ends_with("-file"); });
    if (kind == "time") return std::ranges::any_of(match_.items, [](const Item* item) { return item->kind == "time"; });
    if (kind == "amount")
      return std::ranges::any_of(match_.items, [&](const Item* item) {
        return std::ranges::any_of(rule_.amounts,
                                   [&](const Amount& amount) { return amount.units.contains(item->kind); });
      });
    return match_.item(kind) != nullptr;
  }

  bool is(std::size_t token, const std::string& word) const {
    const Token& at = tokens_[token];
    return at.kind == Token::Kind::word
               ? at.stem == word
               : at.kind != Token::Kind::quote && at.kind != Token::Kind::file && at.text == word;
  }

  /// Tokens of the phrase from here on, or nothing.
  std::vector<std::size_t> phrase_at(const Phrase& phrase, std::size_t from) const {
    std::vector<std::size_t> taken;
    std::size_t at = from;
    for (const std::string& word : phrase) {
      while (!taken.empty() && at < match_.end && !is(at, word) && (is_article(tokens_[at]) || tokens_[at].is("-")) &&
             at - taken.back() < 3)
        ++at;
      if (at >= match_.end || !is(at, word)) return {};
      const Use use = used_[at - match_.begin];
      if (use == Use::hard || use == Use::literal) return {};
      taken.push_back(at++);
    }
    return taken;
  }

  /// All groups from the one of that number on which have to be said.
  bool take_needed(std::size_t number) {
    while (number < pattern_->groups.size() && pattern_->groups[number].optional) ++number;
    if (number == pattern_->groups.size()) return true;
    for (const Phrase& phrase : pattern_->groups[number].options)
      for (std::size_t at = match_.begin; at < match_.end; ++at) {
        const auto taken = phrase_at(phrase, at);
        if (taken.empty()) continue;
        const auto used = used_;
        const auto said = match_.said.size();
        const double cost = match_.cost;
        say(taken, -2);
        if (take_needed(number + 1)) return true;
        used_ = used;
        match_.said.resize(said);
        match_.cost = cost;
      }
    return false;
  }

  void say(const std::vector<std::size_t>& taken, double worth) {
    for (const std::size_t token : taken) {
      const bool filler =
          lexicon_.fillers.contains(tokens_[token].stem) || lexicon_.media.contains(tokens_[token].stem);
      used_[token - match_.begin] = Use::literal;
      match_.said.push_back(token);
      match_.cost += filler ? worth / 4 : worth;
    }
  }

  bool take(const Group& group, double worth) {
    for (const Phrase& phrase : group.options)
      for (std::size_t at = match_.begin; at < match_.end; ++at)
        if (const auto taken = phrase_at(phrase, at); !taken.empty()) {
          say(taken, worth);
          return true;
        }
    return false;
  }

  void share_items() {
    for (const Item* const item : items_) {
      bool spoken = false;
      for (std::size_t i = item->begin; i < item->end; ++i) spoken = spoken || used_[i - match_.begin] == Use::literal;
      if (item->kind == "time" && item->time.kind == TimeSaid::Kind::whole) {
        if (rule_.accepts("time")) match_.items.push_back(item);
        continue;
      }
      if (rule_.accepts(item->kind) || rule_.accepts(item->what())) {
        // Twice the same is likelier of two clauses.
        const bool again =
            std::ranges::any_of(match_.items, [&](const Item* other) { return other->what() == item->what(); });
        if (again) match_.cost += item->what() == "time" ? 0.5 : 4;
        if (item->what() == "edge" && !rule_.accepts("edge")) match_.cost += 1.5;
        // A word that the rule is said by may be a number or a place as well: `half speed`, `rotate left`.
        if (spoken && item->kind == "degree") continue;
        match_.items.push_back(item);
      } else if (!spoken) {
        if (pattern_ != nullptr && pattern_->thing && item->soft) continue;
        if (item->kind == "degree" || (item->kind == "bigness" && item->value == 1)) {
          match_.cost += 1;
          continue;
        }
        if (item->soft && item->kind != "number" && all_filler(*item)) continue;
        match_.left.push_back(item);
        match_.cost += left_item;
      }
    }
  }

  bool all_filler(const Item& item) const {
    for (std::size_t i = item.begin; i < item.end; ++i)
      if (!lexicon_.fillers.contains(tokens_[i].stem) && !lexicon_.media.contains(tokens_[i].stem)) return false;
    return true;
  }

  bool is_item_left_to_thing(std::size_t token) const {
    return std::ranges::any_of(items_, [&](const Item* item) {
      return token >= item->begin && token < item->end && item->soft &&
             std::ranges::find(match_.items, item) == match_.items.end();
    });
  }

  void leave_words() {
    std::vector<std::size_t> content, weak;
    for (std::size_t i = match_.begin; i < match_.end; ++i) {
      const Token& token = tokens_[i];
      const Use use = used_[i - match_.begin];
      if (use == Use::literal || use == Use::hard) continue;
      if (use == Use::soft) {
        if (pattern_ != nullptr && pattern_->thing && is_item_left_to_thing(i) &&
            !lexicon_.fillers.contains(token.stem))
          content.push_back(i);
        continue;
      }
      if (token.kind == Token::Kind::symbol || is_sign(token)) continue;
      if (lexicon_.fillers.contains(token.stem)) continue;
      if (lexicon_.media.contains(token.stem) || lexicon_.pronouns.contains(token.stem)) {
        weak.push_back(i);
        continue;
      }
      content.push_back(i);
    }
    if (pattern_ != nullptr && pattern_->thing) {
      take_thing(content, weak);
    } else {
      leave_purpose(content);
      match_.unknown = content;
      for (const std::size_t word : content) {
        const bool thing = lexicon_.objects.contains(tokens_[word].stem) || lexicon_.fixed.contains(tokens_[word].stem);
        match_.cost += (rule_.refuses.empty() && !rule_.complaint) || thing ? unknown_word : 3.5;
      }
      match_.bare = content.empty() && weak.empty() && match_.items.empty();
    }
  }

  /// `for the shop's window`, at the end: what it is good for changes nothing.
  void leave_purpose(std::vector<std::size_t>& content) {
    for (std::size_t i = match_.begin + 1; i < match_.end; ++i) {
      if (!tokens_[i].is("for")) continue;
      if (std::ranges::any_of(items_, [&](const Item* item) { return item->end > i; })) continue;
      const auto behind = std::ranges::lower_bound(content, i);
      const auto count = content.end() - behind;
      if (count == 0 || count > 4) continue;
      match_.cost += 1.5 * static_cast<double>(count);
      match_.purpose = i;
      content.erase(behind, content.end());
      return;
    }
  }

  /// The object is one run of words; fillers and what was taken may stand between them, times may not.
  void take_thing(const std::vector<std::size_t>& content, const std::vector<std::size_t>& weak) {
    const auto& words = content.empty() ? weak : content;
    if (words.empty()) {
      match_.cost += rule_.action.empty() ? -1 : 3;
      match_.bare = match_.items.empty();
      return;
    }
    match_.thing_begin = words.front();
    match_.thing_end = words.back() + 1;
    for (std::size_t i = match_.thing_begin; i < match_.thing_end; ++i) {
      const bool hard = used_[i - match_.begin] == Use::hard;
      const bool verb = used_[i - match_.begin] == Use::literal;
      if (hard || verb) match_.cost += hard ? unknown_word : 1.5;
    }
    for (const std::size_t word : words) {
      const bool known = lexicon_.objects.contains(tokens_[word].stem) || lexicon_.fixed.contains(tokens_[word].stem) ||
                         lexicon_.media.contains(tokens_[word].stem);
      const bool verb = !known && is_verb_(tokens_[word]);
      match_.cost += known ? 0.2 : verb ? 4 : 0.6;
    }
    match_.cost += words.size() > 6 ? 2.0 * static_cast<double>(words.size() - 6) : 0;
    if (content.empty()) match_.cost += 0.5;
  }

  std::function<bool(const Token&)> is_verb_;
  const Rule& rule_;
  const Pattern* pattern_;
  const Lexicon& lexicon_;
  const std::vector<Token>& tokens_;
  std::vector<Use> used_;
  std::vector<const Item*> items_;
  Match match_;
};

}  // namespace

const Item* Match::item(std::string_view kind) const {
  const auto found = std::ranges::find(items, kind, [](const Item* item) { return std::string_view(item->kind); });
  return found == items.end() ? nullptr : *found;
}

Rules::Rules(const Lexicon& lexicon, std::vector<Rule> of_stages)
    : lexicon_(lexicon), of_stages_(std::move(of_stages)) {
  const auto add = [&](const Rule& rule) {
    for (const Pattern& pattern : rule.say) {
      const auto group = std::ranges::find(pattern.groups, false, &Group::optional);
      if (group == pattern.groups.end()) continue;
      for (const Phrase& phrase : group->options)
        if (!phrase.empty()) by_word_.emplace(phrase.front(), Way{&rule, &pattern});
    }
  };
  for (const Rule& rule : lexicon_.rules) add(rule);
  for (const Rule& rule : of_stages_) add(rule);
}

Match Rules::best(const Reading& reading, std::size_t begin, std::size_t end) const {
  Match best;
  best.begin = begin;
  best.end = end;
  best.cost = std::numeric_limits<double>::max();
  std::vector<const Pattern*> tried;
  const auto is_verb = [this](const Token& token) { return by_word_.contains(token.stem); };
  for (std::size_t i = begin; i < end; ++i) {
    const Token& token = reading.tokens[i];
    const auto [first, last] = by_word_.equal_range(token.kind == Token::Kind::word ? token.stem : token.text);
    for (auto way = first; way != last; ++way) {
      if (std::ranges::find(tried, way->second.pattern) != tried.end()) continue;
      tried.push_back(way->second.pattern);
      Fit fit(*way->second.rule, way->second.pattern, lexicon_, reading, begin, end, is_verb);
      if (!fit.run()) continue;
      Match match = std::move(fit).result();
      // More words that mean nothing than words that it is said by: it was not meant.
      if (!match.rule->refuses.empty() && match.lacks) continue;
      const bool refuses = !match.rule->refuses.empty() || match.rule->complaint;
      if (!refuses &&
          (match.unknown.size() > 1 + match.said.size() || (match.lacks && match.unknown.size() > match.said.size())))
        continue;
      if (way->second.pattern->thing) match.cost += 1;
      if (match.cost < best.cost || (match.cost == best.cost && match.rule < best.rule)) best = std::move(match);
    }
  }
  return best;
}

Match Rules::again(const Rule& rule, const Reading& reading, std::size_t begin, std::size_t end) const {
  static const Pattern only_a_thing{.groups = {}, .thing = true};
  const bool thing = std::ranges::any_of(rule.say, &Pattern::thing);
  Fit fit(rule, thing ? &only_a_thing : nullptr, lexicon_, reading, begin, end,
          [this](const Token& token) { return by_word_.contains(token.stem); });
  fit.run();
  return std::move(fit).result();
}

}  // namespace reel::prompt
