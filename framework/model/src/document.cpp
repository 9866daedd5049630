#include "reel/model/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "reel/base/text.hpp"
#include "source_text.hpp"

namespace reel::model {
namespace {

/// Thrown through yaml-cpp to end the reading; the fault has been reported.
struct Stop {};

class Faults {
 public:
  explicit Faults(Diagnosed& diagnosed) : diagnosed_(diagnosed) {}

  void error(Mark mark, std::string code, std::string message, std::string hint = {}) {
    diagnosed_.diagnostics.push_back({Severity::error, std::move(code), mark, std::move(message), std::move(hint)});
  }
  [[noreturn]] void stop(Mark mark, std::string code, std::string message, std::string hint = {}) {
    error(mark, std::move(code), std::move(message), std::move(hint));
    throw Stop{};
  }

 private:
  Diagnosed& diagnosed_;
};

/// Finds how the nodes that yaml-cpp reports are written. Its own marks count bytes, stand before anchors and
/// tags, and of empty values say where the next token is.
class Places {
 public:
  explicit Places(const SourceText& source) : source_(source) {}

  std::size_t offset(const YAML::Mark& mark) const {
    if (mark.line < 0 || mark.column < 0) return source_.text().size();
    return source_.offset(static_cast<std::size_t>(mark.line), static_cast<std::size_t>(mark.column));
  }

  Mark mark(const YAML::Mark& mark) const { return source_.mark(offset(mark)); }

  /// Where the content of a node begins: past its anchor and tag, if it follows on the same line.
  std::size_t content(const YAML::Mark& mark) const {
    const std::string_view text = source_.text();
    std::size_t at = offset(mark);
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
      const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
      const std::size_t next = std::min(text.find_first_not_of(" \t", end), text.size());
      if (next == text.size() || text[next] == '\n' || text[next] == '\r' || text[next] == '#') return at;
      at = next;
    }
    return at;
  }

  /// Bytes of the scalar written at `at`, at most to the end of its line.
  std::size_t scalar_size(std::size_t at, const std::string& value) const {
    const std::string_view line = rest_of_line(at);
    if (line.empty()) return 1;
    if (line.front() == '"' || line.front() == '\'') return std::min(quoted_size(at).value_or(1), line.size());
    if (line.starts_with(value)) return value.size();
    return line.front() == '|' || line.front() == '>' ? 1 : line.find_last_not_of(" \t") + 1;
  }

  /// Bytes from the quote at `at` to the one that closes it; nothing if none does.
  std::optional<std::size_t> quoted_size(std::size_t at) const {
    const std::string_view text = source_.text().substr(at);
    for (std::size_t i = 1; i < text.size(); ++i) {
      const bool doubled = text.front() == '\'' && text.substr(i, 2) == "''";
      if (doubled || (text.front() == '"' && text[i] == '\\'))
        ++i;
      else if (text[i] == text.front())
        return i + 1;
    }
    return std::nullopt;
  }

  bool is_open_quote(std::size_t at) const {
    const std::string_view line = rest_of_line(at);
    return !line.empty() && (line.front() == '"' || line.front() == '\'') && !quoted_size(at);
  }

  std::vector<Mark> substitutions(std::size_t at, const std::string& value) const {
    std::vector<Mark> marks;
    if (value.find("${") == std::string::npos) return marks;
    // Escapes and indentation make a scalar longer in the source than it is, within bounds.
    const std::string_view written = source_.text().substr(0, at + 12 * value.size() + 1024);
    std::size_t source_at = at;
    for (auto found = value.find("${"); found != std::string::npos; found = value.find("${", found + 2)) {
      source_at = written.find("${", source_at);
      // A dollar written as an escape is nowhere to be found: the scalar itself has to do.
      if (source_at == std::string_view::npos) source_at = at;
      marks.push_back(source_.mark(source_at, substitution_size(source_at)));
      source_at += 2;
    }
    return marks;
  }

