#include "lexicon.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "reel/model/document.hpp"

namespace reel::prompt {
namespace {

using model::Node;

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(at);
    if (end != 0) parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::vector<std::string> words_in(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '\n', ' ');
  return split(spaced, ' ');
}

double number_in(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// `get-rid-of`: words in a row.
Phrase phrase_of(std::string text, std::set<std::string, std::less<>>* vocabulary) {
  std::ranges::replace(text, '-', ' ');
  Phrase phrase;
  for (const Token& token : tokenize(text)) {
    if (token.kind == Token::Kind::word && vocabulary != nullptr) vocabulary->insert(token.text);
    phrase.push_back(token.kind == Token::Kind::word ? token.stem : token.text);
  }
  return phrase;
}

class Patterns {
 public:
  Patterns(const std::map<std::string, std::string>& classes, std::set<std::string, std::less<>>* vocabulary)
      : classes_(classes), vocabulary_(vocabulary) {}

  Pattern read(const std::string& text) const {
    Pattern pattern;
    for (const std::string& word : words_in(text)) {
      if (word == "thing" || word == "thing?") {
        pattern.thing = true;
      } else {
        pattern.groups.push_back(group(word));
      }
    }
    return pattern;
  }

 private:
  Group group(std::string text) const {
    Group group;
    group.optional = text.ends_with('?');
    if (group.optional) text.pop_back();
    for (const std::string& option : split(text, '|')) add(group, option);
    std::ranges::stable_sort(group.options, std::greater{}, &Phrase::size);
    return group;
  }

  void add(Group& group, std::string option) const {
    if (option.ends_with('?')) {
      option.pop_back();
      group.optional = true;
    }
    if (!option.starts_with('@')) return group.options.push_back(phrase_of(option, vocabulary_));
    const auto known = classes_.find(option.substr(1));
    if (known == classes_.end()) throw std::logic_error("lexicon.yaml: no group of words is named " + option);
    for (const std::string& word : split(known->second, '|')) group.options.push_back(phrase_of(word, vocabulary_));
  }

  const std::map<std::string, std::string>& classes_;
  std::set<std::string, std::less<>>* vocabulary_;
};

std::vector<std::string> list_in(const Node& node) {
  if (node.kind == Node::Kind::scalar) return {node.scalar};
  std::vector<std::string> texts;
  for (const Node& item : node.items) texts.push_back(item.scalar);
  return texts;
}

Amount amount_in(const Node& node) {
  Amount amount;
  for (const Node::Entry& entry : node.entries) {
    if (entry.key == "param") amount.param = entry.value.scalar;
    if (entry.key == "base") amount.base = number_in(entry.value.scalar);
    if (entry.key == "step") amount.step = number_in(entry.value.scalar);
    if (entry.key == "quiet") amount.quiet = entry.value.scalar == "true";
    if (entry.key == "units")
      for (const Node::Entry& unit : entry.value.entries) amount.units[unit.key] = number_in(unit.value.scalar);
  }
  return amount;
}

void read_takes(const Node& node, Rule& rule) {
  for (const Node& item : node.items) rule.takes[item.scalar];
  for (const Node::Entry& entry : node.entries) {
    auto& takes = rule.takes[entry.key] = list_in(entry.value);
    for (const Node::Entry& look : entry.value.entries) takes.push_back(look.key + ":" + look.value.scalar);
  }
}

Rule rule_in(const Node& node, const Patterns& patterns) {
  Rule rule;
  for (const Node::Entry& entry : node.entries) {
    const Node& value = entry.value;
    if (entry.key == "say")
      for (const std::string& text : list_in(value)) rule.say.push_back(patterns.read(text));
    if (entry.key == "stage") rule.stage = value.scalar;
    if (entry.key == "do") rule.action = value.scalar;
    if (entry.key == "with")
      for (const Node::Entry& set : value.entries) rule.with.emplace_back(set.key, set.value.scalar);
    if (entry.key == "takes") read_takes(value, rule);
    if (entry.key == "amount") {
      for (const Node& item : value.items) rule.amounts.push_back(amount_in(item));
      if (value.kind == Node::Kind::map) rule.amounts.push_back(amount_in(value));
    }
    if (entry.key == "needs")
      for (const Node::Entry& need : value.entries)
        rule.needs.push_back({split(need.key, '|'), list_in(need.value).at(0), list_in(need.value).at(1)});
    if (entry.key == "complaint") rule.complaint = value.scalar == "true";
    if (entry.key == "asks") rule.asks = value.scalar;
    if (entry.key == "refuses") rule.refuses = value.scalar;
    if (entry.key == "text") rule.text = value.scalar;
    if (entry.key == "choices") rule.choices = list_in(value);
  }
  return rule;
}

std::set<std::string, std::less<>> stems_in(const Node& node, std::set<std::string, std::less<>>& vocabulary,
                                            char between = ' ') {
  std::set<std::string, std::less<>> stems;
  for (const std::string& word : between == ' ' ? words_in(node.scalar) : split(node.scalar, between)) {
    vocabulary.insert(word);
    stems.insert(stem(spelled(word)));
  }
  return stems;
}

Lexicon read_lexicon() {
  model::Diagnosed diagnosed;
  const model::Document document = model::parse_document("lexicon.yaml", std::string(lexicon_yaml()), diagnosed);
  if (diagnosed.has_errors()) throw std::logic_error(model::to_text(diagnosed));
  const auto at = [&](std::string_view key) -> const Node& {
    const Node* const found = document.root.find(key);
    if (found == nullptr) throw std::logic_error("lexicon.yaml: nothing is said of " + std::string(key));
    return *found;
  };
  Lexicon read;
  std::map<std::string, std::string> classes;
  for (const Node::Entry& entry : at("words").entries) classes[entry.key] = entry.value.scalar;
  const Patterns patterns(classes, &read.vocabulary);
  for (const Node& node : at("rules").items) read.rules.push_back(rule_in(node, patterns));
  read.fillers = stems_in(at("fillers"), read.vocabulary);
  read.media = stems_in(at("media"), read.vocabulary);
  stems_in(at("known"), read.vocabulary);
  read.pronouns = stems_in(at("pronouns"), read.vocabulary);
  read.fixed = stems_in(at("fixed"), read.vocabulary, '|');
  read.drawn = stems_in(at("drawn"), read.vocabulary, '|');
  for (const std::string& word : split(at("plural").scalar, '|')) read.plural.insert(word);
  for (const Node::Entry& entry : at("objects").entries)
    for (const std::string& word : split(entry.value.scalar, '|')) {
      read.vocabulary.insert(word);
      read.objects[stem(spelled(word))] = entry.key;
    }
  for (const Node::Entry& entry : at("called").entries)
    for (const std::string& word : split(entry.value.scalar, '|'))
      read.called[entry.key].push_back(phrase_of(word, &read.vocabulary));
  for (const Node::Entry& entry : at("colors").entries) {
    read.vocabulary.insert(entry.key);
    read.colors[entry.key] = entry.value.scalar;
  }
  return read;
}

/// Of a stage that lexicon.yaml does not speak of: what kinds of things its parameters are.
void take_params(const model::StageTraits& stage, Rule& rule) {
  if (stage.allows_during) rule.takes["time"] = {"during"};
  for (const model::ParamSchema& param : stage.params) {
    using enum model::ParamType;
    const auto take = [&](const std::string& kind) { rule.takes.try_emplace(kind, std::vector{param.name}); };
    if (param.type == color) take("color");
    if (param.type == string) take("text");
    if (param.type == file) take("file");
    if (param.type == region) take("drawn");
    if (param.type == time) take("length");
    if ((param.type == number || param.type == integer) && param.unit == "%") take("percent");
    if ((param.type == number || param.type == integer) && param.unit == "px") take("px");
    if (param.type == number || param.type == integer) take("number");
    if (!param.required) continue;
    if (param.type == color)
      rule.needs.push_back({{"color"}, "which-color", "which colour for its " + param.name + "?"});
    if (param.type == string)
      rule.needs.push_back({{"text"}, "which-text", "which " + param.name + "? Put it in quotation marks"});
    if (param.type == file) rule.needs.push_back({{"file"}, "which-file", "which file for its " + param.name + "?"});
  }
}

}  // namespace

bool Rule::accepts(const std::string& kind) const {
  if (takes.contains(kind) || (kind.ends_with("-file") && takes.contains("file"))) return true;
  return std::ranges::any_of(amounts,
                             [&](const Amount& amount) { return kind == "degree" || amount.units.contains(kind); });
}

const Lexicon& lexicon() {
  static const Lexicon read = read_lexicon();
  return read;
}

std::vector<Rule> rules_of(const model::StageTraits& stage) {
  static const std::map<std::string, std::string> none;
  const Patterns patterns(none, nullptr);
  std::vector<std::string> sayings = stage.synonyms;
  const auto slash = stage.name.find('/');
  sayings.push_back(slash == std::string::npos ? stage.name : stage.name.substr(slash + 1));
  sayings.push_back(stage.title);
  std::vector<Rule> rules;
  for (const std::string& saying : sayings) {
    Rule rule;
    rule.stage = stage.name;
    const auto arrow = saying.find("=>");
    std::string words = saying.substr(0, arrow);
    std::ranges::replace(words, ' ', '-');
    while (words.ends_with('-')) words.pop_back();
    if (words.empty()) continue;
    rule.say.push_back(patterns.read(words));
    if (arrow != std::string::npos)
      for (const std::string& set : words_in(saying.substr(arrow + 2)))
        if (const auto equals = set.find('='); equals != std::string::npos)
          rule.with.emplace_back(set.substr(0, equals), set.substr(equals + 1));
    take_params(stage, rule);
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace reel::prompt
