/// Removing, blurring and hiding what is in the picture.
#include <algorithm>

#include "composer.hpp"

namespace reel::prompt {
namespace {}  // namespace

namespace {

/// `fcaes`, `dogg`: letters in each other's place or doubled make no other word.
std::string swapped_back(const std::string& word, const Lexicon& lexicon) {
  if (word.size() < 4 || lexicon.vocabulary.contains(word)) return word;
  for (std::size_t i = 0; i + 1 < word.size(); ++i) {
    std::string other = word;
    if (word[i] == word[i + 1])
      other.erase(i, 1);
    else
      std::swap(other[i], other[i + 1]);
    if (lexicon.objects.contains(stem(other))) return other;
  }
  return word;
}

}  // namespace

bool Composer::find_region(Target& target, const std::vector<std::string>& words) {
  const auto& lexicon = rules_.lexicon();
  for (const Drawn& drawn : ask_.regions) {
    if (drawn.name.empty()) continue;
    std::vector<std::string> name;
    for (const Token& token : tokenize(drawn.name)) name.push_back(token.stem.empty() ? token.text : token.stem);
    const bool named = std::ranges::all_of(name, [&](const std::string& part) {
      return std::ranges::any_of(words, [&](const std::string& word) { return stem(word) == part; });
    });
    if (named) return target.region = region_yaml(drawn.region), true;
  }
  if (ask_.regions.size() != 1) return false;
  const Drawn& only = ask_.regions[0];
  const bool generic = words.empty() || std::ranges::any_of(words, [&](const std::string& word) {
                         return lexicon.drawn.contains(stem(word));
                       });
  if (!only.name.empty() && !generic) return false;
  target.region = region_yaml(only.region);
  return true;
}

Composer::Target Composer::target(std::size_t begin, std::size_t end, bool first) {
  const auto& lexicon = rules_.lexicon();
  Target target;
  std::vector<std::string> words;
  for (std::size_t i = begin; i < end; ++i) {
    const Token& token = reading_.tokens[i];
    if (token.kind != Token::Kind::word) continue;
    const bool verb = std::ranges::find(match_->said, i) != match_->said.end();
    if (lexicon.plural.contains(token.text)) target.all = true;
    if (!verb && !lexicon.colors.contains(token.text)) words.push_back(token.text);
  }
  for (std::size_t i = match_->begin; first && i < begin; ++i)
    target.all = target.all || reading_.tokens[i].is_any({"every", "all", "both", "each", "any"});
  target.words = said(begin, end);
  for (const Item* const item : match_->items) {
    if (item->begin < begin && !first) continue;
    if (item->begin >= end && begin != match_->thing_begin && item->begin > end + 4) continue;
    if (item->kind == "place" && (item->text == "left" || item->text == "right")) target.which = item->text + "-most";
    if (item->kind == "place" && target.which.empty()) target.which = "elsewhere";
    if (item->kind == "color" && !(item->begin > 0 && reading_.tokens[item->begin - 1].is_any({"in", "with"})))
      target.color = reading_.tokens[item->begin].text;
    if (item->kind == "size-word") target.which = "largest";
    if (item->kind == "half") target.half = true, target.which = item->text;
  }
  std::string label, word_said;
  for (const std::string& word : words) {
    const auto known = lexicon.objects.find(stem(swapped_back(word, lexicon)));
    const bool found = std::ranges::any_of(ask_.labels, [&](const std::string& l) { return stem(l) == stem(word); });
    if (known == lexicon.objects.end() && !found) continue;
    const auto exact = std::ranges::find_if(ask_.labels, [&](const std::string& l) { return stem(l) == stem(word); });
    // `the man's face`, `the faces of the kids`
    if (label == "face") continue;
    label = found ? *exact : known->second;
    word_said = word;
    target.all = target.all || lexicon.plural.contains(word) ||
                 (word.ends_with('s') && word.size() > 3 && !word.ends_with("ss") && word != "bus");
  }
  for (const std::string& l : ask_.labels) {
    if (l.find(' ') == std::string::npos) continue;
    std::string joined;
    for (const std::string& word : words) joined += " " + word;
    if ((joined + " ").find(" " + l + " ") != std::string::npos ||
        (joined + " ").find(" " + l + "s ") != std::string::npos)
      label = l;
  }
  target.person = label == "person" || label == "face";
  target.moves = !label.empty() || match_->item("follow") != nullptr ||
                 std::ranges::any_of(words, [](const std::string& word) { return stem(word) == "plat"; });
  const auto is_fixed = [&](const std::string& word) { return lexicon.fixed.contains(stem(word)); };
  target.fixed = label.empty() && std::ranges::any_of(words, is_fixed);
  target.generic = label.empty() && std::ranges::all_of(words, [&](const std::string& word) {
                     return lexicon.drawn.contains(stem(word)) || lexicon.media.contains(stem(word)) ||
                            lexicon.fillers.contains(stem(word)) || lexicon.pronouns.contains(stem(word));
                   });
  target.whole =
      label.empty() && !words.empty() && target.generic && std::ranges::any_of(words, [](const std::string& word) {
        return word == "video" || word == "picture" || word == "everything" || word == "clip" || word == "image" ||
               word == "footage" || word == "all" || word == "film" || word == "frame" || word == "whole" ||
               word == "screen" || word == "movie" || word == "shot" || word == "it";
      });
  if (find_region(target, words)) return target;
  // `the man with the hat`: nothing here can tell him from others.
  target.modified = target.which.empty() && !target.all && std::ranges::any_of(words, [](const std::string& word) {
                      return word == "with" || word == "wearing" || word == "holding" || word == "carrying" ||
                             word == "whose" || word == "named" || word == "who";
                    });
  const bool installed = std::ranges::find(ask_.labels, label) != ask_.labels.end();
  if (installed) target.label = label;
  return target;
}

std::vector<Composer::Target> Composer::targets() {
  std::vector<Target> all;
  const bool only_pronoun = match_->thing_end == match_->thing_begin + 1 &&
                            rules_.lexicon().pronouns.contains(reading_.tokens[match_->thing_begin].stem);
  if (only_pronoun && !last_targets_.empty() && (ask_.regions.empty() || !last_targets_[0].region.empty()))
    return last_targets_;
  if (only_pronoun && ask_.regions.empty())
    for (std::size_t i = match_->begin; i-- > 0;) {
      const Target before = target(i, i + 1, false);
      if (!before.label.empty()) return last_targets_ = {before};
    }
  // Several regions, and all of them are meant.
  const std::string words = said(match_->thing_begin, match_->thing_end);
  bool plural = false;
  for (std::size_t i = match_->thing_begin; i < match_->thing_end; ++i) {
    const Token& token = reading_.tokens[i];
    plural = plural || (token.is_any({"all", "both", "every", "these", "those", "them", "everything", "boxes",
                                      "regions", "areas", "objects", "things"}));
  }
  if (ask_.regions.size() > 1 && plural &&
      std::ranges::all_of(ask_.regions, [](const Drawn& drawn) { return drawn.name.empty(); })) {
    Target target = this->target(match_->thing_begin, match_->thing_end, true);
    for (const Drawn& drawn : ask_.regions) {
      target.region = region_yaml(drawn.region);
      all.push_back(target);
    }
    return all;
  }
  std::size_t begin = match_->thing_begin;
  for (std::size_t i = match_->thing_begin; i <= match_->thing_end; ++i) {
    const bool joint = i < match_->thing_end && reading_.tokens[i].is_any({"and", ",", "&", "or", "plus"}) &&
                       !(i + 1 < match_->thing_end && reading_.tokens[i + 1].is("so"));
    if (!joint && i < match_->thing_end) continue;
    if (i > begin || all.empty()) all.push_back(target(begin, i, all.empty()));
    begin = i + 1;
  }
  // One region cannot be both of two things.
  std::size_t with_region = 0;
  for (const Target& target : all) with_region += target.region.empty() ? 0 : 1;
  if (all.size() > 1 && with_region > 1 && ask_.regions.size() == 1)
    for (Target& target : all) target.region.clear(), target.label.clear();
  last_targets_ = all;
  return all;
}

void Composer::ask_which(const Target& target, const std::string& verb) {
  std::vector<std::string> choices;
  if (ask_.regions.size() > 1) {
    for (const Drawn& drawn : ask_.regions)
      if (!drawn.name.empty()) choices.push_back(drawn.name);
  } else {
    choices.push_back("draw a box around it");
  }
  choices.insert(choices.end(), ask_.labels.begin(), ask_.labels.end());
  std::string named;
  for (const std::string& label : ask_.labels) named += (named.empty() ? "" : ", ") + label;
  const std::string what = target.generic || target.words.empty()
                               ? "Which object is to be " + verb + "?"
                               : "Where is `" + target.words + "`? It cannot be found by that word.";
  question(words_of(match_->begin, match_->end), "which-object",
           what + " Draw a box around it" + (named.empty() ? "" : ", or name one of: " + named), std::move(choices));
}

/// `track the backpack and remove it`: the next clause says what is to be done.
void Composer::track() {
  auto followed = targets();
  for (Target& target : followed) target.moves = true;
  last_targets_ = std::move(followed);
}

void Composer::remove() {
  const bool shadow = said_any({"shadow"});
  for (const Target& target : targets()) {
    if (target.region.empty() && target.label.empty() &&
        said_any({"scene", "scen", "part", "moment", "ending", "intro", "outro"}) && when_.spans.empty()) {
      question(words_of(match_->begin, match_->end), "when",
               "from when to when is that? A range such as 1:00 to 1:30 says it");
      continue;
    }
    if (target.region.empty() && (target.label.empty() || target.which == "elsewhere" || target.modified)) {
      ask_which(target, "removed");
      continue;
    }
    if (!known("object-removal")) return;
    Draft::Node node = stage("object-removal");
    std::string meaning = "Removes ";
    if (!target.region.empty()) {
      node.set("region", target.region);
      if (target.moves) node.set("track", "true");
      meaning += target.generic ? "what is drawn" : "`" + target.words + "`, as drawn";
      meaning += target.moves ? ", and follows it" : "";
    } else {
      const std::string label = (target.color.empty() ? "" : target.color + " ") + target.label;
      node.set("target", label.find(' ') == std::string::npos ? label : quoted_yaml(label));
      const std::string which = !target.which.empty() ? target.which : target.all ? "all" : "";
      if (!which.empty()) node.set("which", which);
      meaning += which == "all"                        ? "every " + label
                 : which.empty() || which == "largest" ? "the largest " + label
                                                       : "the " + which + " " + label;
    }
    if (shadow) node.set("shadow", "true");
    if (!put(node, meaning + (shadow ? ", with its shadow" : ""))) return;
  }
}

/// Blurring and pixelating: `stage` for what stays where it is, anonymize for who and what moves.
void Composer::obscure(const std::string& simple, const std::string& mode) {
  const std::string done = mode == "fill" ? "covered" : mode == "pixelate" ? "pixelated" : "blurred";
  const std::string verb = mode == "fill" ? "Covers " : mode == "pixelate" ? "Pixelates " : "Blurs ";
  const bool whole_allowed = !simple.empty();
  const auto strength = [&](Draft::Node& node) {
    const Item* const px = match_->item("px") != nullptr ? match_->item("px") : match_->item("number");
    const std::string param = simple == "blur" ? "radius" : "size";
    const double usual = simple == "blur" ? 8 : 16;
    if (px != nullptr)
      node.set(param, number(px->value));
    else if (match_->item("degree") != nullptr)
      node.set(param, number(usual * degree()));
  };
  for (const Target& target : targets()) {
    if (!target.label.empty() && (match_->item("px") != nullptr || match_->item("number") != nullptr))
      note(*match_, "how strongly faces and people are hidden cannot be set; they are made unrecognisable");
    const bool nothing = target.words.empty() || target.whole;
    if (target.half && whole_allowed) {
      Draft::Node node = stage(simple);
      strength(node);
      const std::string box = target.which == "left"    ? "0, 0, 0.5, 1"
                              : target.which == "right" ? "0.5, 0, 0.5, 1"
                              : target.which == "top"   ? "0, 0, 1, 0.5"
                                                        : "0, 0.5, 1, 0.5";
      node.set("region", "{ box: [" + box + "] }");
      if (!put(node, verb + "the " + target.which + " half")) return;
    } else if (target.region.empty() && target.label.empty() && nothing && whole_allowed && target.which.empty()) {
      Draft::Node node = stage(simple);
      strength(node);
      if (!put(node, verb + "the whole picture")) return;
    } else if (target.region.empty() && (target.label.empty() || target.which == "elsewhere" || target.modified)) {
      ask_which(target, done);
    } else if (!target.region.empty() && !target.moves && whole_allowed) {
      Draft::Node node = stage(simple);
      strength(node);
      node.set("region", target.region);
      if (!put(node, verb + "what is drawn")) return;
    } else {
      if (!known("anonymize")) return;
      Draft::Node node = stage("anonymize");
      if (!target.region.empty()) {
        node.set("region", target.region);
        if (target.moves) node.set("track", "true");
      } else {
        node.set("target", target.label.find(' ') == std::string::npos ? target.label : quoted_yaml(target.label));
        const bool side = target.which == "left-most" || target.which == "right-most";
        if (side || target.which == "largest")
          node.set("which", target.which);
        else if (target.label != "face" && !target.all)
          node.set("which", "largest");
      }
      if (!mode.empty()) node.set("mode", mode);
      const std::string* const which = node.find("which");
      const std::string who = !target.region.empty() ? "what is drawn"
                              : which == nullptr     ? "every " + target.label
                                                     : "the " + *which + " " + target.label;
      if (!put(node, verb + who + (target.moves ? ", wherever it goes" : ""))) return;
    }
  }
}

void Composer::blur() { obscure("blur", ""); }
void Composer::pixelate() { obscure("pixelate", "pixelate"); }
void Composer::blackout() { obscure("", "fill"); }

void Composer::hide() {
  const auto all = targets();
  const bool people = std::ranges::all_of(
      all, [](const Target& target) { return target.person && (!target.label.empty() || !target.region.empty()); });
  if (people) return obscure("", said_any({"black"}) ? "fill" : "");
  const Target& target = all.front();
  if (target.words.empty() || target.whole || said_any({"anonym"}) || (target.generic && target.region.empty()))
    return said_any({"anonym"}) && !target.region.empty() ? obscure("", "") : ask_which(target, "hidden");
  question(words_of(match_->begin, match_->end), "how", "how is `" + target.words + "` to be hidden?",
           {"blur it", "pixelate it", "remove it"});
}

}  // namespace reel::prompt
