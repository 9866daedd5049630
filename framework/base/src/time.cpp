#include "reel/base/time.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace reel::base {
namespace {

using Nanos = std::int64_t;
constexpr Nanos second = 1'000'000'000;
constexpr Nanos most = std::numeric_limits<Nanos>::max();
constexpr std::string_view expected = "expected a time such as 5:00, 1:02:03.5, 90s, 250ms or 1200f";

template <class T>
Parsed<T> fault(std::string text) {
  return {std::nullopt, std::move(text)};
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// Decimal digits only: no sign, no space.
std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A number of at most nine decimals, as whole part and billionths.
struct Decimal {
  std::int64_t whole = 0, billionths = 0;
};

Parsed<Decimal> parse_decimal(std::string_view text) {
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view decimals = point == std::string_view::npos ? "" : text.substr(point + 1);
  if (!all_digits(whole) || (point != std::string_view::npos && !all_digits(decimals)))
    return fault<Decimal>(std::string(expected));
  while (!decimals.empty() && decimals.back() == '0') decimals.remove_suffix(1);
  if (decimals.size() > 9) return fault<Decimal>("times are no finer than a nanosecond (nine decimals of a second)");
  const auto number = digits(whole);
  if (!number) return fault<Decimal>("the time is too large");
  Decimal result{*number, 0};
  for (std::size_t i = 0; i < 9; ++i)
    result.billionths = result.billionths * 10 + (i < decimals.size() ? decimals[i] - '0' : 0);
  return {result, {}};
}

/// `number` units of `unit` nanoseconds each, exactly.
Parsed<TimePoint> scaled(const Decimal& number, Nanos unit) {
  if (number.whole > (most - 1) / unit - 1) return fault<TimePoint>("the time is too large");
  Nanos part = 0;
  if (unit >= second) {
    part = number.billionths * (unit / second);
  } else {
    const Nanos divisor = second / unit;
    if (number.billionths % divisor != 0) return fault<TimePoint>("times are no finer than a nanosecond");
    part = number.billionths / divisor;
  }
  return {TimePoint{Time{number.whole * unit + part}}, {}};
}

/// `M:SS`, `H:MM:SS`, both with decimals.
Parsed<TimePoint> parse_clock(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const auto colon = std::min(text.find(':', from), text.size());
    parts.push_back(text.substr(from, colon - from));
    from = colon + 1;
  }
  if (parts.size() > 3) return fault<TimePoint>(std::string(expected));
  const auto seconds = parse_decimal(parts.back());
  if (!seconds) return fault<TimePoint>(seconds.fault);
  if (std::min(parts.back().find('.'), parts.back().size()) != 2)
    return fault<TimePoint>("seconds after a colon have two digits, as in 5:00");
  if ((*seconds).whole > 59) return fault<TimePoint>("seconds after a colon go up to 59");
  if (!std::all_of(parts.begin(), parts.end() - 1, all_digits)) return fault<TimePoint>(std::string(expected));
  if (parts.size() == 3 && (parts[1].size() != 2 || parts[1] > "59"))
    return fault<TimePoint>("minutes after hours have two digits and go up to 59, as in 1:02:03");
  const auto hours = parts.size() == 3 ? digits(parts[0]) : 0;
  const auto minutes = digits(parts[parts.size() - 2]);
  if (!hours || !minutes || *hours > most / second / 3600 - 2 || *minutes > most / second / 60 - 2)
    return fault<TimePoint>("the time is too large");
  return scaled({(*hours * 60 + *minutes) * 60 + (*seconds).whole, (*seconds).billionths}, second);
}

struct Unit {
  std::string_view name;
  Nanos nanoseconds;
};
constexpr std::array units{Unit{"ms", 1'000'000}, Unit{"s", second}, Unit{"min", 60 * second},
                           Unit{"h", 3600 * second}};

Parsed<TimePoint> parse_with_unit(std::string_view text) {
  const auto number_size = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, number_size), unit = text.substr(number_size);
  if (number.empty()) return fault<TimePoint>(std::string(expected));
  if (unit == "f") {
    if (!all_digits(number)) return fault<TimePoint>("frames are counted in whole numbers, as in 1200f");
    const auto frame = digits(number);
    return frame ? Parsed<TimePoint>{TimePoint{FrameNumber{*frame}}, {}}
                 : fault<TimePoint>("the frame number is too large");
  }
  const auto decimal = parse_decimal(number);
  if (!decimal) return fault<TimePoint>(decimal.fault);
  if (unit.empty()) {
    if ((*decimal).whole == 0 && (*decimal).billionths == 0) return {TimePoint{Time{0}}, {}};
    return fault<TimePoint>("a time needs a unit: write " + std::string(text) + "s for seconds" +
                            (all_digits(number) ? " or " + std::string(text) + "f for frames" : ""));
  }
  for (const Unit& known : units)
    if (known.name == unit) return scaled(*decimal, known.nanoseconds);
  return fault<TimePoint>("unknown unit " + quoted(unit) + ": use h, min, s, ms or f (frames)");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// A fault if `range` holds no instant, as far as that can be told without the media.
std::string order_fault(const TimePointRange& range) {
  if (!range.end) return {};
  const TimePoint zero = std::holds_alternative<Time>(*range.end) ? TimePoint{Time{0}} : TimePoint{FrameNumber{0}};
  const TimePoint begin = range.begin.value_or(zero);
  if (begin.index() != range.end->index()) return {};
  const auto count = [](const TimePoint& point) {
    const auto* time = std::get_if<Time>(&point);
    return time ? time->count() : std::get<FrameNumber>(point).value;
  };
  if (count(begin) == count(*range.end)) return "the range is empty: it begins and ends at " + format(begin);
  if (count(begin) > count(*range.end))
    return "the range is reversed: " + format(begin) + " is after " + format(*range.end);
  return {};
}

}  // namespace

