#include "arrange.hpp"

#include <algorithm>

#include "composer.hpp"

namespace reel::prompt {
namespace {

using Kind = ClauseRead::Kind;

bool is_rule(const Said& said) { return said.clause.kind == Kind::rule && said.clause.match.rule != nullptr; }

const Item* time_of(const Said& said) {
  const Item* const own = said.clause.match.item("time");
  return own != nullptr ? own : said.time;
}

bool takes_time(const Said& said) {
  return is_rule(said) && said.clause.match.rule->accepts("time") && said.clause.match.rule->refuses.empty();
}
/// `cut` is about its time; a blur may be about all of it.
bool is_about_time(const Said& said) {
  const std::string& action = said.clause.match.rule->action;
  return action == "cut" || action == "keep" || action == "photoshop" || action == "split" || action == "freeze" ||
         action == "begin-at" || action == "end-at";
}

class Arranger {
 public:
  Arranger(std::vector<Said>& all, Reading& reading, const Rules& rules, Composer& composer)
      : all_(all), reading_(reading), rules_(rules), composer_(composer) {}

  void run() {
    correct();
    answers();
    merge_manner();
    merge_screen();
    give_items();
    complaints();
    share_times();
    pass_over_talk();
  }

 private:
  std::size_t before(std::size_t i) const {
    while (i-- > 0)
      if (is_rule(all_[i])) return i;
    return all_.size();
  }

  // --- what is taken back ---

  void correct() {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      Said& said = all_[i];
      if (!said.clause.corrects) continue;
      const std::size_t target = before(i);
      if (target == all_.size() || said.clause.kind == Kind::nothing) continue;
      if (said.clause.kind != Kind::rule || said.clause.goes_on) {
        replace_items(all_[target].clause.match, said.clause.match.items);
        said.clause.kind = Kind::nothing;
      } else if (said.clause.match.rule != nullptr) {
        replace(target, i);
      }
    }
  }

  /// The later clause stands for the earlier one, with its time where it has none.
  void replace(std::size_t earlier, std::size_t later) {
    Match& now = all_[later].clause.match;
    const Match& then = all_[earlier].clause.match;
    const bool same = now.rule == then.rule || now.rule->stage == then.rule->stage;
    const Token& mark = reading_.tokens[now.begin > 0 ? now.begin - 1 : 0];
    if (!same && mark.is("actually")) return;
    if (now.item("time") == nullptr && then.item("time") != nullptr && now.rule->accepts("time"))
      now.items.push_back(then.item("time"));
    if (now.thing_begin == now.thing_end && then.thing_begin != then.thing_end)
      now.thing_begin = then.thing_begin, now.thing_end = then.thing_end;
    all_[earlier].clause.kind = Kind::nothing;
  }

  void replace_items(Match& match, const std::vector<const Item*>& items) {
    for (const Item* const item : items) {
      const auto old = std::ranges::find_if(match.items, [&](const Item* other) {
        return other->kind == item->kind || (other->kind == "deg" && item->kind == "number");
      });
      if (old == match.items.end()) {
        match.items.push_back(item);
        continue;
      }
      *old = item->kind == "time" ? corrected((*old)->time, item) : item;
    }
  }

  /// `no, from 5:05` changes the begin, `no, to 5:20` the end.
  const Item* corrected(const TimeSaid& then, const Item* now) {
    if (then.kind != TimeSaid::Kind::ranges || then.ranges.size() != 1) return now;
    Item made = *now;
    Range range = then.ranges[0];
    if (now->time.kind == TimeSaid::Kind::moments && now->time.moments.size() == 1 && range.end) {
      range.end = now->time.moments[0];
    } else if (now->time.kind == TimeSaid::Kind::ranges && now->time.ranges.size() == 1 && range.begin && range.end &&
               !now->time.edge) {
      const Range& said = now->time.ranges[0];
      if (said.begin && said.end) return now;
      if (said.begin) range.begin = said.begin;
      if (said.end) range.end = said.end;
    } else {
      return now;
    }
    made.time = then;
    made.time.ranges = {range};
    reading_.made.push_back(std::move(made));
    return &reading_.made.back();
  }