  /// Of an item that is empty: its dash.
  Mark empty_item(const YAML::Mark& next) const {
    const std::string_view text = source_.text();
    auto line = std::min(static_cast<std::size_t>(std::max(next.line, 0)) + 1, source_.lines());
    for (; line > 0; --line) {
      const std::string_view written = source_.line(line);
      const std::string_view content = written.substr(0, std::min(written.find('#'), written.size()));
      const auto last = content.find_last_not_of(" \t");
      if (last != std::string_view::npos && content[last] == '-')
        return source_.mark(static_cast<std::size_t>(written.data() - text.data()) + last);
    }
    return mark(next);
  }

  /// Whether `{` after a dollar has confused the parser: `{ uri: ${input} }`.
  bool follows_bare_substitution(const YAML::Mark& mark) const {
    const std::size_t at = offset(mark);
    const std::size_t from = at - std::min<std::size_t>(at, 2);
    return source_.text().substr(from, 4).find("${") != std::string_view::npos;
  }

  /// As far as marks reach: a line may be as long as the text.
  std::string_view rest_of_line(std::size_t at) const {
    constexpr std::size_t longest = 1024;
    const std::string_view rest = source_.text().substr(std::min(at, source_.text().size()), longest);
    return rest.substr(0, rest.find_first_of("\r\n"));
  }

  const SourceText& source() const { return source_; }

 private:
  /// Bytes of the `${name}` at `at`, as far as it is on one line.
  std::size_t substitution_size(std::size_t at) const {
    const auto close = rest_of_line(at).find('}');
    return close == std::string_view::npos ? 2 : close + 1;
  }

  const SourceText& source_;
};

struct Size {
  std::size_t nodes = 0, bytes = 0;
};

Size size_of(const Node& node) {
  Size size{1, node.scalar.size()};
  const auto add = [&size](const Size& other) {
    size.nodes += other.nodes;
    size.bytes += other.bytes;
  };
  for (const Node& item : node.items) add(size_of(item));
  for (const auto& entry : node.entries) {
    add(size_of(entry.value));
    size.bytes += entry.key.size();
  }
  return size;
}

std::size_t depth_of(const Node& node) {
  std::size_t depth = 0;
  for (const Node& item : node.items) depth = std::max(depth, depth_of(item));
  for (const auto& entry : node.entries) depth = std::max(depth, depth_of(entry.value));
  return depth + (node.kind == Node::Kind::list || node.kind == Node::Kind::map ? 1 : 0);
}

/// Builds the tree from the parser's events.
class Builder : public YAML::EventHandler {
 public:
  Builder(const Places& places, const DocumentLimits& limits, Faults& faults, Node& root)
      : places_(places), limits_(limits), faults_(faults), root_(root) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    if (!places_.rest_of_line(places_.offset(mark)).starts_with("---"))
      faults_.stop(places_.mark(mark), "yaml-syntax", "the document ends before this",
                   "check the indentation, quotes and brackets before it");
    faults_.stop(places_.mark(mark), "second-document", "a second YAML document begins here",
                 "a file holds one pipeline: move this one to a file of its own");
  }
  void OnDocumentEnd() override { finished_ = true; }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.mark = null_mark(mark);
    put(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    const std::size_t at = places_.content(mark);
    Node node;
    node.kind = Node::Kind::scalar;
    node.mark = places_.source().mark(at, places_.scalar_size(at, value));
    node.scalar = value;
    node.quoted = tag == "!";
    // yaml-cpp takes the end of the file for a closing quote.
    if (node.quoted && places_.is_open_quote(at))
      faults_.stop(places_.source().mark(at), "yaml-syntax", "this quote is not closed");
    node.substitutions = places_.substitutions(at, value);
    put(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Node::Kind::list, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Node::Kind::map, mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

  void OnAnchor(const YAML::Mark&, const std::string& name) override { anchor_names_.push_back(name); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Mark place = alias_mark(mark);
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end())
      faults_.stop(place, "alias-in-itself", "this alias stands inside the value that it names",
                   "a value cannot contain itself");
    count(place, known->second.size);
    if (open_.size() + known->second.depth > limits_.depth) too_deep(place);
    Node node = known->second.node;
    node.mark = place;
    attach(std::move(node));
  }

  const std::vector<std::string>& anchor_names() const { return anchor_names_; }

  /// The innermost `[` or `{` that has not been closed.
  std::optional<std::pair<char, Mark>> open_bracket() const {
    if (open_.empty() || !open_.back().flow) return std::nullopt;
    return std::pair{open_.back().node.kind == Node::Kind::list ? '[' : '{', open_.back().node.mark};
  }

  /// Whether the first document has been read to its end.
  bool finished() const { return finished_; }

  /// Keeps what has been read when the reading ends early.
  void abandon() {
    abandoned_ = true;
    while (!open_.empty()) close();
  }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    bool flow = false;
    std::optional<Node::Entry> pending;  // of a map: the key whose value comes next
    bool skip = false;                   // the value that comes next belongs to a key that was refused
    std::unordered_set<std::string> keys;
  };
  struct Anchored {
    Node node;
    Size size;
    std::size_t depth = 0;
  };

