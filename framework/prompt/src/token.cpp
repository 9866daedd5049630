#include "token.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace reel::prompt {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_letter(char c) { return is_ascii_letter(c) || static_cast<unsigned char>(c) >= 0x80; }
bool vowel(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// What a character of several bytes is read as; empty text: it is passed over.
struct Stands {
  std::string_view seen, read;
};

constexpr std::array<Stands, 30> stands_for{
    {{"\u2018", "'"},  {"\u2019", "'"},  {"\u201B", "'"},  {"\u2032", "'"},  {"\u201C", "\""}, {"\u201D", "\""},
     {"\u201E", "\""}, {"\u201F", "\""}, {"\u00AB", "\""}, {"\u00BB", "\""}, {"\u2033", "\""}, {"\u2010", "-"},
     {"\u2011", "-"},  {"\u2012", "-"},  {"\u2013", "-"},  {"\u2014", "-"},  {"\u2212", "-"},  {"\u2192", "-"},
     {"\u00A0", " "},  {"\u202F", " "},  {"\u2009", " "},  {"\u3000", " "},  {"\u2026", "."},  {"\u00D7", "x"},
     {"\u2028", "\n"}, {"\u2029", "\n"}, {"\u2022", "\n"}, {"\u200B", ""},   {"\uFEFF", ""},   {"\u00B0", "\xC2\xB0"}}};

std::size_t length_of_character(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
  return length;
}

/// Marks of direction and the like: U+200C to U+200F, U+202A to U+202E, U+2060 to U+206F.
bool shows_nothing(std::string_view character) {
  if (character.size() != 3 || character[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(character[1]), third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && ((third >= 0x8C && third <= 0x8F) || (third >= 0xAA && third <= 0xAE))) ||
         (second == 0x81 && third >= 0xA0 && third <= 0xAF);
}

/// The text as it is read, and where each of its bytes stands in the one that was given.
struct Readable {
  std::string text;
  std::vector<std::size_t> from;  ///< one more than bytes

  void add(std::string_view what, std::size_t at) {
    text += what;
    from.insert(from.end(), what.size(), at);
  }
};

Readable readable(std::string_view given) {
  Readable out;
  for (std::size_t at = 0; at < given.size();) {
    const std::size_t length = length_of_character(given, at);
    const auto character = given.substr(at, length);
    if (length == 1 && static_cast<unsigned char>(given[at]) < 0x20 && given[at] != '\n') {
      out.add(" ", at);
    } else if (length > 1 || (length == 1 && given[at] != '\x7f')) {
      const auto* const other = std::ranges::find(stands_for, character, &Stands::seen);
      if (other != stands_for.end()) {
        out.add(other->read, at);
      } else if (!shows_nothing(character)) {
        out.add(character, at);
      }
    }
    at += std::max<std::size_t>(1, length);
  }
  out.from.push_back(given.size());
  return out;
}

constexpr std::array extensions{"mp4",  "mov", "mkv", "webm", "avi", "m4v",  "mts", "ts",   "mpg",
                                "mpeg", "wmv", "flv", "png",  "jpg", "jpeg", "gif", "svg",  "webp",
                                "psd",  "psb", "tif", "tiff", "bmp", "mp3",  "wav", "flac", "ogg",
                                "opus", "m4a", "aac", "cube", "srt", "vtt",  "ttf", "otf",  "yaml"};

std::string lower(std::string_view text) {
  std::string low(text);
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return low;
}

bool names_a_file(std::string_view text) {
  if (const auto colon = text.find("://"); colon != std::string_view::npos && colon > 0 && colon + 3 < text.size())
    return true;
  if (text.starts_with("video:") && text.size() > 6) return true;
  const auto dot = text.rfind('.');
  return dot != std::string_view::npos && dot > 0 &&
         std::ranges::find(extensions, lower(text.substr(dot + 1))) != extensions.end();
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view given) : given_(given), read_(readable(given)), text_(read_.text) {}

  std::vector<Token> all() {
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      if (is_space(text_[at_])) {
        ++at_;
        space_ = true;
        continue;
      }
      if (!quote() && !file() && !color() && !clock() && !number() && !word()) symbol();
      tokens_.back().glued = !space_ && begin > 0;
      space_ = false;
    }
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  Token& add(Token::Kind kind, std::size_t end, std::string text) {
    Token token;
    token.kind = kind;
    token.words = {read_.from[at_], read_.from[end] - read_.from[at_]};
    token.text = std::move(text);
    tokens_.push_back(std::move(token));
    at_ = end;
    return tokens_.back();
  }

  /// An apostrophe opens a quotation only where a word begins, and closes it only where one ends.
  bool quote() {
    const char mark = text_[at_];
    if (mark != '"' && mark != '\'' && mark != '`') return false;
    if (mark == '\'' && at_ > 0 && (is_letter(text_[at_ - 1]) || is_digit(text_[at_ - 1]))) return false;
    for (std::size_t end = at_ + 1; end < text_.size() && text_[end] != '\n'; ++end) {
      if (text_[end] != mark) continue;
      if (mark == '\'' && end + 1 < text_.size() && (is_letter(text_[end + 1]) || is_digit(text_[end + 1]))) continue;
      if (end == at_ + 1) return false;
      // As it was given, with its own dashes and apostrophes.
      std::string inside;
      for (std::size_t i = at_ + 1; i < end; ++i)
        if (i == at_ + 1 || read_.from[i] != read_.from[i - 1]) {
          const std::size_t from = read_.from[i];
          inside += given_.substr(from, std::max<std::size_t>(1, length_of_character(given_, from)));
        }
      add(names_a_file(inside) ? Token::Kind::file : Token::Kind::quote, end + 1, inside);
      return true;
    }
    return false;
  }

  bool file() {
    std::size_t end = at_;
    while (end < text_.size() && !is_space(text_[end]) && text_[end] != '\n' && text_[end] != '"' && text_[end] != ',')
      ++end;
    while (end > at_ && std::string_view(".,;!?)\"'").find(text_[end - 1]) != std::string_view::npos) --end;
    if (text_[at_] == '(' || text_[at_] == '[') return false;
    const std::string_view name = text_.substr(at_, end - at_);
    if (!names_a_file(name)) return false;
    add(Token::Kind::file, end, std::string(name));
    return true;
  }

  bool color() {
    if (text_[at_] != '#') return false;
    std::size_t end = at_ + 1;
    while (end < text_.size() &&
           (is_digit(text_[end]) || (lower(text_.substr(end, 1))[0] >= 'a' && lower(text_.substr(end, 1))[0] <= 'f')))
      ++end;
    const std::size_t digits = end - at_ - 1;
    if (digits != 3 && digits != 6 && digits != 8) return false;
    add(Token::Kind::color, end, lower(text_.substr(at_, end - at_)));
    return true;
  }

  std::size_t digits_end(std::size_t from) const {
    while (from < text_.size() && is_digit(text_[from])) ++from;
    return from;
  }

  bool clock() {
    if (!is_digit(text_[at_])) return false;
    std::size_t end = digits_end(at_);
    int parts = 1;
    while (end + 1 < text_.size() && text_[end] == ':' && is_digit(text_[end + 1])) end = digits_end(end + 1), ++parts;
    if (parts == 1) return false;
    if (end + 1 < text_.size() && (text_[end] == '.' || (text_[end] == ',' && parts == 3)) && is_digit(text_[end + 1]))
      end = digits_end(end + 1);
    std::string text(text_.substr(at_, end - at_));
    std::ranges::replace(text, ',', '.');
    add(Token::Kind::clock, end, std::move(text));
    return true;
  }

  /// `1.5`, `.5`, `1,5`, `10,000`.
  bool number() {
    const bool leading_dot = text_[at_] == '.' && is_digit(peek(1)) && (at_ == 0 || !is_digit(text_[at_ - 1]));
    if (!is_digit(text_[at_]) && !leading_dot) return false;
    std::size_t end = digits_end(leading_dot ? at_ + 1 : at_);
    while (!leading_dot && end + 3 < text_.size() && text_[end] == ',' && digits_end(end + 1) == end + 4 &&
           end - at_ <= 3 && text_[at_] != '0')
      end += 4;
    if (end + 1 < text_.size() && (text_[end] == '.' || text_[end] == ',') && is_digit(text_[end + 1]) &&
        digits_end(end + 1) - end <= 10)
      end = digits_end(end + 1);
    std::string text(text_.substr(at_, end - at_));
    const auto comma = text.find(',');
    if (comma != std::string::npos && text.size() - comma == 4) {
      std::erase(text, ',');
    } else {
      std::ranges::replace(text, ',', '.');
    }
    if (text.starts_with('.')) text.insert(0, 1, '0');
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    add(Token::Kind::number, end, text).number = value;
    return true;
  }

  bool word() {
    if (!is_letter(text_[at_])) return false;
    if (text_.substr(at_).starts_with("\xC2\xB0")) {
      add(Token::Kind::symbol, at_ + 2, "\xC2\xB0");
      return true;
    }
    std::size_t end = at_;
    while (end < text_.size() &&
           (is_letter(text_[end]) || (text_[end] == '\'' && end + 1 < text_.size() && is_letter(text_[end + 1]))))
      ++end;
    // `h264` and `mp3` are words; `5m15s` is numbers and units.
    if (end < text_.size() && is_digit(text_[end]) && (at_ == 0 || !is_digit(text_[at_ - 1])))
      while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
    Token& token = add(Token::Kind::word, end, spelled(std::string(text_.substr(at_, end - at_))));
    token.stem = stem(token.text);
    return true;
  }

  void symbol() { add(Token::Kind::symbol, at_ + 1, std::string(1, text_[at_])); }

  std::string_view given_;
  Readable read_;
  std::string_view text_;
  std::size_t at_ = 0;
  bool space_ = true;
  std::vector<Token> tokens_;
};

bool strip(std::string& word, std::string_view end, std::size_t left) {
  if (!word.ends_with(end) || word.size() - end.size() < left) return false;
  word.resize(word.size() - end.size());
  return true;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 34> spellings{{{"colour", "color"},
                                                                                   {"colours", "colors"},
                                                                                   {"coloured", "colored"},
                                                                                   {"colourful", "colorful"},
                                                                                   {"grey", "gray"},
                                                                                   {"greyscale", "grayscale"},
                                                                                   {"centre", "center"},
                                                                                   {"centred", "centered"},
                                                                                   {"licence", "license"},
                                                                                   {"programme", "program"},
                                                                                   {"till", "until"},
                                                                                   {"til", "until"},
                                                                                   {"pls", "please"},
                                                                                   {"plz", "please"},
                                                                                   {"thru", "through"},
                                                                                   {"u", "you"},
                                                                                   {"vid", "video"},
                                                                                   {"vids", "videos"},
                                                                                   {"pic", "picture"},
                                                                                   {"secs", "seconds"},
                                                                                   {"beginnig", "beginning"},
                                                                                   {"gonna", "going to"},
                                                                                   {"wanna", "want"},
                                                                                   {"'til", "until"},
                                                                                   {"w", "with"},
                                                                                   {"&", "and"},
                                                                                   {"teh", "the"},
                                                                                   {"hte", "the"},
                                                                                   {"adn", "and"},
                                                                                   {"nd", "and"},
                                                                                   {"n", "and"},
                                                                                   {"az", "as"},
                                                                                   {"cna", "can"},
                                                                                   {"fo", "for"}}};

}  // namespace

bool Token::is_any(std::initializer_list<std::string_view> these) const {
  return (kind == Kind::word || kind == Kind::symbol) && std::ranges::find(these, text) != these.end();
}

std::string spelled(std::string word) {
  word = lower(word);
  if (word.ends_with("'s")) word.resize(word.size() - 2);
  const auto* const other = std::ranges::find(spellings, word, [](const auto& pair) { return pair.first; });
  if (other != spellings.end()) return std::string(other->second);
  // British -ise, -yse: stabilise, anonymising, normalisation.
  for (const std::string_view end : {"ise", "ised", "ises", "ising", "iser", "isation"})
    if (word.size() >= end.size() + 4 && word.ends_with(end)) {
      const std::size_t at = word.size() - end.size() + 1;
      const bool as_it_is = word.find("wise") != std::string::npos || word.starts_with("advertis") ||
                            word.starts_with("surpris") || word.starts_with("exercis") ||
                            word.starts_with("supervis") || word.starts_with("franchis") || vowel(word[at - 2]);
      if (!as_it_is) word[at] = 'z';
      break;
    }
  return word;
}

std::string stem(std::string_view given) {
  std::string word(given);
  if (word.size() <= 3) return word;
  const std::size_t whole = word.size();
  if (strip(word, "'s", 3)) return stem(word);
  if (strip(word, "ies", 3)) {
    word += 'y';
  } else if (!word.ends_with("ss")) {
    if (!strip(word, "ing", 3) && !strip(word, "ed", 3) && !strip(word, "es", 3)) strip(word, "s", 3);
  }
  if (word.size() > 3) strip(word, "e", 3);
  const std::size_t n = word.size();
  if (n < whole && n > 3 && word[n - 1] == word[n - 2] && !vowel(word[n - 1]) && word[n - 1] != 's') word.pop_back();
  return word;
}

std::vector<Token> tokenize(std::string_view text) { return Tokenizer(text).all(); }

}  // namespace reel::prompt
