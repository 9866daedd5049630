/// Cutting, speed and fades.
#include <algorithm>
#include <cmath>

#include "composer.hpp"

namespace reel::prompt {

using base::Time;

namespace {

std::string list_yaml(const std::vector<Span>& spans) {
  std::string yaml;
  for (const Span& span : spans) yaml += (yaml.empty() ? "" : ", ") + base::format(span.written);
  return "[ " + yaml + " ]";
}

/// In order of time; those that overlap or touch as one.
std::vector<Span> joined(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, [](const Span& span) { return span.absolute.begin; });
  std::vector<Span> out;
  for (Span& span : spans) {
    if (!out.empty() && span.absolute.begin <= out.back().absolute.end) {
      if (span.absolute.end > out.back().absolute.end) {
        out.back().absolute.end = span.absolute.end;
        out.back().written.end = span.written.end;
      }
      continue;
    }
    out.push_back(std::move(span));
  }
  return out;
}

std::vector<Span> complement(const std::vector<Span>& spans, std::optional<Time> duration) {
  std::vector<Span> rest;
  Span next;
  bool open = true;
  for (const Span& span : spans) {
    if (span.absolute.begin > next.absolute.begin) {
      next.absolute.end = span.absolute.begin;
      next.written.end = span.written.begin;
      rest.push_back(next);
    }
    next = {};
    next.absolute.begin = span.absolute.end;
    next.written.begin = span.written.end;
    open = span.written.end.has_value() && !(duration && span.absolute.end >= *duration);
  }
  if (open) rest.push_back(next);
  return rest;
}

}  // namespace

/// `remove it from 1:00 to 1:10` is about something in the picture, `cut it from …` about time.
bool Composer::is_about_a_thing(Match& match) const {
  if (said_any(
          {"cut", "trim", "chop", "snip", "skip", "drop", "shave", "clip", "part", "section", "everything", "segment"}))
    return false;
  for (std::size_t i = match.begin; i < match.end; ++i)
    if (reading_.tokens[i].is_any({"it", "him", "her", "them", "this", "that"})) {
      const bool in_time =
          std::ranges::any_of(reading_.items, [&](const Item& item) { return i >= item.begin && i < item.end; });
      if (in_time) continue;
      match.thing_begin = i;
      match.thing_end = i + 1;
      return true;
    }
  return false;
}

void Composer::cut() {
  if (when_.failed) return;
  Match thing = *match_;
  if (is_about_a_thing(thing)) {
    match_ = &thing;
    remove();
    return;
  }
  if (!when_.moments.empty() && when_.spans.empty()) {
    const std::string at = base::format_moment(when_.moments[0].absolute.begin);
    return question(words_of(match_->begin, match_->end), "how", "what is to happen at " + at + "?",
                    {"split the video there", "remove what is before " + at, "remove what is after " + at});
  }
  if (when_.spans.empty() && when_.length)
    return question(words_of(match_->begin, match_->end), "when",
                    "which " + base::format_duration(*when_.length) +
                        "? `the first`, `the last`, or a range such as 1:00 to 1:30 says it");
  if (when_.spans.empty())
    return question(words_of(match_->begin, match_->end), "when",
                    "what is to be cut? A range such as 5:00 to 5:15 says it");
  auto& list = when_.except ? kept_ : removed_;
  list.insert(list.end(), when_.spans.begin(), when_.spans.end());
  clause("cut", when_.except ? "Keeps only this" : "Cuts this out", when_.spans);
}

void Composer::keep() {
  if (when_.failed) return;
  // `trim to 1:00-2:00` keeps it; in `please to cut 1:00-2:00` the `to` stands before the verb.
  std::size_t to = match_->end, verb = match_->end;
  for (const std::size_t token : match_->said) {
    if (reading_.tokens[token].is("to")) to = std::min(to, token);
    if (reading_.tokens[token].is_any({"cut", "trim", "chop"})) verb = std::min(verb, token);
  }
  if (to < verb && verb < match_->end) return cut();
  if (when_.spans.empty() && (when_.length || !when_.moments.empty()))
    return question(words_of(match_->begin, match_->end), "when",
                    "which part is to be kept? A range such as 1:00 to 1:30 says it, or `the first 30 seconds`");
  if (when_.spans.empty())
    return question(words_of(match_->begin, match_->end), "when",
                    "which part is to be kept? A range such as 1:00 to 2:00 says it");
  auto& list = when_.except ? removed_ : kept_;
  list.insert(list.end(), when_.spans.begin(), when_.spans.end());
  clause("cut", when_.except ? "Cuts this out" : "Keeps only this", when_.spans);
}

