#include "items.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace reel::prompt {
namespace {

std::string kind_of_file(const std::string& name) {
  std::string extension = name.substr(name.rfind('.') + 1);
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto is = [&](std::initializer_list<std::string_view> these) {
    return std::ranges::find(these, extension) != these.end();
  };
  if (is({"png", "jpg", "jpeg", "gif", "svg", "webp", "psd", "psb", "tif", "tiff", "bmp"})) return "image-file";
  if (is({"mp3", "wav", "flac", "ogg", "opus", "m4a", "aac"})) return "sound-file";
  if (is({"cube"})) return "lut-file";
  return "video-file";
}

class Scanner {
 public:
  Scanner(std::span<const Token> tokens, const Lexicon& lexicon, std::string_view text)
      : tokens_(tokens), lexicon_(lexicon), text_(text) {}

  std::vector<Item> all() {
    while (at_ < tokens_.size()) {
      if (auto item = next()) {
        at_ = item->end;
        items_.push_back(std::move(*item));
      } else {
        ++at_;
      }
    }
    return std::move(items_);
  }

 private:
  const Token* peek(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool sees(std::initializer_list<std::string_view> these, std::size_t ahead = 0) const {
    return peek(ahead) != nullptr && peek(ahead)->is_any(these);
  }
  bool behind(std::initializer_list<std::string_view> these) const { return at_ > 0 && tokens_[at_ - 1].is_any(these); }

  Item item(std::string kind, std::size_t count, std::string text = {}, double value = 0, bool soft = false) const {
    Item made;
    made.kind = std::move(kind);
    made.begin = at_;
    made.end = at_ + count;
    made.text = std::move(text);
    made.value = value;
    made.soft = soft;
    made.absolute = behind({"to", "at", "of", "="});
    return made;
  }

  std::optional<Item> next() {
    using Read = std::optional<Item> (Scanner::*)();
    for (const Read read : {&Scanner::literal, &Scanner::description, &Scanner::spoken_text, &Scanner::ratio,
                            &Scanner::size, &Scanner::lines, &Scanner::amount, &Scanner::time, &Scanner::format,
                            &Scanner::quality, &Scanner::place, &Scanner::color, &Scanner::degree, &Scanner::bigness,
                            &Scanner::opacity, &Scanner::follow, &Scanner::look, &Scanner::bare_number})
      if (auto found = (this->*read)()) return found;
    return std::nullopt;
  }

  std::optional<Item> literal() {
    const Token& token = tokens_[at_];
    if (token.kind == Token::Kind::quote) return item("text", 1, token.text);
    if (token.kind == Token::Kind::file) return item(kind_of_file(token.text), 1, token.text);
    if (token.kind == Token::Kind::color) return item("color", 1, token.text);
    return std::nullopt;
  }

  std::string slice(std::size_t begin, std::size_t end) const {
    const Words& first = tokens_[begin].words;
    const Words& last = tokens_[end - 1].words;
    return std::string(text_.substr(first.begin, last.begin + last.length - first.begin));
  }

  bool ends_sentence(std::size_t token) const {
    return tokens_[token].is("\n") ||
           (tokens_[token].is_any({".", "!", "?", ";"}) && (token + 1 == tokens_.size() || !tokens_[token + 1].glued));
  }

  /// `generate a video of …`, `restyle it as …`: all that follows is for whoever makes it.
  std::optional<Item> description() {
    if (!sees({"of", "showing", "where", "with", "about", ":", "that", "in", "as", "like", "into"}) || at_ == 0)
      return std::nullopt;
    std::size_t from = at_;
    while (from > 0 && !ends_sentence(from - 1) && at_ - from < 10) --from;
    bool makes = false, clip = false, styles = false;
    for (std::size_t i = from; i < at_; ++i) {
      makes = makes || tokens_[i].is_any({"generate", "generated", "create", "imagine", "dream", "produce",
                                          "synthesize", "make", "ai"});
      clip = clip || tokens_[i].is_any({"video", "clip", "film", "movie", "shot", "scene", "footage"});
      styles = styles || tokens_[i].is_any({"restyle", "reimagine", "imagine", "repaint", "transform", "restyled"}) ||
               tokens_[i].is("look");
    }
    const bool of_clip = makes && clip &&
                         tokens_[at_ - 1].is_any({"video", "clip", "film", "movie", "shot", "scene", "footage"}) &&
                         sees({"of", "showing", "where", "with", "about", ":", "that"}) && !sees({"it", "this"}, 1);
    const bool of_style = styles && sees({"as", "like", "into"}) && (!tokens_[at_ - 1].is("look") || sees({"like"}));
    if (!of_clip && !of_style) return std::nullopt;
    const std::size_t skip = sees({"that"}) && sees({"shows"}, 1) ? 2 : 1;
    std::size_t end = at_ + skip;
    while (end < tokens_.size() && !ends_sentence(end)) ++end;
    // `at the end` says where a clip that is added goes; a time at the end, which part is restyled.
    for (std::size_t i = at_ + skip + 1; i < end; ++i) {
      const auto said = read_time(tokens_.subspan(i, end - i));
      if (said && i + said->tokens == end && (said->kind == TimeSaid::Kind::ranges || said->edge) &&
          !(of_clip && said->kind == TimeSaid::Kind::ranges)) {
        end = i;
        break;
      }
    }
    if (end == at_ + skip) return std::nullopt;
    return item("description", end - at_, slice(at_ + skip, end));
  }

  /// `saying Hello World`, without quotation marks.
  std::optional<Item> spoken_text() {
    if (at_ == 0 || !behind({"saying", "says", "reading", "reads", "titled", "entitled", "say"}) ||
        tokens_[at_].kind == Token::Kind::quote)
      return std::nullopt;
    if (tokens_[at_].kind == Token::Kind::symbol && !sees({":"})) return std::nullopt;
    const std::size_t skip = sees({":"}) ? 1 : 0;
    std::size_t end = at_ + skip;
    while (end < tokens_.size() && !ends_sentence(end) && !sees({","}, end - at_)) {
      if (end > at_ + skip && (read_time(tokens_.subspan(end)) || tokens_[end].is_any({"at", "in", "on"}))) break;
      ++end;
    }
    if (end == at_ + skip || tokens_[end - 1].kind == Token::Kind::quote ||
        tokens_[at_ + skip].kind == Token::Kind::quote)
      return std::nullopt;
    return item("text", end - at_, slice(at_ + skip, end));
  }

  std::optional<Item> time() {
    auto said = read_time(tokens_.subspan(at_));
    if (!said) return std::nullopt;
    Item found = item("time", said->tokens);
    found.time = std::move(*said);
    return found;
  }

  /// `16:9`; `9:16` is a time behind `from`.
  std::optional<Item> ratio() {
    static constexpr std::array known{"16:9", "9:16", "4:3", "3:4", "1:1", "4:5",  "5:4", "21:9",
                                      "9:21", "2:1",  "1:2", "3:2", "2:3", "18:9", "5:3"};
    const Token& token = tokens_[at_];
    if (token.kind == Token::Kind::clock && std::ranges::find(known, token.text) != known.end()) {
      const bool moment =
          token.text.size() >= 4 && token.text[token.text.size() - 3] == ':' &&
          (behind({"from", "at", "until", "after", "before", "between", "-", "and", "past"}) || sees({"-"}, 1) ||
           (sees({"to"}, 1) && peek(2) != nullptr && peek(2)->kind == Token::Kind::clock) ||
           (behind({"to"}) && at_ > 1 && tokens_[at_ - 2].kind == Token::Kind::clock));
      if (!moment) return item("ratio", 1, token.text);
    }
    if (token.kind != Token::Kind::number || peek(2) == nullptr || peek(2)->kind != Token::Kind::number)
      return std::nullopt;
    const bool colon = sees({":"}, 1) && peek(1)->glued && peek(2)->glued;
    const bool by = sees({"by", "x", "*"}, 1) && token.number <= 32 && peek(2)->number <= 32;
    if (!colon && !by) return std::nullopt;
    return item("ratio", 3, token.text + ":" + peek(2)->text);
  }

  std::optional<Item> size() {
    if (tokens_[at_].kind != Token::Kind::number || !sees({"x", "by", "*"}, 1) || peek(2) == nullptr ||
        peek(2)->kind != Token::Kind::number)
      return std::nullopt;
    const double width = tokens_[at_].number, height = peek(2)->number;
    if (width < 16 || height < 16 || width > 32766 || height > 32766) return std::nullopt;
    const std::size_t unit = sees({"px", "pixels", "pixel"}, 3) ? 1 : 0;
    return item("size", 3 + unit, std::to_string(std::lround(width)) + "x" + std::to_string(std::lround(height)));
  }

  std::optional<Item> lines() {
    if (sees({"full"}) && sees({"hd"}, 1)) return item("lines", 2, {}, 1080, true);
    if (sees({"ultra"}) && sees({"hd"}, 1)) return item("lines", 2, {}, 2160, true);
    if (sees({"fullhd", "fhd"})) return item("lines", 1, {}, 1080, true);
    if (sees({"uhd"})) return item("lines", 1, {}, 2160, true);
    if (tokens_[at_].kind != Token::Kind::number || peek(1) == nullptr) return std::nullopt;
    const double count = tokens_[at_].number;
    if (sees({"p", "i", "lines"}, 1) && count >= 100) return item("lines", 2, {}, count);
    if (sees({"k"}, 1) && (count == 2 || count == 4 || count == 8))
      return item("lines", 2, {}, count == 2 ? 1440 : count * 540);
    return std::nullopt;
  }

  struct Unit {
    std::string_view kind;
    double factor;
  };
  std::optional<Unit> unit(std::size_t ahead) const {
    if (sees({"%", "percent", "pct", "procent"}, ahead)) return Unit{"percent", 1};
    if (sees({"x", "times", "fold", "-fold"}, ahead)) return Unit{"x", 1};
    if (sees({"px", "pixel", "pixels"}, ahead)) return Unit{"px", 1};
    if (sees({"deg", "degree", "degrees", "\xC2\xB0"}, ahead)) return Unit{"deg", 1};
    if (sees({"db", "decibel", "decibels"}, ahead)) return Unit{"db", 1};
    if (sees({"lufs", "lkfs"}, ahead)) return Unit{"lufs", 1};
    if (sees({"mb", "megabyte", "megabytes", "meg", "megs", "mib", "mbyte"}, ahead)) return Unit{"mb", 1};
    if (sees({"gb", "gigabyte", "gigabytes", "gig", "gigs"}, ahead)) return Unit{"mb", 1000};
    if (sees({"kb", "kilobyte", "kilobytes"}, ahead)) return Unit{"mb", 0.001};
    if (sees({"fps"}, ahead)) return Unit{"fps", 1};
    return std::nullopt;
  }

  /// `-6 dB`, `20 %`, `three times`.
  std::optional<Item> amount() {
    const bool minus = sees({"-"}) && peek(1) != nullptr && peek(1)->kind == Token::Kind::number && peek(1)->glued &&
                       !tokens_[at_].glued;
    const std::size_t sign = minus || (sees({"+"}) && peek(1) != nullptr && peek(1)->glued) ? 1 : 0;
    const auto number = read_number(tokens_.subspan(at_ + sign));
    if (!number) return std::nullopt;
    std::size_t count = sign + number->tokens;
    if (sees({"-"}, count) && unit(count + 1)) ++count;
    const auto of = unit(count);
    if (!of) return std::nullopt;
    Item found = item(std::string(of->kind), count + 1, {}, (minus ? -1 : 1) * number->value * of->factor);
    if (found.kind == "percent" && sees({"opacity", "opaque", "transparent", "transparency"}, count + 1)) {
      found.kind = "opacity";
      found.value = sees({"opacity", "opaque"}, count + 1) ? found.value / 100 : 1 - found.value / 100;
      ++found.end;
    } else if (found.kind == "percent" && is_time_share()) {
      return std::nullopt;
    }
    return found;
  }
  /// `last 20 %`.
  bool is_time_share() const { return behind({"first", "last", "final", "opening"}); }

  std::optional<Item> bare_number() {
    const bool minus = sees({"-"}) && peek(1) != nullptr && peek(1)->kind == Token::Kind::number && peek(1)->glued &&
                       !tokens_[at_].glued;
    const std::size_t sign = minus ? 1 : 0;
    const Token* const token = peek(sign);
    if (token == nullptr || token->kind != Token::Kind::number) return std::nullopt;
    Item found = item("number", 1 + sign, {}, minus ? -token->number : token->number);
    found.soft = true;
    return found;
  }

  std::optional<Item> format() {
    struct Name {
      std::string_view said, is;
    };
    static constexpr std::array<Name, 27> names{
        {{"mp4", "mp4"},       {"webm", "webm"},    {"mkv", "mkv"},  {"matroska", "mkv"}, {"mov", "mov"},
         {"quicktime", "mov"}, {"h264", "h264"},    {"avc", "h264"}, {"x264", "h264"},    {"h265", "h265"},
         {"hevc", "h265"},     {"x265", "h265"},    {"av1", "av1"},  {"vp9", "vp9"},      {"prores", "prores"},
         {"ffv1", "ffv1"},     {"mp3", "mp3"},      {"wav", "wav"},  {"flac", "flac"},    {"ogg", "ogg"},
         {"opus", "opus"},     {"aac", "aac"},      {"wave", "wav"}, {"h.264", "h264"},   {"h.265", "h265"},
         {"pcm", "pcm"},       {"lossless", "ffv1"}}};
    const auto* const found = std::ranges::find(
        names, tokens_[at_].kind == Token::Kind::word ? tokens_[at_].text : std::string(), &Name::said);
    if (found != names.end()) return item("format", 1, std::string(found->is), 0, true);
    if (sees({"h"}) && sees({".", "-"}, 1) && peek(2) != nullptr && (peek(2)->text == "264" || peek(2)->text == "265"))
      return item("format", 3, "h" + peek(2)->text, 0, true);
    return std::nullopt;
  }

  /// `quality 80`, `80 quality`.
  std::optional<Item> quality() {
    if (!sees({"quality"})) return std::nullopt;
    std::size_t ahead = sees({"of", "to", "at", ":", "="}, 1) ? 2 : 1;
    if (peek(ahead) == nullptr || peek(ahead)->kind != Token::Kind::number) return std::nullopt;
    if (sees({"%", "percent"}, ahead + 1)) return item("quality", ahead + 2, {}, peek(ahead)->number, true);
    return item("quality", ahead + 1, {}, peek(ahead)->number, true);
  }

  /// `in the top left corner`, `bottom`, `lower third`, `left half`.
  std::optional<Item> place() {
    std::size_t ahead = 0;
    bool preposition = false;
    while (
        sees({"in", "on", "at", "to", "into", "towards", "near", "along", "the", "far", "very", "my", "from", "across"},
             ahead)) {
      preposition = preposition || !sees({"the", "far", "very", "my"}, ahead);
      ++ahead;
    }
    std::string vertical, horizontal;
    bool center = false, third = false;
    const std::size_t first = ahead;
    for (;; ++ahead) {
      if (sees({"-"}, ahead) && peek(ahead)->glued && ahead > first &&
          sees({"left", "right", "center", "middle", "hand", "most", "top", "bottom"}, ahead + 1))
        continue;
      if (sees({"top", "upper", "topmost"}, ahead))
        vertical = "top";
      else if (sees({"bottom", "lower", "bottommost"}, ahead))
        vertical = "bottom", third = third || peek(ahead)->is("lower");
      else if (sees({"left", "leftmost", "lefthand"}, ahead))
        horizontal = "left";
      else if (sees({"right", "rightmost", "righthand"}, ahead) &&
               (!horizontal.empty() || !vertical.empty() || preposition || at_ + ahead == 0 || true))
        horizontal = "right";
      else if (sees({"center", "middle", "centered", "central"}, ahead))
        center = true;
      else if (sees({"hand", "most"}, ahead) && ahead > first)
        continue;
      else
        break;
    }
    if (ahead == first) return std::nullopt;
    if (sees({"away", "now"}, ahead) && horizontal == "right") return std::nullopt;
    if (center && (vertical.empty() || horizontal.empty()) && sees({"third", "half"}, ahead)) return std::nullopt;
    std::string text = vertical.empty() ? horizontal : horizontal.empty() ? vertical : vertical + "-" + horizontal;
    if (text.empty()) text = "center";
    std::string kind = "place";
    if (sees({"half"}, ahead) && !center) {
      kind = "half";
      ++ahead;
    } else if (third && horizontal.empty() && sees({"third", "thirds"}, ahead)) {
      text = "bottom-left";
      ++ahead;
    }
    while (sees({"corner", "side", "edge", "area", "part", "border"}, ahead)) ++ahead;
    if (sees({"of", "in"}, ahead)) {
      std::size_t behind_of = ahead + 1;
      while (sees({"the", "my", "each", "every", "it"}, behind_of)) ++behind_of;
      if (sees({"screen", "frame", "picture", "image", "video", "clip", "shot", "page", "view"}, behind_of))
        ahead = behind_of + 1;
    }
    return item(std::move(kind), ahead, std::move(text), 0, true);
  }

  std::optional<Item> color() {
    if (tokens_[at_].kind != Token::Kind::word) return std::nullopt;
    std::string word = tokens_[at_].text;
    if (word.ends_with("ish")) return std::nullopt;
    const auto found = lexicon_.colors.find(word);
    if (found == lexicon_.colors.end()) return std::nullopt;
    return item("color", 1, found->second, 0, true);
  }

  std::optional<Item> degree() {
    if (sees({"slightly", "somewhat", "subtly", "gently", "mildly", "softly", "lightly", "subtle", "slight",
              "marginally", "faintly"}))
      return item("degree", 1, {}, 0.5, true);
    if (sees({"a", "just"}) && sees({"bit", "little", "touch", "tad", "smidge", "hair", "tiny", "wee"}, 1))
      return item("degree", sees({"bit"}, 2) ? 3 : 2, {}, 0.5, true);
    if (sees({"bit", "little", "lil"})) return item("degree", 1, {}, 0.5, true);
    if (sees({"a"}) && sees({"lot", "ton", "bunch", "whole"}, 1))
      return item("degree", sees({"lot"}, 2) ? 3 : 2, {}, 2, true);
    if (sees({"much",         "lots",          "strongly",  "heavily",   "very",   "significantly", "considerably",
              "way",          "super",         "extremely", "intensely", "strong", "heavy",         "hard",
              "dramatically", "substantially", "massively", "loads",     "far",    "greatly",       "aggressively"}))
      return item("degree", 1, {}, 2, true);
    if (sees({"really"})) return item("degree", 1, {}, 2, true);
    return std::nullopt;
  }

  std::optional<Item> bigness() {
    if (sees({"tiny", "teeny"})) return item("bigness", 1, {}, 0, true);
    if (sees({"small", "smaller", "little"})) return item("bigness", 1, {}, 1, true);
    if (sees({"large", "big", "larger", "bigger"})) return item("bigness", 1, {}, 2, true);
    if (sees({"huge", "giant", "enormous", "gigantic", "massive"})) return item("bigness", 1, {}, 3, true);
    if (sees({"largest", "biggest", "main"})) return item("size-word", 1, {}, 0, true);
    return std::nullopt;
  }

  std::optional<Item> opacity() {
    if ((sees({"semi", "half"}) && sees({"transparent"}, 1))) return item("opacity", 2, {}, 0.5, true);
    if (sees({"semi", "half"}) && sees({"-"}, 1) && sees({"transparent"}, 2)) return item("opacity", 3, {}, 0.5, true);
    if (sees({"semitransparent", "translucent"})) return item("opacity", 1, {}, 0.5, true);
    if (!sees({"opacity"})) return std::nullopt;
    const std::size_t ahead = sees({"of", "to", "at", ":", "="}, 1) ? 2 : 1;
    if (peek(ahead) == nullptr || peek(ahead)->kind != Token::Kind::number) return std::nullopt;
    const bool percent = sees({"%", "percent"}, ahead + 1);
    return item("opacity", ahead + (percent ? 2 : 1), {},
                peek(ahead)->number / (percent || peek(ahead)->number > 1 ? 100 : 1));
  }

  std::optional<Item> follow() {
    if (sees({"follow", "following", "track", "tracking"}) && sees({"it", "him", "her", "them"}, 1))
      return item("follow", 2, {}, 0, true);
    if (sees({"moving"})) return item("follow", 1, {}, 0, true);
    if (sees({"it", "he", "she", "they", "which", "that"}) && sees({"moves", "move", "walks", "goes"}, 1)) {
      const std::size_t more = sees({"around", "about", "along"}, 2) ? 3 : 2;
      return item("follow", more, {}, 0, true);
    }
    if (sees({"with", "using"}) && sees({"tracking"}, 1)) return item("follow", 2, {}, 0, true);
    return std::nullopt;
  }

  std::optional<Item> look() {
    if (sees({"with"}) && sees({"a"}, 1) && sees({"fade"}, 2))
      return item("look", sees({"in"}, 3) ? 4 : 3, "fade", 0, true);
    if (sees({"fading", "fades", "fade", "faded"}))
      return item("look", sees({"in", "up", "on"}, 1) ? 2 : 1, "fade", 0, true);
    if (sees({"slide", "slides", "sliding"})) return item("look", sees({"up", "in"}, 1) ? 2 : 1, "slide-up", 0, true);
    if (sees({"typewriter", "typed"})) return item("look", 1, "typewriter", 0, true);
    if (sees({"tripod"})) return item("look", 1, "still", 0, true);
    if (sees({"locked"})) return item("look", sees({"off", "down"}, 1) ? 2 : sees({"-"}, 1) ? 3 : 1, "still", 0, true);
    return std::nullopt;
  }

  std::span<const Token> tokens_;
  const Lexicon& lexicon_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Item> items_;
};

}  // namespace

std::string Item::what() const {
  if (kind != "time") return kind;
  if (time.kind == TimeSaid::Kind::length) return "length";
  if (time.kind != TimeSaid::Kind::moments) return kind;
  return time.edge ? "edge" : "moment";
}

std::vector<Item> items_in(std::span<const Token> tokens, const Lexicon& lexicon, std::string_view text) {
  return Scanner(tokens, lexicon, text).all();
}

}  // namespace reel::prompt
