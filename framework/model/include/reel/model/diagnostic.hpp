/// What is wrong with an input, and where.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reel::model {

/// A place in a text: 1-based line and column (in characters, as editors count), and how many
/// characters it covers. Line 0 means the file as a whole.
struct Mark {
  std::size_t line = 0;
  std::size_t column = 0;
  std::size_t length = 1;
  friend bool operator==(const Mark&, const Mark&) = default;
};

enum class Severity {
  error,
  warning,
  note,
  question,  ///< what has to be said first; of prompts, never of pipelines
};

struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;  ///< stable, kebab-case: `unknown-key`, `out-of-range`; listed in docs/reference
  Mark mark;
  std::string message;  ///< one sentence, lower case, no full stop: what is wrong and what was expected
  std::string hint;     ///< what to do, or `did you mean 'x'?`; may be empty
};

/// A text with the faults found in it.
struct Diagnosed {
  std::string file;  ///< as the user named it; `<stdin>` for standard input
  std::string text;
  std::vector<Diagnostic> diagnostics;
  bool has_errors() const;
};

/// `file:line:col: error: message`, the source line, a caret under the place, the hint; sorted by place.
/// `color` adds ANSI colours. Control characters of the source are made visible.
std::string to_text(const Diagnosed& diagnosed, bool color = false);

/// All files as one JSON document: `{"files":[{"file", "valid", "diagnostics":[…]}]}`.
std::string to_json(const std::vector<Diagnosed>& files);

/// SARIF 2.1.0, for code hosts and editors.
std::string to_sarif(const std::vector<Diagnosed>& files, std::string_view tool_version);

}  // namespace reel::model
