/// Values that parameters take beyond bool, int, unsigned, double and std::string. Standard C++ only.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace reel {

/// What a stage throws when it cannot go on; becomes an element error with this sentence.
class Error : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A time or a duration: integer nanoseconds on the stage's input timeline.
using Time = std::chrono::nanoseconds;

constexpr double to_seconds(Time time) { return std::chrono::duration<double>(time).count(); }
constexpr Time from_seconds(double seconds) { return Time{static_cast<std::int64_t>(seconds * 1e9 + 0.5)}; }

namespace detail {

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    if (const auto part = trim(text.substr(at, end - at)); !part.empty()) parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

inline std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace detail

/// Reads plain nanoseconds (`1500000000`), `1.5s`, `250ms`, `5:00` and `1:02:03.5`. This is the form in which
/// times reach elements; the pipeline language knows more.
inline std::optional<Time> parse_time(std::string_view text) {
  text = detail::trim(text);
  const auto scaled = [](std::string_view number, double scale) -> std::optional<Time> {
    const auto value = detail::parse_number(number);
    if (!value || *value < 0) return std::nullopt;
    return Time{std::llround(*value * scale)};
  };
  if (text.ends_with("ms")) return scaled(text.substr(0, text.size() - 2), 1e6);
  if (text.ends_with("s")) return scaled(text.substr(0, text.size() - 1), 1e9);
  if (text.find(':') == std::string_view::npos) {
    std::int64_t ns = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), ns);
    if (fault != std::errc{} || end != text.data() + text.size() || ns < 0) return std::nullopt;
    return Time{ns};
  }
  double seconds = 0;
  for (const auto part : detail::split(text, ':')) {
    const auto value = detail::parse_number(part);
    if (!value || *value < 0) return std::nullopt;
    seconds = seconds * 60 + *value;
  }
  return Time{std::llround(seconds * 1e9)};
}

/// Half open: `begin` belongs to it, `end` does not.
struct TimeRange {
  Time begin{0};
  Time end = Time::max();
  constexpr bool contains(Time t) const { return begin <= t && t < end; }
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

/// Reads `A..B`; an end left out is the media's own.
inline std::optional<TimeRange> parse_range(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  TimeRange range;
  const auto read = [](std::string_view side, Time& into) {
    if (detail::trim(side).empty()) return true;
    const auto time = parse_time(side);
    if (time) into = *time;
    return time.has_value();
  };
  if (!read(text.substr(0, dots), range.begin) || !read(text.substr(dots + 2), range.end)) return std::nullopt;
  return range;
}

/// Sorted ranges that neither touch nor overlap. As text `A..B,C..D`, where an end left out is the media's
/// own.
class Ranges {
 public:
  Ranges() = default;
  explicit Ranges(std::vector<TimeRange> ranges) {
    std::erase_if(ranges, [](const TimeRange& r) { return r.end <= r.begin; });
    std::ranges::sort(ranges, {}, &TimeRange::begin);
    for (const TimeRange& r : ranges) {
      if (!ranges_.empty() && r.begin <= ranges_.back().end)
        ranges_.back().end = std::max(ranges_.back().end, r.end);
      else
        ranges_.push_back(r);
    }
  }

  static std::optional<Ranges> parse(std::string_view text) {
    std::vector<TimeRange> ranges;
    for (const auto part : detail::split(text, ',')) {
      const auto range = parse_range(part);
      if (!range) return std::nullopt;
      ranges.push_back(*range);
    }
    return Ranges{std::move(ranges)};
  }

  std::string to_text() const {
    std::string text;
    for (const TimeRange& r : ranges_) {
      if (!text.empty()) text += ',';
      text += std::to_string(r.begin.count()) + "..";
      if (r.end != Time::max()) text += std::to_string(r.end.count());
    }
    return text;
  }

  bool empty() const { return ranges_.empty(); }
  auto begin() const { return ranges_.begin(); }
  auto end() const { return ranges_.end(); }
  std::size_t size() const { return ranges_.size(); }
  const TimeRange& operator[](std::size_t i) const { return ranges_[i]; }

  /// The range that `t` lies in, or null.
  const TimeRange* find(Time t) const {
    auto it = std::ranges::upper_bound(ranges_, t, {}, &TimeRange::begin);
    return it != ranges_.begin() && (--it)->contains(t) ? &*it : nullptr;
  }
  bool contains(Time t) const { return find(t) != nullptr; }