void Composer::begin_at() {
  if (when_.failed || when_.moments.empty()) return void(ask_needs());
  Span span = when_.moments[0];
  span.absolute.end = duration().value_or(Time::max());
  span.written.end.reset();
  kept_.push_back(span);
  clause("cut", "Begins there", {span});
}

void Composer::end_at() {
  if (when_.failed || when_.moments.empty()) return void(ask_needs());
  Span span = when_.moments[0];
  span.absolute.begin = Time{0};
  span.written.begin.reset();
  kept_.push_back(span);
  clause("cut", "Ends there", {span});
}

void Composer::split() {
  if (when_.failed) return;
  if (when_.moments.empty())
    return question(words_of(match_->begin, match_->end), "when",
                    "where is it to be split? A time such as 2:15 says it");
  splits_ = when_.moments;
  clause("cut", "Makes a file of each part", when_.moments);
}

void Composer::finish_cuts() {
  if (removed_.empty() && kept_.empty()) return;
  const auto total = duration();
  auto removed = joined(removed_), kept = joined(kept_);
  const bool both = !removed.empty() && !kept.empty();
  if (both) {
    // What is kept, less what is removed.
    auto gone = complement(kept, total);
    gone.insert(gone.end(), removed.begin(), removed.end());
    kept = complement(joined(gone), total);
    removed.clear();
  }
  const bool nothing_left = kept.empty() ? complement(removed, total).empty() : false;
  if (nothing_left || (both && kept.empty()))
    return question(out_.clauses.empty() ? Words{} : out_.clauses.back().words, "when",
                    "nothing would be left of the video: what is to be kept?");
  for (const int key : draft_.chain()) {
    Draft::Node* const there = draft_.find(key);
    if (there->phase != Phase::cut || there->uses != "cut") continue;
    const std::string param = kept.empty() ? "remove" : "keep";
    const std::string* const before = there->find(param);
    if (there->find(kept.empty() ? "keep" : "remove") != nullptr)
      return question(out_.clauses.back().words, "how",
                      "the video is cut already: undo that cut first, or change it in the YAML");
    std::string list = list_yaml(kept.empty() ? removed : kept);
    if (before != nullptr && param == "remove") {
      // Both, in order of time.
      std::vector<Span> all = removed;
      std::string text = *before;
      std::erase_if(text, [](char c) { return c == '[' || c == ']' || c == ' ' || c == '"'; });
      for (std::size_t at = 0; at < text.size();) {
        const auto comma = std::min(text.find(',', at), text.size());
        if (const auto range = base::parse_range(text.substr(at, comma - at))) {
          Span span;
          span.written = *range;
          const auto& [begin, end] = *range;
          if (begin && std::holds_alternative<Time>(*begin)) span.absolute.begin = std::get<Time>(*begin);
          span.absolute.end =
              end && std::holds_alternative<Time>(*end) ? std::get<Time>(*end) : total.value_or(Time::max());
          all.push_back(span);
        }
        at = comma + 1;
      }
      list = list_yaml(joined(all));
    }
    there->set(param, list);
    return;
  }
  if (!known("cut")) return;
  Draft::Node node = stage("cut");
  node.set(kept.empty() ? "remove" : "keep", list_yaml(kept.empty() ? removed : kept));
  draft_.insert(std::move(node));
}

void Composer::speed() {
  const Item* const percent = match_->item("percent");
  const Item* const x = match_->item("x");
  if (percent != nullptr) return set_speed(percent->value / 100);
  if (x != nullptr && x->value > 0) return set_speed(x->value < 1 ? x->value : 1 / x->value);
  set_speed(std::atof(match_->rule->with.at(0).second.c_str()));
}

void Composer::slower() {
  const Item* const percent = match_->item("percent");
  const Item* const x = match_->item("x") != nullptr ? match_->item("x") : match_->item("number");
  if (percent != nullptr)
    return set_speed(percent->absolute || said_any({"at"}) ? percent->value / 100 : 1 - percent->value / 100);
  if (x != nullptr && x->value > 0) return set_speed(x->value < 1 ? x->value : 1 / x->value);
  if (said_any({"half"})) return set_speed(0.5);
  question(words_of(match_->begin, match_->end), "how-much", "how much slower?",
           {"half speed", "at 75 % speed", "slow motion"});
}

