/// How the parts of the checker say what they found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reel/model/document.hpp"

namespace reel::model {

class Report {
 public:
  explicit Report(Diagnosed& diagnosed) : diagnosed_(diagnosed) {}

  void error(Mark mark, std::string code, std::string message, std::string hint = {}) {
    add(Severity::error, mark, std::move(code), std::move(message), std::move(hint));
  }
  void warning(Mark mark, std::string code, std::string message, std::string hint = {}) {
    add(Severity::warning, mark, std::move(code), std::move(message), std::move(hint));
  }
  /// Drops what was said twice, as a fault in a value with several aliases is.
  void remove_repeated();

 private:
  void add(Severity severity, Mark mark, std::string code, std::string message, std::string hint) {
    diagnosed_.diagnostics.push_back({severity, std::move(code), mark, std::move(message), std::move(hint)});
  }
  Diagnosed& diagnosed_;
};

/// The text in single quotes, shortened if it is long.
std::string show(std::string_view text);

/// `a map`, `a list`, `nothing`, `a text`: what an author sees in the node.
std::string_view describe(const Node& node);

/// `did you mean 'x'?`, or `otherwise` if nothing known is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known, std::string otherwise = {});

/// Reports every key of `map` that is not in `known`. `owner` is what the keys belong to, as in `a stage`.
void check_keys(const Node& map, const std::vector<std::string>& known, std::string_view owner, Report& report);

}  // namespace reel::model
