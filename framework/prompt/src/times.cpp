#include "times.hpp"

#include <algorithm>
#include <cmath>

namespace reel::prompt {
namespace {

using namespace std::chrono_literals;
using base::Time;
using Kind = TimeSaid::Kind;

constexpr Time hour = 1h, minute = 1min, second = 1s;

/// Nobody means years; what is longer would leave the range of the clock when added up.
constexpr double longest = 9e17;

Time times(double count, Time unit) {
  return Time{std::llround(std::clamp(count * static_cast<double>(unit.count()), 0.0, longest))};
}

std::int64_t frame_number(double count) { return std::llround(std::clamp(count, 0.0, 1e9)); }

/// Of `m`, `mins`, `seconds`; frames have none.
std::optional<Time> unit_of(const Token& token) {
  if (token.is_any({"s", "sec", "second", "seconds", "secound", "secounds", "secconds", "secods"})) return second;
  if (token.is_any({"m", "min", "mins", "minute", "minutes", "minuts", "mintues"})) return minute;
  if (token.is_any({"h", "hr", "hrs", "hour", "hours"})) return hour;
  if (token.is_any({"ms", "msec", "millisecond", "milliseconds"})) return Time{1ms};
  return std::nullopt;
}
bool is_frames(const Token& token) { return token.is_any({"frame", "frames", "f", "fr"}); }

/// `1:02:03.5`, `5:00`; four parts: the last are frames, which need the media, so there it is no clock.
std::optional<Time> clock_of(const Token& token) {
  if (token.kind != Token::Kind::clock) return std::nullopt;
  const auto parsed = base::parse_time(token.text);
  if (!parsed || !std::holds_alternative<Time>(*parsed)) return std::nullopt;
  return std::get<Time>(*parsed);
}

class Reader {
 public:
  explicit Reader(std::span<const Token> tokens) : tokens_(tokens) {}

  std::optional<TimeSaid> read() {
    auto said = attempt([&] { return one(); });
    if (!said) return std::nullopt;
    while (said->kind == Kind::ranges || said->kind == Kind::moments)
      if (!more(*said)) break;
    said->tokens = at_;
    return said;
  }

 private:
  // --- the cursor ---