void Composer::faster() {
  const Item* const percent = match_->item("percent");
  const Item* const x = match_->item("x") != nullptr ? match_->item("x") : match_->item("number");
  if (percent != nullptr)
    return set_speed(percent->absolute || !said_any({"fast", "faster", "up", "quicker", "by"})
                         ? percent->value / 100
                         : 1 + percent->value / 100);
  if (x != nullptr && x->value > 0) return set_speed(x->value);
  if (said_any({"twice", "doubl"})) return set_speed(2);
  if (said_any({"half"})) return set_speed(0.5);
  question(words_of(match_->begin, match_->end), "how-much", "how much faster?", {"double speed", "25 % faster", "4x"});
}

void Composer::set_speed(double rate) {
  if (when_.failed || !known("speed")) return;
  if (rate < 0.1 || rate > 10)
    return question(words_of(match_->begin, match_->end), "how-much",
                    "a speed from 0.1 to 10 times is possible: which?", {"half speed", "double speed", "10x"});
  if (when_.spans.empty() && (!when_.moments.empty() || when_.length))
    return question(words_of(match_->begin, match_->end), "when",
                    "from when to when? A range such as 2:15 to 2:25 says it");
  for (const Span& span : when_.spans) speeds_.emplace_back(span, rate);
  clause("speed", "Plays at " + number(rate) + " times the speed", when_.spans);
  if (!when_.spans.empty()) return;
  Draft::Node node = stage("speed");
  node.set("rate", number(rate));
  draft_.insert(std::move(node));
}

/// A part at another speed: what is before it, it, and what is behind it, one after the other.
void Composer::finish_speed() {
  if (speeds_.empty()) return;
  const auto total = duration();
  std::ranges::sort(speeds_, {}, [](const auto& speed) { return speed.first.absolute.begin; });
  for (std::size_t i = 1; i < speeds_.size(); ++i)
    if (speeds_[i].first.absolute.begin < speeds_[i - 1].first.absolute.end)
      return question(out_.clauses.back().words, "when",
                      "two speeds are asked for the same part of the video: which one?");
  const auto chain = draft_.chain();
  const bool cut_too = std::ranges::any_of(chain, [&](int key) { return draft_.find(key)->phase == Phase::cut; });
  if (cut_too) {
    return question(out_.clauses.back().words, "how",
                    "a part at another speed and a cut are too much for one pipeline: which comes first? Ask for one, "
                    "and then for the other on its result");
  }
  struct Piece {
    Span span;
    double rate = 1;
  };
  std::vector<Piece> pieces;
  Span rest;
  for (const auto& [span, rate] : speeds_) {
    if (span.absolute.begin > rest.absolute.begin) {
      rest.written.end = span.written.begin;
      pieces.push_back({rest, 1});
    }
    pieces.push_back({span, rate});
    rest = {};
    rest.absolute.begin = span.absolute.end;
    rest.written.begin = span.written.end;
  }
  if (rest.written.begin && !(total && rest.absolute.begin >= *total)) pieces.push_back({rest, 1});
  // The first piece stands in the chain; all others take what it takes.
  const int from = draft_.last_until(Phase::document);
  std::vector<int> ends;
  for (const Piece& piece : pieces) {
    Draft::Node cut = stage("cut");
    cut.set("keep", list_yaml({piece.span}));
    if (ends.empty()) {
      int key = draft_.insert(std::move(cut));
      if (piece.rate != 1) {
        Draft::Node faster = stage("speed");
        faster.set("rate", number(piece.rate));
        faster.phase = Phase::cut;
        key = draft_.insert(std::move(faster));
      }
      ends.push_back(key);
      continue;
    }
    // Right before what takes the last one.
    const auto keys = draft_.chain();
    const auto next = std::ranges::find(keys, ends.back()) + 1;
    cut.inputs = {from};
    int key = draft_.insert_before(*next, std::move(cut));
    if (piece.rate != 1) {
      Draft::Node faster = stage("speed");
      faster.set("rate", number(piece.rate));
      faster.inputs = {key};
      key = draft_.insert_before(*next, std::move(faster));
    }
    Draft::Node join = stage("transition");
    join.phase = Phase::cut;
    join.set("duration", "0");
    join.inputs = {key};
    ends.push_back(draft_.insert(std::move(join)));
  }
}

