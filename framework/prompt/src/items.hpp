/// What stands in a prompt besides words: times, colours, places, amounts, files, texts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lexicon.hpp"
#include "times.hpp"

namespace reel::prompt {

struct Item {
  /// time, text, image-file, video-file, sound-file, lut-file, color, place, half, size, ratio, lines, px, percent, x, deg, db, lufs, mb, fps, number, degree, bigness,
  /// opacity, format, quality, follow, size-word, look, description
  std::string kind;
  std::size_t begin = 0, end = 0;  ///< tokens
  std::string text;       ///< color: #rrggbb; place: top-left; half: left; ratio: 16:9; size: 1280x720; format: webm
  double value = 0;       ///< of amounts; bigness: 0 tiny to 3 huge; degree: 0.5 or 2
  bool absolute = false;  ///< an amount behind `to` or `at`
  TimeSaid time;
  /// Its words may be read as plain words, too.
  bool soft = false;

  /// `kind`; of times: `length`, `edge` for `at the end`, `moment`, or `time`.
  std::string what() const;
};

/// In order, none over another.
/// `text` is what the tokens were read from.
std::vector<Item> items_in(std::span<const Token> tokens, const Lexicon& lexicon, std::string_view text);

}  // namespace reel::prompt