  bool done() const { return at_ >= tokens_.size(); }
  const Token* peek(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool sees(std::initializer_list<std::string_view> these, std::size_t ahead = 0) const {
    return peek(ahead) != nullptr && peek(ahead)->is_any(these);
  }
  bool take(std::initializer_list<std::string_view> these) {
    if (!sees(these)) return false;
    ++at_;
    return true;
  }
  /// All of them, one after the other.
  bool phrase(std::initializer_list<std::string_view> words) {
    std::size_t ahead = 0;
    for (const std::string_view word : words)
      if (peek(ahead) == nullptr || !peek(ahead)->is(word))
        return false;
      else
        ++ahead;
    at_ += ahead;
    return true;
  }
  void articles() {
    while (take({"the", "very", "its", "this", "that"})) {
    }
  }
  /// What `read` takes, or the cursor where it was.
  template <class Read>
  auto attempt(Read read) -> decltype(read()) {
    const std::size_t before = at_;
    auto result = read();
    if (!result) at_ = before;
    return result;
  }

  // --- lengths ---

  std::optional<Time> unit() {
    if (peek() == nullptr) return std::nullopt;
    if (sees({"-"}) && peek()->glued && peek(1) != nullptr && peek(1)->glued && unit_of(*peek(1))) ++at_;
    const auto found = unit_of(*peek());
    if (found) ++at_;
    return found;
  }

  std::optional<double> number() {
    const auto found = read_number(tokens_.subspan(at_));
    if (!found) return std::nullopt;
    at_ += found->tokens;
    return found->value;
  }

  /// `10 seconds`, `5 minutes 15`, `a minute and a half`, `half a minute`, `0:05`.
  std::optional<Time> length() {
    if (peek() == nullptr) return std::nullopt;
    if (const auto clock = clock_of(*peek())) return ++at_, clock;
    return attempt([&]() -> std::optional<Time> {
      if (sees({"a", "an"}) && peek(1) != nullptr && unit_of(*peek(1)) && !a_second_something()) {
        ++at_;
        return with_half(*unit());
      }
      const auto count = number();
      if (!count) return std::nullopt;
      const auto of = unit();
      if (!of) return std::nullopt;
      return with_half(times(*count, *of), *of);
    });
  }

  /// `a second title` is no time.
  bool a_second_something() const {
    if (!sees({"second"}, 1)) return false;
    const Token* const next = peek(2);
    return next != nullptr && next->kind == Token::Kind::word &&
           !next->is_any({"of", "from", "at", "into", "in", "long", "fade", "before", "after", "off", "and", "to",
                          "later", "crossfade", "dissolve", "on"});
  }

  Time with_half(Time so_far, Time of) {
    if (phrase({"and", "a", "half"})) return so_far + of / 2;
    while (auto rest = attempt([&] { return smaller(of); })) {
      so_far += rest->first;
      of = rest->second;
    }
    return so_far;
  }
  Time with_half(Time of) { return with_half(of, of); }

  /// What follows `5 minutes`: `15 seconds`, `and 15 seconds`, `15`.
  std::optional<std::pair<Time, Time>> smaller(Time than) {
    take({","});
    take({"and"});
    const auto count = number();
    if (!count) return std::nullopt;
    if (peek() != nullptr && unit_of(*peek())) {
      const Time of = *unit_of(*peek());
      if (of >= than) return std::nullopt;
      ++at_;
      return std::pair{times(*count, of), of};
    }
    const bool followed =
        sees({"%", "x", "times", "percent", "px", "pixels", "frames", "frame", "p", "fps", "mb", "gb", ":"});
    const bool bare = tokens_[at_ - 1].kind == Token::Kind::number || true;
    if (followed || than < minute || *count >= 60 || !bare || tokens_[at_ - 2].is_any({"and", ","}))
      return std::nullopt;
    return std::pair{times(*count, than / 60), Time{than / 60}};
  }

  // --- points ---

  void of_the_video() {
    attempt([&] {
      return take({"of", "in", "into", "on"}) &&
             (articles(), take({"video", "clip", "film", "movie", "footage", "recording", "whole"}));
    });
  }

  std::optional<Point> point() {
    return attempt([&]() -> std::optional<Point> {
      articles();
      if (const auto found = edge()) return found;
      if (const auto found = numbered()) return found;
      if (const auto found = share_of()) return found;
      const auto at = length();
      if (!at) return std::nullopt;
      return around(*at);
    });
  }

  std::optional<Point> edge() {
    if (take({"start", "beginning", "outset", "opening", "begining", "front", "head"})) {
      of_the_video();
      return Point{};
    }
    if (take({"end", "finish", "ending", "close", "tail"})) {
      of_the_video();
      return Point{.from = Point::From::end};
    }
    // `in the middle` is a place, unless it is that of the video.
    const std::size_t before = at_;
    if (take({"middle", "center"})) {
      const std::size_t behind = at_;
      of_the_video();
      if (at_ == behind) return at_ = before, std::nullopt;
      return Point{.from = Point::From::share, .share = 0.5};
    }
    const bool half = take({"halfway", "midpoint"}) || phrase({"half", "way"}) || phrase({"half", "-", "way"});
    if (!half) return std::nullopt;
    take({"point", "mark"});
    take({"through", "in"});
    of_the_video();
    return Point{.from = Point::From::share, .share = 0.5};
  }

  /// `frame 100`, `minute 5`, `second 30`.
  std::optional<Point> numbered() {
    return attempt([&]() -> std::optional<Point> {
      if (peek() == nullptr) return std::nullopt;
      const bool frames = sees({"frame", "frames"});
      const auto of = unit_of(*peek());
      if (!frames && !(of && sees({"second", "seconds", "minute", "minutes"}))) return std::nullopt;
      ++at_;
      take({"number", "no", "#"});
      const auto count = number();
      if (!count) return std::nullopt;
      if (frames) return Point{.from = Point::From::frame, .frame = frame_number(*count)};
      return Point{.offset = times(*count, *of)};
    });
  }

  std::optional<Point> share_of() {
    return attempt([&]() -> std::optional<Point> {
      const auto count = number();
      if (!count) return std::nullopt;
      if (is_frame_next()) {
        ++at_;
        return Point{.from = Point::From::frame, .frame = frame_number(*count)};
      }
      if (!take({"%", "percent"})) return std::nullopt;
      if (!(take({"mark", "in", "through"}) || phrase({"of", "the", "way"}))) return std::nullopt;
      take({"in", "through"});
      return Point{.from = Point::From::share, .share = std::min(*count / 100, 10.0)};
    });
  }
  bool is_frame_next() const { return peek() != nullptr && is_frames(*peek()); }

  /// What is said behind an amount of time to make it a moment.
  Point around(Time at) {
    if (phrase({"before", "the", "end"}) || phrase({"from", "the", "end"}) || phrase({"before", "it", "ends"}) ||
        phrase({"before", "end"}) || phrase({"before", "the", "video", "ends"}) || phrase({"from", "end"})) {
      of_the_video();
      return Point{.from = Point::From::end, .offset = at};
    }
    if (phrase({"after", "the", "start"}) || phrase({"after", "the", "beginning"}) ||
        phrase({"from", "the", "start"}) || phrase({"from", "the", "beginning"}) || take({"mark"}) ||
        phrase({"-", "mark"}) || phrase({"into", "it"}) || phrase({"into"})) {
      attempt([&] { return articles(), take({"video", "clip", "film", "movie", "footage", "recording"}); });
      return Point{.offset = at};
    }
    if (sees({"in"}) && (peek(1) == nullptr || peek(1)->kind == Token::Kind::symbol ||
                         peek(1)->is_any({"to", "until", "and", "for", "on", "the", "then", "i"}))) {
      const bool picture = peek(1) != nullptr && peek(1)->is("the") && peek(2) != nullptr &&
                           !peek(2)->is_any({"video", "clip", "film", "movie", "footage", "recording"});
      if (!picture) {
        ++at_;
        attempt([&] { return articles(), take({"video", "clip", "film", "movie", "footage", "recording"}); });
      }
    }
    return Point{.offset = at};
  }

  // --- expressions ---

  static TimeSaid ranges(Range range) {
    TimeSaid said;
    said.ranges.push_back(std::move(range));
    return said;
  }
  static TimeSaid unsure(std::string code, std::string text) {
    TimeSaid said;
    said.kind = Kind::unsure;
    said.code = std::move(code);
    said.text = std::move(text);
    return said;
  }

  std::optional<TimeSaid> one() {
    using Read = std::optional<TimeSaid> (Reader::*)();
    for (const Read read : {&Reader::whole, &Reader::except, &Reader::vague, &Reader::no_unit, &Reader::between,
                            &Reader::first_and_last, &Reader::part, &Reader::trimmed, &Reader::length_from,
                            &Reader::span, &Reader::lasting, &Reader::open, &Reader::moment, &Reader::just_length})
      if (auto said = attempt([&] { return (this->*read)(); })) return said;
    return std::nullopt;
  }

  std::optional<TimeSaid> whole() {
    TimeSaid said;
    said.kind = Kind::whole;
    take({"for", "during", "over", "across", "through", "throughout", "in"});
    articles();
    if (take({"whole", "entire", "full", "complete"}) && take({"time", "way", "thing", "video", "clip", "movie", "film",
                                                               "duration", "length", "footage", "recording", "way"})) {
      take({"through"});
      return said;
    }
    if (at_ > 0 && tokens_[at_ - 1].is("throughout"))
      return of_the_video(), take({"video", "clip", "film", "movie"}), said;
    if (at_ > 1 && tokens_[at_ - 2].is("throughout") && take({"video", "clip", "film", "movie"})) return said;
    if (phrase({"all", "the", "way", "through"}) || phrase({"from", "start", "to", "finish"}) ||
        phrase({"from", "beginning", "to", "end"}) || phrase({"from", "start", "to", "end"}) ||
        phrase({"start", "to", "finish"}) || phrase({"all", "the", "time"}))
      return said;
    return std::nullopt;
  }

  std::optional<TimeSaid> except() {
    if (!(take({"except", "excluding", "excepting", "outside", "besides", "without"}) || phrase({"apart", "from"}) ||
          phrase({"other", "than"}) || phrase({"but", "not"}) || phrase({"just", "not"}) || take({"but", "not"})))
      return std::nullopt;
    // `except the part from 2:00 to 4:00`
    while (take({"of", "for", "the", "part", "section", "bit", "portion", "piece", "time", "footage", "what", "is",
                 "segment"})) {
    }
    auto said = one();
    if (!said || (said->kind != Kind::ranges && said->kind != Kind::unsure)) return std::nullopt;
    said->except = !said->except;
    return said;
  }

  std::optional<TimeSaid> vague() {
    take({"at", "from", "in", "for"});
    const bool guess = take({"around", "about", "roughly", "approximately", "circa", "near", "nearly", "towards",
                             "toward", "somewhere", "sometime", "~", "almost", "approx"});
    if (!guess) {
      articles();
      if ((take({"first", "last", "final", "next"}) && take({"few", "couple", "several", "some"})) ||
          (take({"few", "several"}))) {
        take({"of"});
        if (unit() || take({"frames"}))
          return of_the_video(), unsure("when", "how many seconds are meant? A time such as 0:00..0:10 says it");
      }
      return std::nullopt;
    }
    take({"around", "about", "in", "at", "the", "from", "between"});
    auto said = point() ? std::optional{unsure(
                              "when", "when exactly? A time such as 5:00, or a range such as 5:00 to 5:15, says it")}
                        : std::nullopt;
    if (said && take({"to", "until", "-", "and"})) point();
    return said;
  }

  /// `from 5 to 10`: seconds or minutes?
  std::optional<TimeSaid> no_unit() {
    const bool from = take({"from", "between", "at", "after", "until", "before", "since"});
    const bool range = !from || tokens_[at_ - 1].is_any({"from", "between"});
    if (sees({"half", "a", "one"})) return std::nullopt;
    const auto begin = number();
    if (!begin || (peek() != nullptr && peek()->glued && !sees({"-", ",", "."}))) return std::nullopt;
    if (range && take({"to", "and", "-", "until", "through"})) {
      if (peek() != nullptr && clock_of(*peek())) return std::nullopt;
      const auto end = number();
      if (!end) return std::nullopt;
    } else if (!from) {
      return std::nullopt;
    }
    if (followed_by_unit()) return std::nullopt;
    return unsure("which-unit", "are these seconds or minutes? `5 s`, `5 min` or 5:00 say it");
  }
  bool followed_by_unit() const {
    const Token* const next = peek();
    if (next == nullptr) return false;
    return unit_of(*next) || is_frames(*next) || next->kind == Token::Kind::number ||
           next->kind == Token::Kind::clock ||
           next->is_any({"%",    "percent", "x",       "times", "px",  "pixels", "pixel", "fps", "mb",     "db", "kbps",
                         "mbps", "-",       "degrees", "to",    "th",  "st",     "nd",    "rd",  "p",      "k",  "/",
                         "inch", "lufs",    "points",  "steps", "the", "speed",  "size",  "by",  "quality"}) ||
           next->is("\xC2\xB0");
  }

  std::optional<TimeSaid> between() {
    take({"from", "in", "during", "the"});
    if (!take({"between"})) return std::nullopt;
    if (auto marks = attempt([&] { return ordinal_marks(); })) return marks;
    return two_points({"and", "to", "-", "until"});
  }

  /// `the first and the second minute mark`.
  std::optional<TimeSaid> ordinal_marks() {
    articles();
    const auto first = peek() == nullptr ? std::nullopt : ordinal(*peek());
    if (!first) return std::nullopt;
    ++at_;
    take({"minute", "hour"});
    take({"mark"});
    if (!take({"and"})) return std::nullopt;
    articles();
    const auto last = peek() == nullptr ? std::nullopt : ordinal(*peek());
    if (!last) return std::nullopt;
    ++at_;
    if (!sees({"minute", "hour"}) || !sees({"mark"}, 1)) return std::nullopt;
    const Time of = *unit();
    ++at_;
    return ranges({Point{.offset = of * *first}, Point{.offset = of * *last}});
  }

  std::optional<TimeSaid> two_points(std::initializer_list<std::string_view> joints) {
    if (auto shared = attempt([&] { return shared_unit(joints); })) return shared;
    const auto begin = point();
    if (!begin || !joint(joints)) return std::nullopt;
    take({"at", "around"});
    const auto end = point();
    if (!end) return std::nullopt;
    Range range{*begin, *end};
    if (end->from == Point::From::end && end->offset == Time{0}) range.end.reset();
    return ranges(range);
  }

  bool joint(std::initializer_list<std::string_view> joints) {
    if (phrase({"up", "to"}) || phrase({"all", "the", "way", "to"}) || phrase({".", "."}) || phrase({"-", ">"}) ||
        phrase({"right", "up", "to"}))
      return take({"the"}), true;
    if (sees({"and"}) && sees({"ends", "end", "finish", "ending", "stop"}, 1) && sees({"at"}, 2)) return at_ += 3, true;
    return take(joints);
  }

  /// `5 to 10 seconds`, `seconds 10 to 20`, `frames 100-200`.
  std::optional<TimeSaid> shared_unit(std::initializer_list<std::string_view> joints) {
    articles();
    const bool first_unit = peek() != nullptr && (is_frames(*peek()) || unit_of(*peek()));
    const Token* const unit_token = first_unit ? peek() : nullptr;
    if (first_unit) ++at_;
    const auto begin = number();
    if (!begin) return std::nullopt;
    take({"th", "st", "nd", "rd"});
    if (!joint(joints)) return std::nullopt;
    articles();
    const auto end = number();
    if (!end) return std::nullopt;
    take({"th", "st", "nd", "rd"});
    const Token* const of = first_unit ? unit_token : peek();
    if (of == nullptr || (!is_frames(*of) && !unit_of(*of))) return std::nullopt;
    if (!first_unit) ++at_;
    const auto at = [&](double count) {
      return is_frames(*of) ? Point{.from = Point::From::frame, .frame = frame_number(count)}
                            : Point{.offset = times(count, *unit_of(*of))};
    };
    if (!first_unit && !is_frames(*of)) {
      Time stop = times(*end, *unit_of(*of));
      stop = with_half(stop, *unit_of(*of));
      return ranges({at(*begin), Point{.offset = stop}});
    }
    return ranges({at(*begin), at(*end)});
  }

  /// `the first and last 5 seconds`.
  std::optional<TimeSaid> first_and_last() {
    take({"in", "during", "within", "over", "for", "from", "throughout"});
    articles();
    if (!take({"first", "opening"})) return std::nullopt;
    number();
    if (!take({"and"})) return std::nullopt;
    articles();
    if (!take({"last", "final", "closing"})) return std::nullopt;
    const auto each = length();
    if (!each) return std::nullopt;
    of_the_video();
    auto said = ranges({std::nullopt, Point{.offset = *each}});
    said.ranges.push_back({Point{.from = Point::From::end, .offset = *each}, std::nullopt});
    said.edge = true;
    return said;
  }

  /// `the first ten seconds`, `last 20 %`, `the second minute`, `second half`, `middle third`.
  std::optional<TimeSaid> part() {
    take({"in", "during", "within", "over", "for", "from", "throughout", "across", "at", "on", "only"});
    articles();
    auto said = first_or_last();
    if (!said) said = attempt([&] { return piece(); });
    if (!said) said = attempt([&] { return counted(); });
    if (said) of_the_video();
    return said;
  }

  std::optional<TimeSaid> first_or_last() {
    return attempt([&]() -> std::optional<TimeSaid> {
      const bool first = take({"first", "opening", "initial", "1st"});
      if (!first && !take({"last", "final", "closing", "lats"})) return std::nullopt;
      take({"-"});
      if (sees({"half"}) && peek(1) != nullptr && (unit_of(*peek(1)) || peek(1)->is("a")))
        if (const auto long_ = length()) return edge_range(first, *long_);
      if (take({"half"})) return share(first ? 0 : 0.5, first ? 0.5 : 1);
      if (take({"third"})) return share(first ? 0 : 2.0 / 3, first ? 1.0 / 3 : 1);
      if (take({"quarter"})) return share(first ? 0 : 0.75, first ? 0.25 : 1);
      if (peek() != nullptr && unit_of(*peek())) return edge_range(first, *unit());
      if (const auto long_ = length()) return edge_range(first, *long_);
      const auto count = number();
      if (!count) return std::nullopt;
      if (take({"%", "percent"}))
        return share(first ? 0 : std::max(-10.0, 1 - *count / 100), first ? std::min(*count / 100, 10.0) : 1);
      if (!take({"frames", "frame"}) || !first) return std::nullopt;
      return ranges({std::nullopt, Point{.from = Point::From::frame, .frame = frame_number(*count)}});
    });
  }

  TimeSaid edge_range(bool first, Time long_) {
    long_ = phrase({"and", "a", "half"}) ? long_ * 3 / 2 : long_;
    auto said = first ? ranges({std::nullopt, Point{.offset = long_}})
                      : ranges({Point{.from = Point::From::end, .offset = long_}, std::nullopt});
    said.edge = true;
    return said;
  }

  static TimeSaid share(double begin, double end) {
    Range range;
    if (begin > 0) range.begin = Point{.from = Point::From::share, .share = begin};
    if (end < 1) range.end = Point{.from = Point::From::share, .share = end};
    return ranges(range);
  }

  /// `second half`, `middle third`, `third quarter`.
  std::optional<TimeSaid> piece() {
    if (take({"middle"})) {
      if (take({"third"})) return share(1.0 / 3, 2.0 / 3);
      if (take({"half"})) return share(0.25, 0.75);
      return std::nullopt;
    }
    const auto which = peek() == nullptr ? std::nullopt : ordinal(*peek());
    if (!which) return std::nullopt;
    ++at_;
    const double parts = take({"half"}) ? 2 : take({"third"}) ? 3 : take({"quarter"}) ? 4 : 0;
    if (parts == 0 || *which > parts) return std::nullopt;
    return share((*which - 1) / parts, *which / parts);
  }

  /// `the second minute`, `the 10th second`.
  std::optional<TimeSaid> counted() {
    std::optional<int> which = peek() == nullptr ? std::nullopt : ordinal(*peek());
    if (which) {
      ++at_;
    } else if (peek() != nullptr && peek()->kind == Token::Kind::number && peek(1) != nullptr && peek(1)->glued &&
               peek(1)->is_any({"th", "st", "nd", "rd"})) {
      which = static_cast<int>(std::lround(std::min(peek()->number, 1e6)));
      at_ += 2;
    }
    if (!which || *which < 1 || !sees({"minute", "second", "hour"})) return std::nullopt;
    const Time of = *unit();
    return ranges({Point{.offset = of * (*which - 1)}, Point{.offset = of * *which}});
  }

  /// `5 seconds off the end`, `the head by 3 seconds`.
  std::optional<TimeSaid> trimmed() {
    if (auto said = attempt([&]() -> std::optional<TimeSaid> {
          articles();
          const bool first = take({"head", "front", "start", "beginning"});
          if (!first && !take({"tail", "end", "back"})) return std::nullopt;
          if (!take({"by"})) return std::nullopt;
          const auto long_ = length();
          return long_ ? std::optional{edge_range(first, *long_)} : std::nullopt;
        }))
      return said;
    const auto long_ = length();
    if (!long_ || !take({"off", "from", "at", "of", "out"})) return std::nullopt;
    take({"of", "from"});
    articles();
    if (take({"start", "beginning", "front", "head", "top"})) return of_the_video(), edge_range(true, *long_);
    if (take({"end", "back", "tail", "ending"})) return of_the_video(), edge_range(false, *long_);
    return std::nullopt;
  }

  /// `for 3 seconds from 2:15`, `3 seconds starting at 2:15`.
  std::optional<TimeSaid> length_from() {
    take({"for", "over"});
    const auto long_ = length();
    if (!long_ || (tokens_[at_ - 1].kind == Token::Kind::clock && at_ == 1)) return std::nullopt;
    take({"long", ","});
    if (!(take({"from", "at", "starting", "beginning", "start"}))) return std::nullopt;
    take({"from", "at", "with", "on"});
    const auto begin = point();
    if (!begin || sees({"to", "until", "-"})) return std::nullopt;
    return from_for(*begin, *long_);
  }

  TimeSaid from_for(const Point& begin, Time long_) {
    Point end = begin;
    if (begin.from == Point::From::end && begin.offset == Time{0}) return edge_range(false, long_);
    if (begin.from == Point::From::end) {
      if (begin.offset <= long_) return ranges({begin, std::nullopt});
      end.offset = begin.offset - long_;
    } else if (begin.from == Point::From::start) {
      end.offset = begin.offset + long_;
    } else {
      return unsure("when", "from when to when? A range such as 2:15 to 2:18 says it");
    }
    return ranges({begin, end});
  }

  void from_words() {
    if (take({"from", "at"})) return;
    if (take({"starting", "beginning", "start", "begin"})) take({"at", "from", "with", "on"});
  }

  /// `from 5:00 to 5:15`, `5:00-5:15`.
  std::optional<TimeSaid> span() {
    take({"during", "in", "only", "for"});
    from_words();
    auto said = two_points({"to", "until", "through", "-", "~"});
    if (said) of_the_video();
    return said;
  }

  /// `at 2:15 for 3 seconds`.
  std::optional<TimeSaid> lasting() {
    from_words();
    const auto begin = point();
    if (!begin) return std::nullopt;
    take({","});
    if (!(phrase({"for", "a", "duration", "of"}) || take({"for", "lasting", "plus", "+"}))) return std::nullopt;
    take({"the", "next", "just", "only"});
    take({"next"});
    const auto long_ = length();
    if (!long_) return std::nullopt;
    return from_for(*begin, *long_);
  }

  /// `after 12 minutes`, `until 0:30`, `from 5:00 on`.
  std::optional<TimeSaid> open() {
    const bool after = take({"after", "past", "beyond", "since", "following"});
    const bool before = !after && (take({"until", "before", "till", "upto", "untill"}) || phrase({"up", "to"}) ||
                                   phrase({"up", "until"}) || phrase({"prior", "to"}));
    const bool from = !after && !before && (take({"from", "starting", "beginning"}) && (take({"from", "at"}), true));
    take({"at"});
    auto at = point();
    if (!at) return std::nullopt;
    const bool onward = phrase({"and", "onward"}) || phrase({"and", "onwards"}) ||
                        take({"on", "onward", "onwards", "forward"}) || phrase({"and", "on"}) ||
                        phrase({"and", "later"}) || phrase({"and", "beyond"});
    if (before) {
      if (at->from == Point::From::end && at->offset == Time{0}) return ranges({std::nullopt, std::nullopt});
      return ranges({std::nullopt, *at});
    }
    if (!after && !from && !onward) return std::nullopt;
    if (at->from == Point::From::end && at->offset == Time{0}) return std::nullopt;
    if (at->from == Point::From::start && at->offset == Time{0}) at.reset();
    return ranges({at, std::nullopt});
  }

  std::optional<TimeSaid> moment() {
    const bool at = take({"at", "on", "by", "@"});
    const Token* const first = peek();
    if (first == nullptr) return std::nullopt;
    const auto found = point();
    if (!found) return std::nullopt;
    const bool names_edge =
        (found->from == Point::From::start || found->from == Point::From::end) && found->offset == Time{0};
    const bool said_so = tokens_[at_ - 1].is_any({"mark", "in", "into", "end", "start"}) ||
                         first->kind == Token::Kind::clock || first->is_any({"frame", "second", "minute"}) ||
                         found->from == Point::From::share;
    if (!at && (!said_so || (names_edge && first->kind != Token::Kind::clock))) return std::nullopt;
    TimeSaid said;
    said.kind = Kind::moments;
    said.edge = names_edge && first->kind != Token::Kind::clock;
    said.moments.push_back(*found);
    return said;
  }

  std::optional<TimeSaid> just_length() {
    phrase({"for", "a", "duration", "of"}) || take({"for", "over", "lasting", "during"});
    take({"just", "only"});
    const auto long_ = length();
    if (!long_) return std::nullopt;
    take({"long"});
    TimeSaid said;
    said.kind = Kind::length;
    said.length = *long_;
    return said;
  }

  /// A further range or moment of a list.
  bool more(TimeSaid& said) {
    return attempt([&] {
      const bool joined = take({",", "and", "&", "plus", "+", "or"}) || phrase({"as", "well", "as"});
      if (!joined) return false;
      take({"and", "then", "also", "again"});
      take({"also", "again"});
      const auto next = attempt([&] { return one(); });
      if (!next || next->kind != said.kind || next->except != said.except) return false;
      said.ranges.insert(said.ranges.end(), next->ranges.begin(), next->ranges.end());
      said.moments.insert(said.moments.end(), next->moments.begin(), next->moments.end());
      return true;
    });
  }

  std::span<const Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<TimeSaid> read_time(std::span<const Token> tokens) {
  if (tokens.empty()) return std::nullopt;
  return Reader(tokens).read();
}

}  // namespace reel::prompt