void Composer::freeze() {
  if (when_.failed || !known("freeze")) return;
  const Words words = words_of(match_->begin, match_->end);
  Time long_{0};
  Span at;
  if (when_.moments.size() == 1) {
    at = when_.moments[0];
    if (!when_.length)
      return question(words, "how-long", "for how long is the picture to stand still? `for 3 seconds` says it");
    long_ = *when_.length;
  } else if (when_.spans.size() == 1 && when_.spans[0].absolute.end != Time::max()) {
    at = when_.spans[0];
    if (!at.written.begin) at.written.begin = Time{0};
    long_ = at.absolute.end - at.absolute.begin;
  } else {
    if (!when_.length)
      question(words, "how-long", "for how long is the picture to stand still? `for 3 seconds` says it");
    return question(words, "when", "which picture is to stand still? `freeze at 2:15 for 3 seconds` says it");
  }
  Draft::Node node = stage("freeze");
  node.set("at", base::format(*at.written.begin));
  node.set("duration", base::format_time(long_));
  draft_.insert(std::move(node));
  at.written.end = at.written.begin;
  at.absolute.end = at.absolute.begin;
  clause("freeze", "The picture stands still for " + base::format_duration(long_), {at});
}

/// A fade in and the same fade out are one.
bool Composer::both_ends(const Draft::Node& node) {
  const auto rest = [](Draft::Node fade) {
    fade.unset("direction");
    return fade.with;
  };
  for (Draft::Node& other : draft_.nodes) {
    if (other.uses != "fade" || !other.during.empty() || !other.text.empty() || rest(other) != rest(node)) continue;
    const std::string* const there = other.find("direction");
    const std::string* const here = node.find("direction");
    if (there == nullptr || here == nullptr || *there == *here) continue;
    other.unset("direction");
    return true;
  }
  return false;
}

void Composer::fade(const std::string& direction) {
  if (when_.failed || !known("fade")) return;
  Draft::Node node = stage("fade");
  if (!direction.empty()) node.set("direction", direction);
  std::optional<Time> long_ = when_.length;
  std::vector<Span> during;
  const Words words = words_of(match_->begin, match_->end);
  for (const Span& span : when_.spans) {
    // `over the last 3 seconds` says how long, and where there is no need to.
    const bool at_start = !span.written.begin, at_end = !span.written.end;
    if ((direction == "out" && at_end) || (direction == "in" && at_start) ||
        (direction.empty() && (at_start || at_end))) {
      long_ = (at_end && !at_start ? duration().value_or(span.absolute.end) : span.absolute.end) - span.absolute.begin;
    } else {
      during.push_back(span);
    }
  }
  if (!when_.moments.empty() && !when_.at_edge)
    return question(words, "how-long", "from when to when is it to fade? A range such as 1:58 to 2:00 says it");
  if (during.size() == 1 && !direction.empty()) long_ = during[0].absolute.end - during[0].absolute.begin;
  if (long_) node.set("duration", base::format_time(*long_));
  if (const Item* const color = match_->item("color"); color != nullptr && color->text != "#000000")
    node.set("color", quoted_yaml(color->text));
  bool sound = said_any({"sound", "audio", "music", "soundtrack", "volume"}),
       picture = said_any({"picture", "image", "visual", "visuals", "video"});
  for (std::size_t i = match_->begin; i + 2 < reading_.tokens.size(); ++i)
    if (reading_.tokens[i].is("not")) {
      const bool of_sound = reading_.tokens[i + 1].is_any({"sound", "audio", "music"}) ||
                            reading_.tokens[i + 2].is_any({"sound", "audio", "music"});
      (of_sound ? sound : picture) = false;
    }
  if (picture && match_->item("color") == nullptr && !said_any({"picture", "image", "visual", "visuals"}))
    picture = false;
  if (sound && !picture) node.set("picture", "false");
  if (picture && !sound) node.set("sound", "false");
  for (const Span& span : during) {
    Draft::Node part = node;
    part.during = base::format(span.written);
    part.phase = phase_of("fade", true);
    draft_.insert(std::move(part));
  }
  if (during.empty() && !both_ends(node)) draft_.insert(std::move(node));
  clause("fade", direction == "in" ? "Fades in" : direction == "out" ? "Fades out" : "Fades in and out", during);
}

void Composer::fade_in() { fade("in"); }
void Composer::fade_out() { fade("out"); }
void Composer::fade_both() { fade(""); }

}  // namespace reel::prompt