  // --- `remove the object. The person on the left.` ---

  bool is_open(const Said& said) const {
    if (!is_rule(said) || !std::ranges::any_of(said.clause.match.rule->say, &Pattern::thing)) return false;
    const Match& match = said.clause.match;
    for (std::size_t i = match.thing_begin; i < match.thing_end; ++i) {
      const std::string& stem = reading_.tokens[i].stem;
      const auto& lexicon = rules_.lexicon();
      if (!stem.empty() && !lexicon.drawn.contains(stem) && !lexicon.media.contains(stem) &&
          !lexicon.pronouns.contains(stem) && !lexicon.fillers.contains(stem))
        return false;
    }
    return true;
  }

  /// A sentence of its own that is a name and nothing else says what the one before was about.
  void answers() {
    for (std::size_t i = 1; i < all_.size(); ++i) {
      Said& said = all_[i];
      if (said.clause.kind != Kind::rule || (said.clause.match.rule != nullptr && said.clause.match.cost < 5)) continue;
      const std::size_t earlier = before(i);
      if (earlier == all_.size() || !is_open(all_[earlier])) continue;
      Match& match = all_[earlier].clause.match;
      const Match named = rules_.again(*match.rule, reading_, said.clause.match.begin, said.clause.match.end);
      const bool known = std::ranges::any_of(
          reading_.tokens.begin() + static_cast<std::ptrdiff_t>(named.begin),
          reading_.tokens.begin() + static_cast<std::ptrdiff_t>(named.end), [&](const Token& token) {
            return rules_.lexicon().objects.contains(token.stem) || composer_.is_label(token);
          });
      if (!known || !named.left.empty() || named.thing_end - named.thing_begin > 3) continue;
      match.thing_begin = named.thing_begin;
      match.thing_end = named.thing_end;
      match.items.insert(match.items.end(), named.items.begin(), named.items.end());
      said.clause.kind = Kind::nothing;
    }
  }

  // --- `anonymize everyone, pixelated` ---

  void merge_manner() {
    // `a title, fading in`
    for (std::size_t i = 1; i < all_.size(); ++i) {
      if (!is_rule(all_[i]) || !is_rule(all_[i - 1]) || all_[i - 1].clause.match.rule->stage != "text") continue;
      if (!says(all_[i].clause.match, {"fading", "sliding", "typewriter"}) || all_[i].clause.match.unknown.size() > 0)
        continue;
      Match& match = all_[i].clause.match;
      match.items.clear();
      for (const Item& item : reading_.items)
        if (item.begin >= match.begin && item.end <= match.end) match.items.push_back(&item);
      all_[i].clause.kind = std::ranges::all_of(match.items, [](const Item* item) { return item->kind == "time"; })
                                ? Kind::time
                                : Kind::items;
    }
    // `add song.mp3, at 25 % volume`
    for (std::size_t i = 1; i < all_.size(); ++i) {
      const std::size_t last = before(i);
      if (!is_rule(all_[i]) || last == all_.size() || all_[i].clause.match.rule->stage != "volume" ||
          all_[i].clause.match.items.size() != 1)
        continue;
      const std::string& action = all_[last].clause.match.rule->action;
      if ((action != "add-sound" && action != "replace-sound") || all_[i].clause.match.item("percent") == nullptr ||
          all_[last].sentence != all_[i].sentence)
        continue;
      all_[last].clause.match.items.push_back(all_[i].clause.match.items[0]);
      all_[i].clause.kind = Kind::nothing;
    }
    for (std::size_t i = 1; i < all_.size(); ++i) {
      if (!is_rule(all_[i]) || !is_rule(all_[i - 1]) || !is_open(all_[i]) || all_[i].clause.joined_by_and) continue;
      const std::string& action = all_[i].clause.match.rule->action;
      const bool manner = action == "blur" || action == "pixelate" || action == "blackout" || action == "remove";
      if (all_[i - 1].clause.match.rule->action != "hide" || !manner) continue;
      all_[i - 1].clause.match.rule = all_[i].clause.match.rule;
      all_[i].clause.kind = Kind::nothing;
    }
  }