  /// What lies between the ranges, from 0 on.
  Ranges inverted() const {
    std::vector<TimeRange> gaps;
    Time at{0};
    for (const TimeRange& r : ranges_) {
      gaps.push_back({at, r.begin});
      at = r.end;
    }
    if (at != Time::max()) gaps.push_back({at, Time::max()});
    return Ranges{std::move(gaps)};
  }

 private:
  std::vector<TimeRange> ranges_;
};

/// Straight (not premultiplied) sRGB, 0..255.
struct Color {
  std::uint8_t red = 0, green = 0, blue = 0, alpha = 255;

  static constexpr Color from_argb(std::uint32_t v) {
    const auto byte = [v](int shift) { return static_cast<std::uint8_t>(v >> shift & 0xFFU); };
    return {byte(16), byte(8), byte(0), byte(24)};
  }
  constexpr std::uint32_t argb() const {
    return std::uint32_t{alpha} << 24U | std::uint32_t{red} << 16U | std::uint32_t{green} << 8U | blue;
  }
  friend bool operator==(const Color&, const Color&) = default;
};

/// Moments and ranges, in the order given. As text `A,B..C`. A moment is a range that ends where it begins.
class Times {
 public:
  Times() = default;
  explicit Times(std::vector<TimeRange> items) : items_(std::move(items)) {}

  static std::optional<Times> parse(std::string_view text) {
    std::vector<TimeRange> items;
    for (const auto part : detail::split(text, ',')) {
      auto item = parse_range(part);
      if (const auto moment = parse_time(part)) item = TimeRange{*moment, *moment};
      if (!item) return std::nullopt;
      items.push_back(*item);
    }
    return Times{std::move(items)};
  }

  std::string to_text() const {
    std::string text;
    for (const TimeRange& item : items_) {
      if (!text.empty()) text += ',';
      text += std::to_string(item.begin.count());
      if (item.end == item.begin) continue;
      text += "..";
      if (item.end != Time::max()) text += std::to_string(item.end.count());
    }
    return text;
  }