  Mark alias_mark(const YAML::Mark& mark) const {
    const std::size_t at = places_.offset(mark);
    const std::string_view line = places_.rest_of_line(at);
    return places_.source().mark(at, std::min(line.find_first_of(" \t,]}"), line.size()));
  }

  /// An empty value is marked at its key or dash: its own mark would be that of whatever comes next.
  Mark null_mark(const YAML::Mark& mark) const {
    const std::size_t at = places_.content(mark);
    const std::string_view line = places_.rest_of_line(at);
    for (const std::string_view written : {"~", "null", "Null", "NULL"})
      if (line.starts_with(written)) return places_.source().mark(at, written.size());
    if (open_.empty()) return places_.source().mark(0);
    if (open_.back().pending) return open_.back().pending->key_mark;
    return open_.back().node.kind == Node::Kind::list && !open_.back().flow ? places_.empty_item(mark)
                                                                            : places_.mark(mark);
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    const std::size_t at = places_.offset(mark);
    const std::string_view line = places_.rest_of_line(at);
    const std::size_t size = std::min(line.find_first_of(" \t,]}"), line.size());
    faults_.error(places_.source().mark(at, size), "tag", "YAML tags have no meaning in a pipeline",
                  "remove '" + base::printable(line.substr(0, size)) + "': each parameter knows its own type");
  }

  [[noreturn]] void too_deep(Mark mark) {
    faults_.stop(mark, "too-deep",
                 "lists and maps are nested deeper than " + std::to_string(limits_.depth) + " levels");
  }

  void count(Mark mark, const Size& size) {
    total_.nodes += size.nodes;
    total_.bytes += size.bytes;
    if (total_.nodes > limits_.nodes)
      faults_.stop(mark, "too-many-values",
                   "the document has more than " + std::to_string(limits_.nodes) + " values once aliases are expanded");
    if (total_.bytes > limits_.bytes)
      faults_.stop(mark, "too-large",
                   "the document is larger than " + base::format_bytes(limits_.bytes) + " once aliases are expanded");
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    refuse_tag(mark, tag);
    Open open;
    open.node.kind = kind;
    open.node.mark = places_.source().mark(places_.content(mark));
    open.anchor = anchor;
    open.flow = style == YAML::EmitterStyle::Flow;
    if (open_.size() >= limits_.depth) too_deep(open.node.mark);
    count(open.node.mark, {1, 0});
    open_.push_back(std::move(open));
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    if (closed.pending) closed.node.entries.push_back(std::move(*closed.pending));
    remember(closed.anchor, closed.node);
    attach(std::move(closed.node));
  }

  void put(Node node, YAML::anchor_t anchor) {
    count(node.mark, {1, node.scalar.size()});
    remember(anchor, node);
    attach(std::move(node));
  }

  void remember(YAML::anchor_t anchor, const Node& node) {
    if (anchor != 0) anchors_[anchor] = {node, size_of(node), depth_of(node)};
  }