  // --- `I stand in front of a green screen, put beach.jpg behind me` ---

  void merge_screen() {
    for (Said& screen : all_) {
      if (!is_rule(screen) || screen.clause.match.rule->action != "chroma-key") continue;
      if (screen.clause.match.item("image-file") != nullptr || screen.clause.match.item("video-file") != nullptr)
        continue;
      for (Said& other : all_) {
        if (!is_rule(other) || &other == &screen) continue;
        const Item* const image = other.clause.match.item("image-file");
        const Item* const file = image != nullptr ? image : other.clause.match.item("video-file");
        if (file == nullptr || !says(other.clause.match, {"behind", "background", "instead", "replace"})) continue;
        screen.clause.match.items.push_back(file);
        other.clause.kind = Kind::nothing;
        break;
      }
    }
  }

  bool says(const Match& match, std::initializer_list<std::string_view> words) const {
    for (std::size_t i = match.begin; i < match.end; ++i)
      if (reading_.tokens[i].is_any(words)) return true;
    return false;
  }

  // --- `the sound is too quiet, make it louder` ---

  /// `It is dark.` beside `make it brighter`.
  bool states(const Said& said) const {
    const Match& match = said.clause.match;
    std::size_t first = match.begin;
    while (first < match.end && reading_.tokens[first].kind == Token::Kind::symbol) ++first;
    const bool shortened =
        first < match.end && reading_.tokens[first].words.length > reading_.tokens[first].text.size();
    const bool about_it =
        shortened || says(match, {"is", "are", "looks", "look", "sounds", "was", "seems", "too", "very"});
    const bool plain = std::ranges::all_of(match.items, [](const Item* item) { return item->soft; });
    return about_it && plain && first < match.end &&
           reading_.tokens[first].is_any({"it", "it's", "its", "the", "this", "my", "our", "everything"}) &&
           !says(match, {"make", "turn", "should", "must", "needs", "need", "be", "get", "have", "want", "please",
                         "gone", "go", "out"});
  }

  void complaints() {
    for (Said& said : all_) {
      if (!is_rule(said) || said.clause.match.rule->stage.empty() ||
          (!said.clause.match.rule->complaint && !states(said)))
        continue;
      const std::string& stage = said.clause.match.rule->stage;
      const bool asked = std::ranges::any_of(all_, [&](const Said& other) {
        return &other != &said && is_rule(other) && !other.clause.match.rule->complaint && !states(other) &&
               other.clause.match.rule->stage == stage;
      });
      if (asked) said.clause.kind = Kind::nothing;
    }
  }

  // --- items alone: `, top right`, `in red` ---

  void give_items() {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      Said& said = all_[i];
      if (said.clause.kind != Kind::items) continue;
      const std::size_t earlier = before(i);
      std::size_t target = earlier;
      if (target == all_.size() || all_[target].sentence != said.sentence) {
        target = i + 1;
        while (target < all_.size() && !is_rule(all_[target])) ++target;
        if (target == all_.size() || all_[target].sentence != said.sentence) target = earlier;
      }
      if (target < all_.size() && of_size(said.clause.match) &&
          !all_[target].clause.match.rule->accepts(said.clause.match.items[0]->kind)) {
        choose(said, "rescale");
        continue;
      }
      if (target < all_.size() && target < i && is_one_more(all_[target].clause.match, said.clause.match.items)) {
        said.clause.kind = Kind::rule;
        said.clause.goes_on = true;
        said.clause.match.rule = all_[target].clause.match.rule;
        continue;
      }
      for (const Item* const item : said.clause.match.items) {
        if (target < all_.size() && (all_[target].clause.match.rule->accepts(item->kind) ||
                                     all_[target].clause.match.rule->accepts(item->what())))
          all_[target].clause.match.items.push_back(item);
        else if (target < all_.size())
          all_[target].clause.match.left.push_back(item);
      }
      if (target == all_.size())
        name_file(said);
      else
        said.clause.kind = Kind::nothing;
    }
  }

