#include "reel/model/diagnostic.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "reel/base/text.hpp"
#include "source_text.hpp"

namespace reel::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_shown = 100;   // more faults than that help nobody
constexpr std::size_t widest_line = 160;  // characters of a source line that are shown
constexpr std::size_t before_caret = 80;  // of a line that is cut

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
    case Severity::question:
      return "question";
    case Severity::error:
      break;
  }
  return "error";
}

std::vector<const Diagnostic*> by_place(const Diagnosed& diagnosed) {
  std::vector<const Diagnostic*> sorted;
  for (const Diagnostic& diagnostic : diagnosed.diagnostics) sorted.push_back(&diagnostic);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return std::pair{a->mark.line, a->mark.column} < std::pair{b->mark.line, b->mark.column};
  });
  return sorted;
}

/// Byte offset of the n-th character (from 0) of a text.
std::size_t byte_of(std::string_view text, std::size_t character) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (begins && character-- == 0) break;
  }
  return at;
}

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string faint(std::string_view text) const { return paint("2", text); }
  std::string level(Severity severity, std::string_view text) const {
    constexpr std::array colors{"1;31", "1;35", "1;36", "1;33"};
    return paint(colors.at(static_cast<std::size_t>(severity)), text);
  }

 private:
  std::string paint(const char* code, std::string_view text) const {
    return color_ ? "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m" : std::string(text);
  }
  bool color_;
};

/// The source line and the caret under the place.
std::string excerpt(const SourceText& source, const Diagnostic& diagnostic, const Painter& paint) {
  const Mark& mark = diagnostic.mark;
  std::string_view line = source.line(mark.line);
  std::size_t column = std::max<std::size_t>(mark.column, 1) - 1;
  std::string dots;
  if (column > widest_line - before_caret) {
    line.remove_prefix(byte_of(line, column - before_caret));
    column = before_caret;
    dots = "…";
  }
  const std::size_t end = byte_of(line, widest_line);
  const std::string dots_after = end < line.size() ? "…" : "";
  line = line.substr(0, end);
  const std::size_t at = byte_of(line, column);
  const std::string_view before = line.substr(0, at), rest = line.substr(at);
  const std::string_view covered = rest.substr(0, byte_of(rest, mark.length));
  const auto width = [](std::string_view text) { return base::display_width(base::printable(text)); };
  const std::string number = std::to_string(mark.line);
  const std::string gutter = std::string(std::max<std::size_t>(5, number.size() + 1) - number.size(), ' ') + number;
  const std::string caret = "^" + std::string(std::max<std::size_t>(width(covered), 1) - 1, '~');
  return paint.faint(gutter + " | ") + dots + base::printable(line) + dots_after + "\n" +
         paint.faint(std::string(gutter.size(), ' ') + " | ") + std::string(width(before) + dots.size() / 3, ' ') +
         paint.level(diagnostic.severity, caret) + "\n";
}

std::string text_of(const Diagnosed& diagnosed, const SourceText& source, const Diagnostic& diagnostic,
                    const Painter& paint) {
  const Mark& mark = diagnostic.mark;
  std::string place = base::printable(diagnosed.file) + ":";
  if (mark.line > 0) place += std::to_string(mark.line) + ":" + std::to_string(mark.column) + ":";
  std::string text = paint.bold(place) + " " +
                     paint.level(diagnostic.severity, std::string(name(diagnostic.severity)) + ":") + " " +
                     base::printable(diagnostic.message) + paint.faint(" [" + diagnostic.code + "]") + "\n";
  if (mark.line > 0 && !source.line(mark.line).empty()) text += excerpt(source, diagnostic, paint);
  if (!diagnostic.hint.empty()) text += "      " + paint.bold("hint:") + " " + base::printable(diagnostic.hint) + "\n";
  return text;
}

Json json_of(const Diagnostic& diagnostic) {
  Json json{{"severity", name(diagnostic.severity)}, {"code", diagnostic.code},
            {"line", diagnostic.mark.line},          {"column", diagnostic.mark.column},
            {"length", diagnostic.mark.length},      {"message", diagnostic.message}};
  if (!diagnostic.hint.empty()) json["hint"] = diagnostic.hint;
  return json;
}

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

/// A path as a relative or absolute URI reference.
std::string uri_of(const std::string& path) {
  static constexpr std::string_view plain = "-._~/";
  std::string uri;
  for (const char c : path) {
    const bool keep = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      plain.find(c) != std::string_view::npos;
    std::array<char, 4> escape{};
    std::snprintf(escape.data(), escape.size(), "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    uri += keep ? std::string(1, c) : std::string(escape.data());
  }
  return uri;
}

Json sarif_result(const std::string& file, const Diagnostic& diagnostic) {
  Json place{{"artifactLocation", {{"uri", uri_of(file)}}}};
  if (const Mark& mark = diagnostic.mark; mark.line > 0) {
    const std::size_t column = std::max<std::size_t>(mark.column, 1);
    place["region"] = {{"startLine", mark.line}, {"startColumn", column}, {"endColumn", column + mark.length}};
  }
  const std::string text = diagnostic.hint.empty() ? diagnostic.message : diagnostic.message + "\n" + diagnostic.hint;
  return {{"ruleId", diagnostic.code},
          {"level", name(diagnostic.severity)},
          {"message", {{"text", text}}},
          {"locations", Json::array({{{"physicalLocation", place}}})}};
}

}  // namespace

bool Diagnosed::has_errors() const {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; });
}

std::string to_text(const Diagnosed& diagnosed, bool color) {
  const Painter paint(color);
  const SourceText source(diagnosed.text);
  const auto sorted = by_place(diagnosed);
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), most_shown); ++i)
    text += text_of(diagnosed, source, *sorted[i], paint);
  if (sorted.size() > most_shown)
    text += base::printable(diagnosed.file) + ": and " + std::to_string(sorted.size() - most_shown) + " more\n";
  return text;
}

std::string to_json(const std::vector<Diagnosed>& files) {
  Json list = Json::array();
  for (const Diagnosed& diagnosed : files) {
    Json diagnostics = Json::array();
    for (const Diagnostic* diagnostic : by_place(diagnosed)) diagnostics.push_back(json_of(*diagnostic));
    list.push_back({{"file", diagnosed.file}, {"valid", !diagnosed.has_errors()}, {"diagnostics", diagnostics}});
  }
  return dumped({{"files", list}});
}

std::string to_sarif(const std::vector<Diagnosed>& files, std::string_view tool_version) {
  Json results = Json::array(), rules = Json::array();
  std::set<std::string> codes;
  for (const Diagnosed& diagnosed : files) {
    for (const Diagnostic* diagnostic : by_place(diagnosed)) {
      codes.insert(diagnostic->code);
      results.push_back(sarif_result(diagnosed.file, *diagnostic));
    }
  }
  for (const std::string& code : codes) rules.push_back({{"id", code}});
  const Json driver{{"name", "reel"}, {"version", tool_version}, {"rules", rules}};
  const Json run{{"tool", {{"driver", driver}}}, {"columnKind", "unicodeCodePoints"}, {"results", results}};
  return dumped({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({run})}});
}

}  // namespace reel::model
