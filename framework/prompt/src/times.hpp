/// Times as people say them: `from 5:00 to 5:15`, `the first ten seconds`, `after 12 minutes`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "reel/base/time.hpp"
#include "token.hpp"

namespace reel::prompt {

/// A moment that may hang on the media: where they end, how long they are, how many pictures they have a second.
struct Point {
  enum class From { start, end, share, frame };
  From from = From::start;
  base::Time offset{0};    ///< from the start, or back from the end
  double share = 0;        ///< of the whole: 0 to 1
  std::int64_t frame = 0;  ///< counted from 0
  friend bool operator==(const Point&, const Point&) = default;
};

/// Half open; an end left out is that of the media.
struct Range {
  std::optional<Point> begin, end;
  friend bool operator==(const Range&, const Range&) = default;
};

/// One expression of time.
struct TimeSaid {
  enum class Kind {
    ranges,
    moments,
    length,  ///< `for 3 seconds`, with nothing to say from when
    whole,   ///< `the whole time`
    unsure,  ///< there is a time, but not which
  };
  Kind kind = Kind::ranges;
  std::vector<Range> ranges;
  std::vector<Point> moments;
  base::Time length{0};
  bool except = false;  ///< all but that
  bool edge = false;    ///< a moment that is where the media begin or end; a range that touches it by `first` or `last`
  std::string code, text;  ///< of unsure: what is asked

  std::size_t tokens = 0;  ///< how many it took
};

/// The expression of time that begins at the first of these tokens, or nothing.
std::optional<TimeSaid> read_time(std::span<const Token> tokens);

struct Number {
  double value = 0;
  std::size_t tokens = 0;
};

/// `12`, `twelve`, `two and a half`, `a hundred and twenty`, `a couple of`.
std::optional<Number> read_number(std::span<const Token> tokens);

/// `first` is 1.
std::optional<int> ordinal(const Token& token);

}  // namespace reel::prompt
