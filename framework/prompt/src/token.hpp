/// A prompt as words, numbers, times, quotations and file names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reel/prompt/prompt.hpp"

namespace reel::prompt {

struct Token {
  enum class Kind {
    word,    ///< letters, and apostrophes between them
    number,  ///< `12`, `1.5`
    clock,   ///< `5:00`, `1:02:03.5`; perhaps a ratio, `9:16`
    quote,   ///< what stands in quotation marks, as it stands there
    file,    ///< a name with an extension that media have, or an address
    color,   ///< `#ff8000`
    symbol,  ///< one character: `,`, `%`; `\n` for a new line; `-` for all dashes
  };
  Kind kind = Kind::word;
  Words words;
  std::string text;    ///< of words in lower case and of one spelling: `color` for Colour; of others as it stands
  std::string stem;    ///< of words: `remov` for removing
  double number = 0;   ///< of numbers
  bool glued = false;  ///< stands directly behind the token before

  bool is(std::string_view what) const { return (kind == Kind::word || kind == Kind::symbol) && text == what; }
  bool is_any(std::initializer_list<std::string_view> these) const;
};

/// Characters that show nothing, controls and what is no UTF-8 are passed over.
std::vector<Token> tokenize(std::string_view text);

/// The same for all forms of a word: `blurred`, `blurring` and `blurs` as `blur`.
std::string stem(std::string_view word);

/// In lower case, of one spelling.
std::string spelled(std::string word);

}  // namespace reel::prompt