  /// `logo.png top right`: what is to be done with it goes without saying.
  void name_file(Said& said) {
    const Match& match = said.clause.match;
    const bool place = match.item("place") != nullptr;
    choose(said, of_size(match)                                 ? "rescale"
                 : place && match.item("image-file") != nullptr ? "picture"
                 : place && match.item("video-file") != nullptr ? "inset"
                                                                : "");
  }

  static bool of_size(const Match& match) {
    return !match.items.empty() && std::ranges::all_of(match.items, [](const Item* item) {
      return item->kind == "lines" || item->kind == "size";
    });
  }

  /// The rule of that action; none: it is not understood.
  void choose(Said& said, std::string_view action) const {
    said.clause.kind = Kind::rule;
    for (const Rule& rule : rules_.lexicon().rules)
      if (!action.empty() && rule.action == action) {
        said.clause.match.rule = &rule;
        return;
      }
  }

  /// `and "No way" from 2:14 to 2:16`: the same once more.
  static bool is_one_more(const Match& before, const std::vector<const Item*>& items) {
    bool again = false;
    for (const Item* const item : items) {
      if (!before.rule->accepts(item->kind) && !before.rule->accepts(item->what())) return false;
      again = again || std::ranges::any_of(before.items, [&](const Item* other) {
                return other->what() == item->what() && item->kind != "degree";
              });
    }
    return again;
  }

  // --- times ---

  void share_times() {
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (all_[i].clause.kind == Kind::time) give_time(i);
    for (std::size_t i = 0; i < all_.size(); ++i) {
      head_time(i);
      side_by_side(i);
    }
  }

  /// A time that stands alone: of the clauses behind it in its sentence, else of those before.
  void give_time(std::size_t i) {
    const Item* const time = all_[i].clause.match.items[0];
    const std::size_t sentence = all_[i].sentence;
    const auto last = before(i);
    const bool first = last == all_.size() || all_[last].sentence != sentence;
    bool given = false;
    if (first)
      for (std::size_t later = i + 1; later < all_.size() && all_[later].sentence == sentence; ++later)
        if (takes_time(all_[later]) && all_[later].clause.match.item("time") == nullptr)
          all_[later].time = time, given = true;
    // A list of times, a line each, or a time behind the clause.
    if (!given && last < all_.size() && all_[last].clause.match.rule->accepts(time->what())) {
      all_[last].clause.match.items.push_back(time);
      given = true;
    }
    if (!given && last < all_.size() && takes_time(all_[last])) {
      Match& match = all_[last].clause.match;
      if (match.item("time") == nullptr || all_[last].sentence != sentence || is_about_time(all_[last]))
        match.items.push_back(time), given = true;
    }
    if (!given) {
      std::size_t next = i + 1;
      while (next < all_.size() && !is_rule(all_[next])) ++next;
      if (next < all_.size() && takes_time(all_[next]) && all_[next].clause.match.item("time") == nullptr)
        all_[next].time = time, given = true;
    }
    if (!given) all_[i].clause.kind = Kind::rule;
  }

  bool at_head(const Said& said) const {
    const Item* const time = said.clause.match.item("time");
    if (time == nullptr) return false;
    for (std::size_t token = said.clause.match.begin; token < time->begin; ++token)
      if (!rules_.lexicon().fillers.contains(reading_.tokens[token].stem) &&
          reading_.tokens[token].kind != Token::Kind::symbol)
        return false;
    return true;
  }

  /// `From 1:00 to 1:10 blur the faces and mute the sound`.
  void head_time(std::size_t i) {
    if (!takes_time(all_[i]) || is_about_time(all_[i]) || !at_head(all_[i])) return;
    const auto last = before(i);
    if (last < all_.size() && all_[last].sentence == all_[i].sentence) return;
    const Item* const time = all_[i].clause.match.item("time");
    const bool apart = time->end < reading_.tokens.size() && reading_.tokens[time->end].is_any({",", ":"});
    for (std::size_t later = i + 1; later < all_.size() && all_[later].sentence == all_[i].sentence; ++later)
      if (takes_time(all_[later]) && time_of(all_[later]) == nullptr && may_be_part(all_[later]) &&
          (apart || all_[later].clause.joined_by_and))
        all_[later].time = time;
  }

