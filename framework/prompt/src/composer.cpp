#include "composer.hpp"

#include <algorithm>
#include <cmath>

namespace reel::prompt {

using base::Time;

namespace {

std::string lower_first(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

Time to_millisecond(Time time) { return Time{(time.count() + 500'000) / 1'000'000 * 1'000'000}; }

}  // namespace

Composer::Composer(const Ask& ask, const model::StageSource& stages, const Rules& rules, const Reading& reading,
                   Draft draft, Understanding& out)
    : ask_(ask), stages_(stages), rules_(rules), reading_(reading), draft_(std::move(draft)), out_(out) {
  for (const Draft::Node& node : draft_.nodes) first_new_key_ = std::max(first_new_key_, node.key + 1);
}

void Composer::question(Words words, std::string code, std::string text, std::vector<std::string> choices) {
  const auto same = [&](const Remark& other) { return other.code == code && other.words == words; };
  if (std::ranges::none_of(out_.questions, same))
    out_.questions.push_back({words, std::move(code), std::move(text), std::move(choices)});
}

void Composer::refusal(Words words, std::string code, std::string text, std::vector<std::string> choices) {
  out_.refusals.push_back({words, std::move(code), std::move(text), std::move(choices)});
}

void Composer::note(const Match& match, const std::string& what) {
  const Words words = words_of(match.begin, match.end);
  out_.notes.push_back({words, "passed-over", what + ": `" + ask_.text.substr(words.begin, words.length) + "`", {}});
}

bool Composer::is_label(const Token& token) const {
  return std::ranges::any_of(ask_.labels, [&](const std::string& label) { return stem(label) == token.stem; });
}

Words Composer::words_of(std::size_t begin, std::size_t end) const {
  while (begin < end && reading_.tokens[begin].kind == Token::Kind::symbol) ++begin;
  while (end > begin && reading_.tokens[end - 1].kind == Token::Kind::symbol) --end;
  if (begin >= end) return {};
  const Words& first = reading_.tokens[begin].words;
  const Words& last = reading_.tokens[end - 1].words;
  return {first.begin, last.begin + last.length - first.begin};
}

std::string Composer::said(std::size_t begin, std::size_t end) const {
  const Words words = words_of(begin, end);
  return ask_.text.substr(words.begin, words.length);
}

std::optional<Time> Composer::duration() const { return ask_.media ? ask_.media->duration : std::nullopt; }

std::optional<Time> Composer::absolute(const Point& point) const {
  switch (point.from) {
    case Point::From::start:
      return point.offset;
    case Point::From::end:
      return duration() ? std::optional{*duration() - point.offset} : std::nullopt;
    case Point::From::share:
      return duration() ? std::optional{to_millisecond(
                              Time{std::llround(static_cast<double>(duration()->count()) * point.share)})}
                        : std::nullopt;
    case Point::From::frame:
      break;
  }
  const model::StreamInfo* const video = ask_.media ? ask_.media->video() : nullptr;
  const double rate = video != nullptr && video->video ? video->video->frame_rate.value() : 0;
  if (rate <= 0) return std::nullopt;
  return Time{std::llround(std::min(static_cast<double>(point.frame) / rate * 1e9, 9e17))};
}

base::TimePoint Composer::written(const Point& point) const {
  if (point.from == Point::From::frame) return base::FrameNumber{point.frame};
  const Time at = *absolute(point);
  return point.from == Point::From::start ? at : to_millisecond(at);
}

/// Nothing: a question was asked.
std::optional<Span> Composer::span(const Range& range, Words words) {
  Span span;
  const auto ask_when = [&](const std::string& text) { question(words, "when", text); };
  if (range.begin) {
    const auto at = absolute(*range.begin);
    if (!at)
      return ask_when("how long the video is, is not known: when is that, counted from its beginning?"), std::nullopt;
    if (*at < Time{0})
      return ask_when("the video is only " + base::format_moment(*duration()) + " long: when is that?"), std::nullopt;
    span.absolute.begin = *at;
    if (*at > Time{0} || range.begin->from == Point::From::frame) span.written.begin = written(*range.begin);
    if (range.begin->from == Point::From::frame && range.begin->frame == 0) span.written.begin.reset();
  }
  if (range.end) {
    const auto at = absolute(*range.end);
    if (!at)
      return ask_when("how long the video is, is not known: when is that, counted from its beginning?"), std::nullopt;
    span.absolute.end = *at;
    span.written.end = written(*range.end);
  }
  const auto total = duration();
  if (total && span.absolute.begin >= *total)
    return ask_when(base::format_moment(span.absolute.begin) + " is past the end of the video, which is " +
                    base::format_moment(*total) + " long: when is meant?"),
           std::nullopt;
  if (range.end && span.absolute.end <= span.absolute.begin)
    return ask_when("that ends before it begins: from when to when?"), std::nullopt;
  if (total && range.end && span.absolute.end > *total) {
    // A length is shown rounded: what is past the end by less than a second is the end.
    if (span.absolute.end - *total >= std::chrono::seconds(1))
      return ask_when(base::format_moment(span.absolute.end) + " is past the end of the video, which is " +
                      base::format_moment(*total) + " long: until when? `until the end` is possible"),
             std::nullopt;
    span.absolute.end = Time::max();
    span.written.end.reset();
  }
  if (total && span.absolute.end > *total) span.absolute.end = *total;
  return span;
}

namespace {

/// What a list of ranges leaves out.
std::vector<Range> all_but(std::vector<Range> ranges) {
  std::vector<Range> rest;
  std::optional<Point> from = Point{};
  bool at_start = true;
  for (const Range& range : ranges) {
    if (range.begin && !(at_start && *range.begin == Point{}))
      rest.push_back({at_start ? std::nullopt : from, range.begin});
    from = range.end;
    at_start = false;
    if (!range.end) return rest;
  }
  rest.push_back({from, std::nullopt});
  return rest;
}

}  // namespace

When Composer::when(const Item* shared_time) {
  When when;
  std::vector<const Item*> times;
  for (const Item* const item : match_->items)
    if (item->kind == "time") times.push_back(item);
  if (times.empty() && shared_time != nullptr) times.push_back(shared_time);
  std::vector<Range> ranges;
  std::vector<Point> moments;
  Words words;
  for (const Item* const item : times) {
    const TimeSaid& time = item->time;
    words = words_of(item->begin, item->end);
    if (time.kind == TimeSaid::Kind::unsure) {
      question(words, time.code, "`" + said(item->begin, item->end) + "`: " + time.text);
      when.failed = true;
    }
    when.except = when.except || time.except;
    ranges.insert(ranges.end(), time.ranges.begin(), time.ranges.end());
    moments.insert(moments.end(), time.moments.begin(), time.moments.end());
    when.at_edge = when.at_edge || (time.kind == TimeSaid::Kind::moments && time.edge);
    if (time.kind == TimeSaid::Kind::length) when.length = time.length;
  }
  // `at 2:15, for 3 seconds`, with other words between.
  if (moments.size() == 1 && when.length && ranges.empty() && moments[0].from == Point::From::start && !when.at_edge &&
      !(match_->rule != nullptr && match_->rule->accepts("moment"))) {
    Point end = moments[0];
    end.offset += *when.length;
    ranges.push_back({moments[0], end});
    moments.clear();
    when.length.reset();
  }
  const bool whole = ranges.size() == 1 && !ranges[0].begin && !ranges[0].end;
  if (whole) ranges.clear();
  if (when.except && !ranges.empty() && match_->rule->action != "cut" && match_->rule->action != "keep")
    ranges = all_but(ranges);
  for (const Range& range : ranges) {
    const auto found = span(range, words);
    if (!found) {
      when.failed = true;
      continue;
    }
    when.spans.push_back(*found);
    when.spans.back().touches_edge = !range.begin || !range.end;
  }
  for (const Point& moment : moments) {
    const auto at = absolute(moment);
    if (!at || *at < Time{0} || (duration() && *at > *duration())) {
      question(words, "when",
               at && duration() ? base::format_moment(*at) + " is past the end of the video, which is " +
                                      base::format_moment(*duration()) + " long: when is meant?"
                                : "how long the video is, is not known: when is that, counted from its beginning?");
      when.failed = true;
      continue;
    }
    when.moments.push_back({{written(moment), written(moment)}, {*at, *at}});
  }
  return when;
}

bool Composer::said_any(std::initializer_list<std::string_view> stems) const {
  for (std::size_t i = match_->begin; i < match_->end; ++i)
    for (const std::string_view stem : stems)
      if (reading_.tokens[i].kind == Token::Kind::word &&
          (reading_.tokens[i].stem == stem || reading_.tokens[i].text == stem))
        return true;
  return false;
}

double Composer::degree() const {
  const Item* const degree = match_->item("degree");
  return degree == nullptr ? 1 : degree->value;
}

bool Composer::known(const std::string& uses) {
  if (stages_.find(uses) != nullptr) return true;
  const std::string why = stages_.why_not(uses);
  refusal(words_of(match_->begin, match_->end), "not-here",
          "this needs the stage `" + uses + "`, which " +
              (why.empty() ? "is not installed here" : "cannot be used here: " + why));
  return false;
}

Draft::Node Composer::stage(const std::string& uses) const {
  Draft::Node node;
  node.uses = uses;
  node.phase = phase_of(uses, false);
  return node;
}

void Composer::clause(const std::string& uses, const std::string& meaning, const std::vector<Span>& spans) {
  Clause made;
  made.words = words_of(match_->begin, match_->end);
  made.stage = uses;
  made.meaning = meaning;
  for (const Span& span : spans) made.times.push_back({span.written, span.absolute});
  out_.clauses.push_back(std::move(made));
  changed_ = true;
}

bool Composer::no_time(const std::string& what) {
  if (when_.spans.empty() && when_.moments.empty() && !when_.length) return true;
  refusal(words_of(match_->begin, match_->end), "out-of-scope",
          what + " is done to all of a video, not to a part of its time",
          {"say it without a time", "cut the part out as a video of its own first: `keep only 1:00 to 1:10`"});
  return false;
}

/// The same was said twice.
bool Composer::is_there(const Draft::Node& node) const {
  return std::ranges::any_of(draft_.nodes, [&](const Draft::Node& other) {
    return other.text.empty() && other.uses == node.uses && other.with == node.with && other.during == node.during &&
           other.inputs.size() == 1;
  });
}

/// Pixels cut off at two edges are one crop.
bool Composer::joins(const Draft::Node& node) {
  const auto edges = [](const Draft::Node& crop) {
    return crop.uses == "crop" && std::ranges::all_of(crop.with, [](const auto& set) {
             return set.first == "left" || set.first == "right" || set.first == "top" || set.first == "bottom";
           });
  };
  if (!edges(node)) return false;
  for (Draft::Node& other : draft_.nodes)
    if (other.text.empty() && edges(other)) {
      for (const auto& [name, value] : node.with) other.set(name, value);
      return true;
    }
  return false;
}

bool Composer::put(const Draft::Node& node, const std::string& meaning, bool) {
  const model::StageTraits* const traits = stages_.find(node.uses);
  if (traits == nullptr) return known(node.uses);
  if (when_.failed) return false;
  const Words words = words_of(match_->begin, match_->end);
  if (!traits->allows_during && !no_time(lower_first(traits->title.empty() ? node.uses : traits->title))) return false;
  if (when_.spans.empty() && !when_.moments.empty()) {
    question(words, "how-long",
             "from when to when? At " + base::format_moment(when_.moments[0].absolute.begin) +
                 " something begins; `for 3 seconds` or `to 2:18` says how long it lasts");
    return false;
  }
  if (when_.spans.empty() && when_.length) {
    question(words, "when",
             "when are these " + base::format_duration(*when_.length) + "? A range such as 2:15 to 2:18 says it");
    return false;
  }
  if (when_.spans.empty()) {
    if (is_there(node) || joins(node)) return true;
    draft_.insert(node);
  } else {
    for (const Span& span : when_.spans) {
      Draft::Node part = node;
      part.during = base::format(span.written);
      part.phase = phase_of(node.uses, true);
      draft_.insert(std::move(part));
    }
  }
  clause(node.uses, meaning, when_.spans);
  return true;
}

namespace {

std::string value_of(const Item& item, const std::vector<std::string>& takes) {
  if (item.kind.ends_with("-file")) return path_yaml(item.text);
  if (item.kind == "text" || item.kind == "color" || item.kind == "ratio") return quoted_yaml(item.text);
  if (item.kind == "place" || item.kind == "size") return item.text;
  if (item.kind == "time") return base::format(base::TimePoint{item.time.length});
  if (item.kind == "bigness") return takes.at(1 + static_cast<std::size_t>(item.value));
  double value = item.value;
  if (const auto slash = takes[0].find('/'); slash != std::string::npos)
    value /= std::atof(takes[0].c_str() + slash + 1);
  return number(value);
}

std::string param_of(const std::string& takes) { return takes.substr(0, takes.find('/')); }

}  // namespace

void Composer::take_items(Draft::Node& node) {
  const Item* color_said = nullptr;
  for (const Item* const item : match_->items) {
    auto takes = match_->rule->takes.find(item->what());
    if (takes == match_->rule->takes.end())
      takes = match_->rule->takes.find(item->kind.ends_with("-file") ? "file" : item->kind);
    if (takes == match_->rule->takes.end() || takes->second.empty() || takes->first == "time" ||
        takes->second[0] == "none")
      continue;
    if (item->kind == "look") {
      for (const std::string& look : takes->second)
        if (look.starts_with(item->text + ":")) {
          const auto equals = look.find('=');
          node.set(look.substr(item->text.size() + 1, equals - item->text.size() - 1), look.substr(equals + 1));
        }
      continue;
    }
    if (item->kind == "color") {
      // Behind `on`, or before `background`, it is what lies behind.
      const bool behind = item->begin > 0 && (reading_.tokens[item->begin - 1].is("on") ||
                                              (item->begin > 1 && reading_.tokens[item->begin - 2].is("on") &&
                                               reading_.tokens[item->begin - 1].is_any({"a", "the"})));
      const bool background = item->end < reading_.tokens.size() &&
                              reading_.tokens[item->end].is_any({"background", "box", "backdrop", "bar"});
      const model::StageTraits* const traits = stages_.find(node.uses);
      if ((behind || background) && traits != nullptr && traits->param("background") != nullptr) {
        node.set("background", "\"" + item->text + "\"");
        continue;
      }
      if (color_said != nullptr) continue;
      color_said = item;
    }
    if (node.find(param_of(takes->second[0])) == nullptr)
      node.set(param_of(takes->second[0]), value_of(*item, takes->second));
  }
}

/// False: an amount of another unit was said, or none.
bool Composer::set_amount(const Amount& amount, Draft::Node& node) {
  for (const Item* const item : match_->items) {
    const auto unit = amount.units.find(item->kind);
    if (unit == amount.units.end()) continue;
    const double sign = amount.step < 0 || unit->second < 0 ? -1 : 1;
    const double factor = std::abs(unit->second);
    double value = 0;
    if (item->kind == "number" || item->kind == "x") {
      value = item->value * factor * (item->kind == "number" && amount.base == 0 ? sign : 1);
    } else if (item->absolute && item->kind == "percent") {
      value = item->value * factor;
    } else {
      value = amount.base + sign * item->value * factor;
    }
    node.set(amount.param, number(value));
    return true;
  }
  return false;
}

bool Composer::ask_needs() {
  bool asked = false;
  for (const Need& need : match_->rule->needs) {
    const bool met = std::ranges::any_of(need.kinds, [&](const std::string& kind) {
      if (kind == "amount")
        return std::ranges::any_of(match_->items, [&](const Item* item) {
          return std::ranges::any_of(match_->rule->amounts,
                                     [&](const Amount& amount) { return amount.units.contains(item->kind); });
        });
      if (kind == "time")
        return when_.failed || !when_.spans.empty() || !when_.moments.empty() || when_.length.has_value();
      return std::ranges::any_of(match_->items, [&](const Item* item) {
        return item->kind == kind || (kind == "file" && item->kind.ends_with("-file"));
      });
    });
    if (met) continue;
    question(words_of(match_->begin, match_->end), need.code, need.text);
    asked = true;
  }
  return asked;
}

void Composer::stage_rule() {
  const Rule& rule = *match_->rule;
  if (!known(rule.stage)) return;
  Draft::Node node = stage(rule.stage);
  for (const auto& [name, value] : rule.with)
    node.set(name, value.find_first_not_of("0123456789.-") == std::string::npos || value == "true" || value == "false"
                       ? value
                       : "\"" + value + "\"");
  take_items(node);
  if (const auto drawn = rule.takes.find("drawn"); drawn != rule.takes.end() && ask_.regions.size() == 1)
    node.set(drawn->second.at(0), region_yaml(ask_.regions[0].region));
  if (ask_needs()) return;
  const bool amount_said =
      std::ranges::any_of(rule.amounts, [&](const Amount& amount) { return set_amount(amount, node); });
  if (!rule.amounts.empty() && !amount_said) {
    const Amount& amount = rule.amounts[0];
    if (node.find(amount.param) == nullptr && (!amount.quiet || match_->item("degree") != nullptr)) {
      double value = amount.base + amount.step * degree();
      const model::ParamSchema* const schema = stages_.find(rule.stage)->param(amount.param);
      if (schema != nullptr && schema->maximum) value = std::min(value, *schema->maximum);
      node.set(amount.param, number(value));
    }
  }
  put(node, stages_.find(rule.stage)->title + ": " + said(match_->begin, match_->end));
}

const std::map<std::string, Composer::Action, std::less<>>& Composer::actions() {
  static const std::map<std::string, Action, std::less<>> all{{"cut", &Composer::cut},
                                                              {"keep", &Composer::keep},
                                                              {"begin-at", &Composer::begin_at},
                                                              {"end-at", &Composer::end_at},
                                                              {"split", &Composer::split},
                                                              {"remove", &Composer::remove},
                                                              {"blur", &Composer::blur},
                                                              {"pixelate", &Composer::pixelate},
                                                              {"hide", &Composer::hide},
                                                              {"blackout", &Composer::blackout},
                                                              {"picture", &Composer::picture},
                                                              {"inset", &Composer::inset},
                                                              {"fade-in", &Composer::fade_in},
                                                              {"fade-out", &Composer::fade_out},
                                                              {"fade-both", &Composer::fade_both},
                                                              {"append", &Composer::append},
                                                              {"prepend", &Composer::prepend},
                                                              {"transition", &Composer::transition},
                                                              {"speed", &Composer::speed},
                                                              {"slower", &Composer::slower},
                                                              {"faster", &Composer::faster},
                                                              {"freeze", &Composer::freeze},
                                                              {"replace-sound", &Composer::replace_sound},
                                                              {"add-sound", &Composer::add_sound},
                                                              {"chroma-key", &Composer::chroma_key},
                                                              {"crop", &Composer::crop},
                                                              {"zoom", &Composer::zoom},
                                                              {"rotate", &Composer::rotate},
                                                              {"flip", &Composer::flip},
                                                              {"rescale", &Composer::rescale},
                                                              {"output", &Composer::output},
                                                              {"output-sound", &Composer::output_sound},
                                                              {"photoshop", &Composer::photoshop},
                                                              {"track", &Composer::track},
                                                              {"nothing", &Composer::nothing},
                                                              {"generate", &Composer::generate},
                                                              {"restyle", &Composer::restyle}};
  return all;
}

void Composer::add(const ClauseRead& clause, const Item* shared_time) {
  match_ = &clause.match;
  const Rule& rule = *match_->rule;
  when_ = {};
  const Words words = words_of(match_->begin, match_->end);
  if (!rule.refuses.empty()) return refusal(words, rule.refuses, rule.text, rule.choices);
  if (!rule.asks.empty()) return question(words, rule.asks, rule.text, rule.choices);
  when_ = when(shared_time);
  const std::size_t said_back = out_.refusals.size() + out_.questions.size();
  act();
  if (out_.refusals.size() + out_.questions.size() == said_back) tell_unknown();
}

/// `do not blur the faces`: the word stands before the verb.
bool Composer::is_negated() const {
  if (match_->said.empty()) return false;
  const std::size_t verb = match_->said.front();
  for (std::size_t i = std::max(match_->begin, verb < 2 ? 0 : verb - 2); i < verb; ++i)
    if (reading_.tokens[i].is_any({"not", "never", "don't", "dont", "doesn't", "didn't"})) return true;
  return false;
}

/// `blur everyone except the man on the left`, `blur the faces if it is dark`: what cannot be told must not be passed over.
bool Composer::is_conditional() {
  for (std::size_t i = match_->begin; i < match_->end; ++i) {
    const bool in_item =
        std::ranges::any_of(reading_.items, [&](const Item& item) { return i >= item.begin && i < item.end; });
    if (in_item || !reading_.tokens[i].is_any({"except", "excluding", "besides", "unless", "if", "whenever"})) continue;
    // `if possible`, `as if on a tripod`
    if (reading_.tokens[i].is("if") && i + 1 < match_->end && reading_.tokens[i + 1].is_any({"possible", "you"}))
      continue;
    if (reading_.tokens[i].is("if") && i > 0 && reading_.tokens[i - 1].is("as")) continue;
    refusal(words_of(i, match_->end), "out-of-scope",
            "`" + said(i, match_->end) + "`: exceptions and conditions are possible for times only",
            {"`blur the faces except from 1:00 to 1:10`", "name what is meant: `the person on the left`"});
    return true;
  }
  return false;
}

void Composer::act() {
  const Rule& rule = *match_->rule;
  if (is_negated()) return note(*match_, "nothing is done about");
  if (is_conditional()) return;
  if (rule.action.empty()) return stage_rule();
  const auto action = actions().find(rule.action);
  if (action == actions().end()) throw std::logic_error("lexicon.yaml: nothing is called " + rule.action);
  const bool about_time = rule.action == "keep" || rule.action == "split";
  if (about_time && ask_needs()) return;
  (this->*action->second)();
}

void Composer::tell_unknown() {
  if (match_->purpose != 0) {
    Match purpose;
    purpose.begin = match_->purpose;
    purpose.end = match_->end;
    note(purpose, "passed over");
  }
  if (match_->rule->complaint) return;
  for (const std::size_t token : match_->unknown)
    out_.unknown.push_back(
        {reading_.tokens[token].words, "unknown-word", "`" + said(token, token + 1) + "` was not understood", {}});
  for (const Item* const item : match_->left)
    out_.unknown.push_back({words_of(item->begin, item->end),
                            "unknown-words",
                            "what `" + said(item->begin, item->end) + "` is to mean here was not understood",
                            {}});
}

void Composer::finish() {
  finish_cuts();
  finish_speed();
  finish_output();
}

std::string region_yaml(const model::Region& region) { return model::to_yaml(region); }

}  // namespace reel::prompt
