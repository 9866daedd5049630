/// The words that the planner knows: those of lexicon.yaml, and those that stages say of themselves.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reel/model/stage.hpp"
#include "token.hpp"

namespace reel::prompt {

/// Words in a row, as stems; numbers and symbols as they stand.
using Phrase = std::vector<std::string>;

struct Group {
  std::vector<Phrase> options;  ///< long ones first
  bool optional = false;
};

/// One way to say something: groups in any order.
struct Pattern {
  std::vector<Group> groups;
  bool thing = false;  ///< takes the words that are left as its object
};

/// A parameter that is said by more or less.
struct Amount {
  std::string param;
  double base = 0, step = 0;
  std::map<std::string, double> units;
  bool quiet = false;
};

struct Need {
  std::vector<std::string> kinds;  ///< one of these
  std::string code, text;
};

struct Rule {
  std::vector<Pattern> say;
  std::string stage, action;
  std::vector<std::pair<std::string, std::string>> with;
  std::map<std::string, std::vector<std::string>> takes;  ///< by kind: the parameter and what goes with it
  std::vector<Amount> amounts;
  std::vector<Need> needs;
  bool complaint = false;  ///< says what is wrong: nothing where something is asked for as well
  std::string asks, refuses, text;
  std::vector<std::string> choices;

  bool accepts(const std::string& kind) const;
};

struct Lexicon {
  std::vector<Rule> rules;
  std::set<std::string, std::less<>> fillers, media, pronouns;     ///< stems
  std::map<std::string, std::string, std::less<>> objects;         ///< stem: label
  std::set<std::string, std::less<>> fixed, drawn, plural;         ///< stems; plural: words as they stand
  std::map<std::string, std::string, std::less<>> colors;          ///< word: #rrggbb
  std::map<std::string, std::vector<Phrase>, std::less<>> called;  ///< other words for stages that are there
  std::set<std::string, std::less<>> vocabulary;                   ///< all words, as they stand
};

/// That of lexicon.yaml. Any thread.
const Lexicon& lexicon();

/// Rules for what a stage says of itself: its name, its title, its synonyms. `pattern => name=value name=value` as a synonym sets
/// parameters.
std::vector<Rule> rules_of(const model::StageTraits& stage);

/// The text of lexicon.yaml.
std::string_view lexicon_yaml();

}  // namespace reel::prompt