  void attach(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.skip) {
      parent.skip = false;
    } else if (parent.pending) {
      parent.pending->value = std::move(node);
      parent.node.entries.push_back(std::move(*parent.pending));
      parent.pending.reset();
    } else if (!abandoned_) {  // else half a value, and no key
      take_key(parent, node);
    }
  }

  void take_key(Open& map, const Node& key) {
    if (key.kind != Node::Kind::scalar) {
      map.skip = true;
      faults_.error(key.mark, "bad-key", "a key must be a word, not " + std::string(kind_name(key.kind)),
                    key.kind == Node::Kind::map ? "put texts with braces, such as \"${name}\", in quotes" : "");
    } else if (!map.keys.insert(key.scalar).second) {
      map.skip = true;
      faults_.error(key.mark, "duplicate-key", "key '" + base::printable(key.scalar) + "' is given twice",
                    "it was first given on line " + std::to_string(line_of(map.node, key.scalar)));
    } else {
      map.pending = Node::Entry{key.scalar, key.mark, {}};
      map.pending->value.mark = key.mark;
    }
  }

  static std::size_t line_of(const Node& map, const std::string& key) {
    const auto entry =
        std::find_if(map.entries.begin(), map.entries.end(), [&](const Node::Entry& e) { return e.key == key; });
    return entry == map.entries.end() ? 0 : entry->key_mark.line;
  }

  static std::string_view kind_name(Node::Kind kind) {
    return kind == Node::Kind::list ? "a list" : kind == Node::Kind::map ? "a map" : "nothing";
  }

  const Places& places_;
  const DocumentLimits& limits_;
  Faults& faults_;
  Node& root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::vector<std::string> anchor_names_;
  Size total_;
  int documents_ = 0;
  bool finished_ = false;
  bool abandoned_ = false;
};

struct Explanation {
  std::string code = "yaml-syntax", message, hint;
};

/// yaml-cpp's messages, in words that help someone who does not know its insides.
Explanation explain(const std::string& message) {
  namespace msg = YAML::ErrorMsg;
  static const std::string quotes = "put the text in quotes if this character belongs to it";
  static const std::map<std::string, Explanation> known{
      {msg::MAP_VALUE, {"yaml-syntax", "unexpected ':'", quotes + "; otherwise check the indentation"}},
      {msg::MAP_KEY, {"yaml-syntax", "a key cannot stand here", "check the indentation"}},
      {msg::BLOCK_ENTRY, {"yaml-syntax", "a list item cannot stand here", "check the indentation"}},
      {msg::END_OF_MAP, {"yaml-syntax", "this does not fit the map that it stands in", "check the indentation"}},
      {msg::END_OF_SEQ, {"yaml-syntax", "this does not fit the list that it stands in", "check the indentation"}},
      {msg::END_OF_MAP_FLOW, {"yaml-syntax", "expected ',' or '}'", ""}},
      {msg::END_OF_SEQ_FLOW, {"yaml-syntax", "expected ',' or ']'", ""}},
      {msg::FLOW_END, {"yaml-syntax", "this bracket closes nothing", quotes}},
      {msg::EOF_IN_SCALAR, {"yaml-syntax", "a quote is not closed", ""}},
      {msg::DOC_IN_SCALAR, {"yaml-syntax", "a quote is not closed before this line", ""}},
      {msg::UNKNOWN_TOKEN, {"yaml-syntax", "a value cannot begin with this character", quotes}},
      {msg::TAB_IN_INDENTATION, {"tab", "tabs cannot indent YAML", "use spaces"}},
      {msg::INVALID_HEX, {"yaml-syntax", "an escape needs hexadecimal digits here", ""}},
  };
  const auto found = known.find(message);
  return found == known.end() ? Explanation{"yaml-syntax", message, ""} : found->second;
}