  bool empty() const { return items_.empty(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  friend bool operator==(const Times&, const Times&) = default;

 private:
  std::vector<TimeRange> items_;
};

/// A path; relative ones count from the working folder.
struct File {
  std::string path;
};

/// A URI or a path.
struct Uri {
  std::string text;
};

struct Point {
  double x = 0, y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// A box or a polygon at one moment, in pixels.
struct Shape {
  std::vector<Point> corners;  ///< at least 3
  bool is_box = false;

  struct Bounds {
    int left = 0, top = 0, right = 0, bottom = 0;  ///< right and bottom lie outside
    bool empty() const { return right <= left || bottom <= top; }
  };
  /// The pixels it touches, within a picture of that size.
  Bounds bounds(int width, int height) const {
    double left = width, top = height, right = 0, bottom = 0;
    for (const Point& p : corners) {
      left = std::min(left, p.x), right = std::max(right, p.x);
      top = std::min(top, p.y), bottom = std::max(bottom, p.y);
    }
    const auto clamped = [](double v, int high) { return static_cast<int>(std::clamp(v, 0.0, double(high))); };
    return {clamped(std::floor(left + 1e-6), width), clamped(std::floor(top + 1e-6), height),
            clamped(std::ceil(right - 1e-6), width), clamped(std::ceil(bottom - 1e-6), height)};
  }
  /// The parts of row `y` that lie inside, as [from, to) pixel pairs, tested at pixel centres (even-odd).
  std::vector<std::array<int, 2>> row(int y, int width) const {
    std::vector<double> crossings;
    const double line = y + 0.5;
    for (std::size_t i = 0; i < corners.size(); ++i) {
      const Point a = corners[i], b = corners[(i + 1) % corners.size()];
      if ((a.y <= line) != (b.y <= line)) crossings.push_back(a.x + (line - a.y) / (b.y - a.y) * (b.x - a.x));
    }
    std::ranges::sort(crossings);
    std::vector<std::array<int, 2>> parts;
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const auto pixel = [width](double x) {
        return static_cast<int>(std::clamp(std::ceil(x - 0.5 - 1e-6), 0.0, double(width)));
      };
      if (const int from = pixel(crossings[i]), to = pixel(crossings[i + 1]); from < to) parts.push_back({from, to});
    }
    return parts;
  }
};

/// A part of the picture, fixed or moving. As text
///
///   box X Y WIDTH HEIGHT [px]
///   polygon X Y X Y X Y … [px]
///   TIME:SHAPE;TIME:SHAPE;…        keyframes; TIME~ease or TIME~hold says how it goes on from there
///
/// in relative units (0..1 of the picture) unless `px` is given. Keyframes must all be of one shape. An empty
/// text means the whole picture.
class Region {
 public:
  Region() = default;

  static std::optional<Region> parse(std::string_view text) {
    Region region;
    region.text_ = text;
    for (const auto part : detail::split(text, ';')) {
      auto key = parse_key(part);
      if (!key) return std::nullopt;
      if (!region.keys_.empty() && !region.keys_.back().continues_to(*key)) return std::nullopt;
      region.keys_.push_back(std::move(*key));
    }
    return region;
  }

  const std::string& to_text() const { return text_; }
  bool whole_picture() const { return keys_.empty(); }

  /// Of its keyframes.
  std::vector<Time> times() const {
    std::vector<Time> found;
    for (const Key& key : keys_) found.push_back(key.at);
    return found;
  }

  /// Where it is at `t`, in a picture of that size. For the whole picture, its rectangle.
  Shape at(Time t, int width, int height) const {
    if (keys_.empty()) return box(0, 0, width, height);
    const auto after = std::ranges::upper_bound(keys_, t, {}, &Key::at);
    const Key& from = after == keys_.begin() ? keys_.front() : *(after - 1);
    const Key& to = after == keys_.end() || after == keys_.begin() ? from : *after;
    const double share = &from == &to ? 0.0 : from.eased(to_seconds(t - from.at) / to_seconds(to.at - from.at));
    const double sx = from.pixels ? 1 : width, sy = from.pixels ? 1 : height;
    std::vector<double> v(from.numbers.size());
    for (std::size_t i = 0; i < v.size(); ++i) {
      v[i] = from.numbers[i] + share * (to.numbers[i] - from.numbers[i]);
      v[i] *= i % 2 == 0 ? sx : sy;
    }
    if (from.is_box) return box(v[0], v[1], v[2], v[3]);
    Shape shape;
    for (std::size_t i = 0; i + 1 < v.size(); i += 2) shape.corners.push_back({v[i], v[i + 1]});
    return shape;
  }

 private:
  enum class Curve { linear, ease, hold };
  struct Key {
    Time at{0};
    Curve curve = Curve::linear;
    bool is_box = true, pixels = false;
    std::vector<double> numbers;

    bool continues_to(const Key& next) const {
      return at < next.at && is_box == next.is_box && pixels == next.pixels && numbers.size() == next.numbers.size();
    }
    double eased(double x) const {
      if (curve == Curve::hold) return 0;
      return curve == Curve::ease ? x * x * (3 - 2 * x) : x;
    }
  };

  static Shape box(double x, double y, double width, double height) {
    return {{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}, true};
  }

  static std::optional<Key> parse_key(std::string_view text) {
    Key key;
    const auto words_of = [](std::string_view t) { return detail::split(t, ' '); };
    if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
      auto when = text.substr(0, colon);
      if (when.ends_with("~ease"))
        key.curve = Curve::ease, when.remove_suffix(5);
      else if (when.ends_with("~hold"))
        key.curve = Curve::hold, when.remove_suffix(5);
      const auto at = parse_time(when);
      if (!at) return std::nullopt;
      key.at = *at;
      text.remove_prefix(colon + 1);
    }
    auto words = words_of(text);
    if (words.empty()) return std::nullopt;
    if (words.back() == "px") key.pixels = true, words.pop_back();
    key.is_box = words.front() == "box";
    if (!key.is_box && words.front() != "polygon") return std::nullopt;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto number = detail::parse_number(words[i]);
      if (!number) return std::nullopt;
      key.numbers.push_back(*number);
    }
    const std::size_t n = key.numbers.size();
    const bool fits = key.is_box ? n == 4 : n >= 6 && n % 2 == 0;
    return fits ? std::optional{std::move(key)} : std::nullopt;
  }

  std::string text_;
  std::vector<Key> keys_;
};

}  // namespace reel