  /// `blur and mute from 1:00 to 1:10` is about both; `blur the faces and mute the sound from …` could be.
  void side_by_side(std::size_t i) {
    if (!takes_time(all_[i]) || time_of(all_[i]) != nullptr || i + 1 >= all_.size()) return;
    const Said& next = all_[i + 1];
    if (!is_rule(next) || next.sentence != all_[i].sentence || !next.clause.joined_by_and || next.clause.goes_on)
      return;
    const Item* const time = next.clause.match.item("time");
    if (time == nullptr || !takes_time(next) || is_about_time(next) || is_about_time(all_[i]) || at_head(next)) return;
    const auto range = time->what() == "time" || time->what() == "moment";
    if (!range) return;
    if (all_[i].clause.match.bare) {
      all_[i].time = time;
    } else if (may_be_part(all_[i]) && may_be_part(next)) {
      composer_.question(composer_.words_of(time->begin, time->end), "when",
                         "does `" + composer_.said(time->begin, time->end) + "` hold for `" +
                             composer_.said(all_[i].clause.match.begin, all_[i].clause.match.end) + "` as well?",
                         {"for both", "only for the last one"});
    }
  }
  bool may_be_part(const Said& said) const {
    const Rule& rule = *said.clause.match.rule;
    return !rule.action.starts_with("fade") && rule.action != "speed" && rule.stage != "crop" &&
           rule.action != "output" && rule.stage != "normalize";
  }

  // --- what asks for nothing ---

  void pass_over_talk() {
    const bool any =
        std::ranges::any_of(all_, [](const Said& said) { return is_rule(said) && said.clause.match.cost < 10; });
    if (!any) return;
    for (Said& said : all_) {
      if (said.clause.kind != Kind::rule || (said.clause.match.rule != nullptr && said.clause.match.cost < 5)) continue;
      const bool signs = said.clause.match.end == said.clause.match.begin + 1 && closing_;
      if (!signs && !tells(said.clause.match)) continue;
      closing_ = says(said.clause.match, {"regards", "sincerely", "love", "yours", "thanks", "cheers", "wishes"});
      said.clause.kind = Kind::nothing;
      if (!pass_time_on(said)) composer_.note(said.clause.match, "passed over");
    }
  }

  /// `Somebody walks by from 9:00 to 9:08. Please remove them.`
  bool pass_time_on(const Said& teller) {
    const Item* time = nullptr;
    for (const Item& item : reading_.items)
      if (item.kind == "time" && item.time.kind == TimeSaid::Kind::ranges && item.begin >= teller.clause.match.begin &&
          item.end <= teller.clause.match.end)
        time = &item;
    if (time == nullptr) return false;
    for (auto next = static_cast<std::size_t>(&teller - all_.data()) + 1; next < all_.size(); ++next) {
      if (!is_rule(all_[next])) continue;
      if (!takes_time(all_[next]) || time_of(all_[next]) != nullptr) return false;
      all_[next].time = time;
      return true;
    }
    return false;
  }

  bool tells(const Match& match) const { return prompt::tells(reading_, match.begin, match.end); }
  bool is_time(std::size_t token) const {
    return std::ranges::any_of(reading_.items, [&](const Item& item) {
      return token >= item.begin && token < item.end && item.kind == "time";
    });
  }
  bool item_at(std::size_t token) const {
    return std::ranges::any_of(reading_.items,
                               [&](const Item& item) { return token >= item.begin && token < item.end; });
  }

  bool closing_ = false;  ///< `Kind regards` was said: a name may follow
  std::vector<Said>& all_;
  Reading& reading_;
  const Rules& rules_;
  Composer& composer_;
};

}  // namespace

void arrange(std::vector<Said>& all, Reading& reading, const Rules& rules, Composer& composer) {
  Arranger(all, reading, rules, composer).run();
}

}  // namespace reel::prompt
