/// Times as authors write them and as the machine keeps them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace reel::base {

/// A time or a duration: integer nanoseconds. Frames are found by timestamp, never by multiplying
/// with a rounded frame rate.
using Time = std::chrono::nanoseconds;

constexpr double seconds(Time time) noexcept { return std::chrono::duration<double>(time).count(); }

/// The n-th picture of a stage's input, counted from 0. Becomes a Time once the media are known.
struct FrameNumber {
  std::int64_t value = 0;
  friend bool operator==(const FrameNumber&, const FrameNumber&) = default;
};

/// What an author may write where a time stands.
using TimePoint = std::variant<Time, FrameNumber>;

/// Half open: `begin` belongs to it, `end` does not. An end left out means the media's own end.
struct TimeRange {
  Time begin{0};
  Time end = Time::max();
  bool open_ended() const noexcept { return end == Time::max(); }
  bool contains(Time t) const noexcept { return begin <= t && t < end; }
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

/// A range as written; either end may be left out.
struct TimePointRange {
  std::optional<TimePoint> begin;
  std::optional<TimePoint> end;
  friend bool operator==(const TimePointRange&, const TimePointRange&) = default;
};

/// The outcome of reading a text: a value, or what was wrong with it in words.
template <class T>
struct Parsed {
  std::optional<T> value;
  std::string fault;
  explicit operator bool() const noexcept { return value.has_value(); }
  const T& operator*() const { return *value; }
};

/// Reads `5:00`, `1:02:03.500`, `90s`, `250ms`, `1.5min`, `1h`, `1200f`, `0`. Never negative.
/// The fault says what was expected.
Parsed<TimePoint> parse_time(std::string_view text);

/// Reads `A..B`, `..B`, `A..`. Reversed and empty ranges are faults, where both ends are of one kind.
Parsed<TimePointRange> parse_range(std::string_view text);

/// `5:00`, `1:02:03.5`, `0:00.04`: the shortest exact form, which parse_time() reads back the same.
std::string format_time(Time time);
/// For people to read: as format_time(), to the millisecond, rounded down so that the moment exists. `3:00.256`
std::string format_moment(Time time);
std::string format(const TimePoint& point);
std::string format(const TimePointRange& range);
std::string format(const TimeRange& range);

/// `3 min 12 s`, `1.4 s`: for people, rounded.
std::string format_duration(Time duration);

/// `12.3 ms`
std::string format_milliseconds(Time duration);

/// Sorted, without empty ones, with touching and overlapping ones joined.
std::vector<TimeRange> normalized(std::vector<TimeRange> ranges);

}  // namespace reel::base