Parsed<TimePoint> parse_time(std::string_view text) {
  if (text.empty()) return fault<TimePoint>(std::string(expected));
  if (text.front() == '-') return fault<TimePoint>("times are never negative");
  return text.find(':') != std::string_view::npos ? parse_clock(text) : parse_with_unit(text);
}

Parsed<TimePointRange> parse_range(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos)
    return fault<TimePointRange>("expected a range A..B such as 5:00..5:15, where either end may be left out");
  const std::string_view before = trimmed(text.substr(0, dots)), after = trimmed(text.substr(dots + 2));
  if (before.empty() && after.empty()) return fault<TimePointRange>("a range needs at least one end, as in 5:00..");
  TimePointRange range;
  for (const auto& [part, target] : {std::pair{before, &range.begin}, std::pair{after, &range.end}}) {
    if (part.empty()) continue;
    const auto point = parse_time(part);
    if (!point) return fault<TimePointRange>(quoted(part) + " is no time: " + point.fault);
    *target = *point;
  }
  if (auto wrong = order_fault(range); !wrong.empty()) return fault<TimePointRange>(std::move(wrong));
  return {range, {}};
}

std::string format_moment(Time time) { return format_time(std::chrono::floor<std::chrono::milliseconds>(time)); }

std::string format_time(Time time) {
  const bool negative = time.count() < 0;
  const auto count = static_cast<std::uint64_t>(time.count());
  const std::uint64_t nanos = negative ? 0 - count : count;
  const std::uint64_t seconds = nanos / second, hours = seconds / 3600, minutes = seconds / 60 % 60;
  const auto two = [](std::uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  std::string text = hours > 0 ? std::to_string(hours) + ":" + two(minutes) : std::to_string(minutes);
  text += ":" + two(seconds % 60);
  if (const std::uint64_t part = nanos % second; part != 0) {
    std::string decimals = std::to_string(second + part).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += "." + decimals;
  }
  return negative ? "-" + text : text;
}

std::string format(const TimePoint& point) {
  const auto* time = std::get_if<Time>(&point);
  return time ? format_time(*time) : std::to_string(std::get<FrameNumber>(point).value) + "f";
}

std::string format(const TimePointRange& range) {
  return (range.begin ? format(*range.begin) : "") + ".." + (range.end ? format(*range.end) : "");
}

std::string format(const TimeRange& range) {
  return format_time(range.begin) + ".." + (range.open_ended() ? "" : format_time(range.end));
}

std::string format_duration(Time duration) {
  if (duration < Time{0}) return "-" + format_duration(-std::max(duration, -Time::max()));
  using std::chrono::round;
  duration = std::min(duration, Time::max() - std::chrono::seconds(1));  // rounding up must not overflow
  const auto millis = round<std::chrono::milliseconds>(duration).count();
  if (millis < 1000) return std::to_string(millis) + " ms";
  const auto tenths = millis / 100 + (millis % 100 >= 50 ? 1 : 0);
  if (tenths < 100) return std::to_string(tenths / 10) + (tenths % 10 ? "." + std::to_string(tenths % 10) : "") + " s";
  const auto seconds = round<std::chrono::seconds>(duration).count();
  if (seconds < 60) return std::to_string(seconds) + " s";
  const auto pair = [](std::int64_t large, const char* name, std::int64_t small, const char* small_name) {
    return std::to_string(large) + name + (small ? " " + std::to_string(small) + small_name : "");
  };
  if (seconds < 3600) return pair(seconds / 60, " min", seconds % 60, " s");
  const auto minutes = seconds / 60 + (seconds % 60 >= 30 ? 1 : 0);
  return pair(minutes / 60, " h", minutes % 60, " min");
}

std::string format_milliseconds(Time duration) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f ms", 1000 * seconds(duration));
  return buffer.data();
}

std::vector<TimeRange> normalized(std::vector<TimeRange> ranges) {
  std::erase_if(ranges, [](const TimeRange& range) { return range.begin >= range.end; });
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<TimeRange> result;
  for (const TimeRange& range : ranges) {
    if (!result.empty() && range.begin <= result.back().end)
      result.back().end = std::max(result.back().end, range.end);
    else
      result.push_back(range);
  }
  return result;
}

}  // namespace reel::base
