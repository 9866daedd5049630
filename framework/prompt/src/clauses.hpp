/// A sentence as clauses, each with the rule that it is said by.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "items.hpp"
#include "lexicon.hpp"

namespace reel::prompt {

/// All that is known of a prompt's words, before their meaning.
struct Reading {
  std::vector<Token> tokens;
  std::vector<Item> items;
  std::deque<Item> made;  ///< that stand nowhere: corrected ones
};

/// A rule, and what it took of a clause.
struct Match {
  const Rule* rule = nullptr;
  std::size_t begin = 0, end = 0;              ///< tokens of the clause
  std::vector<const Item*> items;              ///< that the rule takes, in order
  std::vector<const Item*> left;               ///< that it does not
  std::size_t thing_begin = 0, thing_end = 0;  ///< tokens of its object; the same: it has none
  std::vector<std::size_t> unknown;            ///< words that nothing took
  std::vector<std::size_t> said;               ///< words that the rule is said by
  double cost = 0;                             ///< how badly it fits; less than 10: all is taken
  std::size_t purpose = 0;                     ///< where `for …` begins that changes nothing; 0: nowhere
  bool lacks = false;                          ///< something that the rule needs is not said
  bool bare = false;                           ///< nothing but its verb: `blur` of `blur and mute`

  const Item* item(std::string_view kind) const;
};

/// The rules that may be used, found by their words.
class Rules {
 public:
  Rules(const Lexicon& lexicon, std::vector<Rule> of_stages);

  /// The rule that fits these tokens best; without rule: none does.
  Match best(const Reading& reading, std::size_t begin, std::size_t end) const;
  /// How a rule, already chosen, fits them: of a clause that goes on with the verb of the one before.
  Match again(const Rule& rule, const Reading& reading, std::size_t begin, std::size_t end) const;

  const Lexicon& lexicon() const { return lexicon_; }

 private:
  struct Way {
    const Rule* rule;
    const Pattern* pattern;
  };
  const Lexicon& lexicon_;
  std::vector<Rule> of_stages_;
  std::multimap<std::string, Way, std::less<>> by_word_;
};

/// One clause of a sentence.
struct ClauseRead {
  enum class Kind {
    rule,
    time,     ///< nothing but a time: it is of other clauses
    items,    ///< nothing but colours, places, …: they are of the clause before
    nothing,  ///< words that change nothing
  };
  Kind kind = Kind::rule;
  Match match;
  bool joined_by_and = false;  ///< `and` alone stands before it
  bool goes_on = false;        ///< its verb is that of the clause before
  bool corrects = false;       ///< `no,` or `I mean` stands before it
};

/// The clauses of the tokens [begin, end), which are one sentence.
std::vector<ClauseRead> clauses_of(const Rules& rules, const Reading& reading, std::size_t begin, std::size_t end);

/// `I filmed this at the sea`, `Kind regards`: nobody is asked to do anything.
bool tells(const Reading& reading, std::size_t begin, std::size_t end);

/// A word that is known and could have been meant by one that is not, or empty.
std::string meant_by(const Token& token, const Lexicon& lexicon);

}  // namespace reel::prompt