/// Tabs in front of content: what YAML calls them is obscure, and they are the usual reason.
bool report_tabs(const SourceText& source, Faults& faults) {
  constexpr std::size_t most = 20;
  std::size_t reported = 0;
  for (std::size_t number = 1; number <= source.lines() && reported < most; ++number) {
    const std::string_view line = source.line(number);
    const auto content = line.find_first_not_of(" \t");
    const auto tab = line.substr(0, std::min(content, line.size())).find('\t');
    if (tab == std::string_view::npos || content == std::string_view::npos || line[content] == '#') continue;
    faults.error({number, tab + 1, 1}, "tab", "tabs cannot indent YAML", "use spaces");
    ++reported;
  }
  return reported > 0;
}

void report_syntax(const YAML::Exception& error, const Places& places, const Builder& builder, Faults& faults) {
  Mark mark = places.mark(error.mark);
  if (error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR) {
    const std::size_t at = places.offset(error.mark);
    const std::string_view line = places.rest_of_line(at);
    const std::string_view name = line.substr(0, std::min(line.find_first_of(" \t,]}"), line.size()));
    const std::string near = name.empty() ? "" : base::nearest(name.substr(1), builder.anchor_names());
    return faults.error(places.source().mark(at, name.size()), "unknown-anchor",
                        "'" + base::printable(name) + "' names an anchor that has not been given before",
                        near.empty() ? "" : "did you mean '*" + near + "'?");
  }
  if (report_tabs(places.source(), faults)) return;
  Explanation why = explain(error.msg);
  if (places.follows_bare_substitution(error.mark)) {
    why.hint = "inside of braces and brackets, put texts with '${' in quotes";
  } else if (const auto bracket = builder.open_bracket()) {
    const std::string opened = std::string("the '") + bracket->first + "' on line " +
                               std::to_string(bracket->second.line) + ", column " +
                               std::to_string(bracket->second.column) + " is not closed";
    why.hint = why.hint.empty() ? opened : why.hint + "; " + opened;
  }
  faults.error(mark, why.code, why.message, why.hint);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

/// What the parser must not even see. Stops at the first fault.
void check_bytes(const SourceText& source, const DocumentLimits& limits, Faults& faults) {
  const std::string_view text = source.text();
  if (text.size() > limits.bytes)
    faults.stop({0, 0, 0}, "too-large",
                "the file has " + base::format_bytes(text.size()) + "; at most " + base::format_bytes(limits.bytes) +
                    " are read");
  if (const auto bad = base::broken_utf8(text); bad != std::string_view::npos)
    faults.stop(source.mark(bad), "broken-utf8", "the file is not valid UTF-8 here",
                "save it as UTF-8; it may be in another encoding, or not be a text at all");
  if (const auto control = std::find_if(text.begin(), text.end(), is_control); control != text.end())
    faults.stop(source.mark(static_cast<std::size_t>(control - text.begin())), "control-character",
                "the file holds a control character, " + base::printable({control, control + 1}),
                "write it as an escape in double quotes, or remove it");
}

void read_document(const SourceText& source, const DocumentLimits& limits, Faults& faults, Document& document) {
  check_bytes(source, limits, faults);
  const Places places(source);
  Builder builder(places, limits, faults, document.root);
  std::istringstream stream(document.text);
  YAML::Parser parser(stream);
  try {
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    document.complete = false;
    report_syntax(error, places, builder, faults);
    builder.abandon();
  } catch (const Stop&) {
    document.complete = builder.finished();
    builder.abandon();
  }
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return entry == entries.end() ? nullptr : &entry->value;
}

Document parse_document(std::string file, std::string text, Diagnosed& diagnosed, const DocumentLimits& limits) {
  Document document{std::move(file), std::move(text), {}, true};
  diagnosed.file = document.file;
  diagnosed.text = document.text;
  Faults faults(diagnosed);
  const SourceText source(document.text);
  document.root.mark = {1, 1, 1};
  try {
    read_document(source, limits, faults, document);
  } catch (const Stop&) {
    document.complete = false;
  }
  return document;
}

}  // namespace reel::model
