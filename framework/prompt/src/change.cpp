/// Follow-up prompts: what is said of stages that are there.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "composer.hpp"

namespace reel::prompt {
namespace {

/// `stabilisation` and `stabilize`: one word in two forms.
bool akin(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto differ = std::ranges::mismatch(a, b);
  const auto common = static_cast<std::size_t>(differ.in1 - a.begin());
  return common >= 5 && common + 6 >= std::max(a.size(), b.size());
}

std::optional<double> as_number(const std::string& yaml) {
  char* end = nullptr;
  const double value = std::strtod(yaml.c_str(), &end);
  return end != yaml.c_str() && *end == '\0' ? std::optional{value} : std::nullopt;
}

double usual_value(const model::ParamSchema& schema) {
  if (const auto* const number = std::get_if<double>(&schema.default_value)) return *number;
  if (const auto* const integer = std::get_if<std::int64_t>(&schema.default_value))
    return static_cast<double>(*integer);
  return 0;
}

}  // namespace

/// Stages that were there before this prompt, by their names and what else they are called; nearest to the sink first.
std::vector<int> Composer::named_stages(std::size_t begin, std::size_t end) const {
  std::vector<std::string> stems;
  for (std::size_t i = begin; i < end; ++i)
    if (reading_.tokens[i].kind == Token::Kind::word) stems.push_back(reading_.tokens[i].stem);
  const auto says = [&](const Phrase& phrase) {
    return !phrase.empty() && std::ranges::all_of(phrase, [&](const std::string& word) {
      return std::ranges::any_of(stems, [&](const std::string& said) { return akin(said, word); });
    });
  };
  std::vector<int> exact, other;
  for (const Draft::Node& node : draft_.nodes) {
    if (node.phase == Phase::source || node.phase == Phase::sink || !was_there(node.key)) continue;
    const model::StageTraits* const traits = stages_.find(node.uses);
    std::vector<Phrase> names{{stem(spelled(node.uses.substr(node.uses.find('/') + 1)))}, {stem(spelled(node.id))}};
    if (std::ranges::any_of(names, says)) {
      exact.insert(exact.begin(), node.key);
      continue;
    }
    names.clear();
    if (const auto called = rules_.lexicon().called.find(node.uses); called != rules_.lexicon().called.end())
      names = called->second;
    if (traits != nullptr)
      for (const std::string& synonym : traits->synonyms) {
        Phrase phrase;
        for (const Token& token : tokenize(synonym.substr(0, synonym.find("=>"))))
          phrase.push_back(token.stem.empty() ? token.text : token.stem);
        names.push_back(std::move(phrase));
      }
    if (std::ranges::any_of(names, says)) other.insert(other.begin(), node.key);
  }
  return exact.empty() ? other : exact;
}

bool Composer::was_there(int key) const { return key < first_new_key_; }

bool Composer::start_over() {
  const std::string text = [&] {
    std::string all;
    for (std::size_t i = match_->begin; i < match_->end; ++i) all += " " + reading_.tokens[i].text;
    return all + " ";
  }();
  for (const std::string_view all :
       {" start over ", " start again ", " from scratch ", " undo everything ", " undo all ", " forget everything ",
        " remove everything ", " reset ", " forget it all ", " remove all edits "})
    if (text.find(all) != std::string::npos) {
      if (!when(nullptr).spans.empty()) return false;
      std::vector<int> keys;
      for (const Draft::Node& node : draft_.nodes)
        if (was_there(node.key) && node.phase != Phase::source && node.phase != Phase::sink) keys.push_back(node.key);
      for (const int key : keys)
        if (draft_.find(key) != nullptr) draft_.remove(key);
      clause("", "Nothing is left of the edits", {});
      return true;
    }
  return false;
}

bool Composer::undo(const std::vector<int>& named) {
  const bool undoes = said_any({"undo", "revert", "cancel", "unde"});
  const bool removes = said_any({"remov", "delet", "drop", "scrap", "without", "forget", "rid", "los"}) ||
                       (said_any({"take", "tak", "leav", "leave"}) && said_any({"out", "away", "off", "back"})) ||
                       (said_any({"no", "not"}) && said_any({"more", "longer", "anymore", "want"}));
  if (!undoes && !removes) return false;
  if (!named.empty()) {
    if (!undoes && (match_->item("time") != nullptr || !ask_.regions.empty())) return false;
    const std::string uses = draft_.find(named[0])->uses;
    std::vector<int> keys;
    for (const int key : named)
      if (draft_.find(key)->uses == uses) keys.push_back(key);
    for (const int key : keys) draft_.remove(key);
    clause("", "Takes `" + uses + "` back", {});
    return true;
  }
  if (!undoes) return false;
  const auto chain = draft_.chain();
  for (auto key = chain.rbegin(); key != chain.rend(); ++key) {
    const Draft::Node& node = *draft_.find(*key);
    if (node.phase == Phase::source || node.phase == Phase::sink) continue;
    const std::string uses = node.uses;
    draft_.remove(*key);
    clause("", "Takes `" + uses + "`, the last stage, back", {});
    return true;
  }
  question(words_of(match_->begin, match_->end), "which-stage", "there is nothing to take back");
  return true;
}

bool Composer::scale_main(const std::vector<int>& named) {
  if (named.empty()) return false;
  const bool more =
      said_any({"stronger", "strong", "more", "bigger", "larger", "longer", "higher", "heavier", "thicker", "increas",
                "doubl", "twice", "intens", "harder", "louder", "faster", "darker"});
  const bool less = said_any({"weaker", "weak", "less", "smaller", "shorter", "lower", "lighter", "softer", "decreas",
                              "reduc", "halv", "half", "subtler", "gentler", "milder", "quieter", "slower"});
  if (more == less) return false;
  for (const int key : named) {
    Draft::Node& node = *draft_.find(key);
    const model::StageTraits* const traits = stages_.find(node.uses);
    if (traits == nullptr) return false;
    const model::ParamSchema* main = nullptr;
    for (const model::ParamSchema& param : traits->params) {
      const bool counts = param.type == model::ParamType::number || param.type == model::ParamType::integer ||
                          (param.type == model::ParamType::time && node.uses == "fade");
      if (counts && (main == nullptr || (node.find(param.name) != nullptr && node.find(main->name) == nullptr)))
        main = &param;
    }
    if (main == nullptr) return false;
    double factor = match_->item("degree") != nullptr && degree() < 1 ? 1.5 : 2;
    if (const Item* const percent = match_->item("percent")) factor = 1 + percent->value / 100;
    if (const Item* const x = match_->item("x"); x != nullptr && x->value > 0) factor = x->value;
    if (less) factor = 1 / factor;
    const std::string* const set = node.find(main->name);
    if (main->type == model::ParamType::time) {
      const auto now = set == nullptr ? base::parse_time("1s") : base::parse_time(*set);
      if (!now || !std::holds_alternative<base::Time>(*now)) return false;
      node.set(main->name, base::format_time(base::Time{std::llround(
                               std::min(static_cast<double>(std::get<base::Time>(*now).count()) * factor, 9e17))}));
    } else {
      const auto now = set == nullptr ? std::optional{usual_value(*main)} : as_number(*set);
      if (!now) return false;
      // What is multiplied is how far it is from changing nothing.
      const bool around_identity =
          main->identity && *main->identity == 1 && usual_value(*main) == 1 && node.uses != "sharpen";
      const double base = around_identity ? 1 : 0;
      double value = base + (*now - base) * factor;
      if (main->maximum) value = std::min(value, *main->maximum);
      if (main->minimum) value = std::max(value, *main->minimum);
      node.set(main->name, number(value));
    }
    clause(node.uses, (more ? "More of `" : "Less of `") + node.uses + "`", {});
  }
  return true;
}

/// `from 6:00 instead` changes the begin.
bool Composer::change_time(Draft::Node& node) {
  const When when = this->when(nullptr);
  if (when.failed) return true;
  if (when.spans.size() != 1) return false;
  auto written = when.spans[0].written;
  const auto now = base::parse_range(node.during);
  if (now) {
    const auto& [begin, end] = *now;
    const bool only_begin = written.begin && !written.end,
               only_end = !written.begin && written.end && !when.spans[0].touches_edge;
    if (only_begin && end) written.end = end;
    if (only_end && begin) written.begin = begin;
  }
  node.during = base::format(written);
  node.text.clear();
  return true;
}

bool Composer::set_items(const std::vector<int>& named) {
  if (named.empty()) return false;
  const bool instead = said_any({"instead", "rather"});
  const bool changes =
      said_any({"chang", "mov",   "mak",  "set", "should", "shall", "must", "alter", "edit",  "adjust", "renam",
                "resiz", "shift", "turn", "put", "let",    "use",   "us",   "plac",  "start", "end"});
  if (!instead && !changes) return false;
  Draft::Node& node = *draft_.find(named[0]);
  const model::StageTraits* const traits = stages_.find(node.uses);
  if (traits == nullptr) return false;
  bool any = false;
  const auto set = [&](std::initializer_list<const char*> params, const std::string& yaml) {
    for (const char* const param : params)
      if (traits->param(param) != nullptr) {
        node.set(param, yaml);
        any = true;
        return;
      }
  };
  std::vector<const Item*> all = match_->items;
  all.insert(all.end(), match_->left.begin(), match_->left.end());
  for (const Item& item : reading_.items)
    if (item.begin >= match_->begin && item.end <= match_->end && std::ranges::find(all, &item) == all.end())
      all.push_back(&item);
  for (const Item* const item : all) {
    if (item->kind == "text") set({"text"}, quoted_yaml(item->text));
    if (item->kind == "color") set({"color"}, quoted_yaml(item->text));
    if (item->kind == "place") set({"align", "position"}, item->text);
    if (item->what() == "length") set({"duration"}, base::format_time(item->time.length));
    if (item->kind == "opacity") set({"opacity"}, number(item->value));
    if (item->kind == "image-file" || item->kind == "lut-file") set({"file"}, path_yaml(item->text));
    if (item->kind == "px") set({"radius", "size"}, number(item->value));
    if (item->kind == "percent") set({"size", "width"}, number(item->value));
    if (item->kind == "bigness" && node.uses == "text")
      set({"size"}, number(std::vector<double>{3, 4, 10, 15}[static_cast<std::size_t>(item->value)]));
    if (item->kind == "bigness" && node.uses == "watermark") set({"width"}, item->value >= 2 ? "25" : "10");
    if (item->what() == "time" && traits->allows_during) any = change_time(node) || any;
  }
  if (any) clause(node.uses, "Changes `" + node.uses + "`", {});
  return any;
}

bool Composer::is_about_stage(const Match& match) const {
  for (std::size_t i = match.begin; i + 1 < match.end; ++i)
    if (reading_.tokens[i].is_any({"the", "that", "this", "its", "my"}) &&
        !named_stages(i + 1, std::min(i + 3, match.end)).empty())
      return true;
  return false;
}

bool Composer::change(const ClauseRead& clause) {
  if (ask_.pipeline.empty()) return false;
  match_ = &clause.match;
  if (start_over()) return true;
  // `add` is about something new; so is what names a file of its own.
  if (said_any({"add", "anoth", "also", "additional"}) && !said_any({"undo", "instead"})) return false;
  const auto named = named_stages(match_->begin, match_->end);
  if (undo(named)) return true;
  if (!said_any({"instead"}) && !is_about_stage(*match_)) return false;
  return scale_main(named) || set_items(named);
}

}  // namespace reel::prompt
