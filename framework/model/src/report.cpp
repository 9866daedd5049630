#include "report.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "reel/base/text.hpp"

namespace reel::model {

void Report::remove_repeated() {
  std::set<std::tuple<std::size_t, std::size_t, std::string, std::string>> seen;
  std::erase_if(diagnosed_.diagnostics, [&](const Diagnostic& d) {
    return !seen.emplace(d.mark.line, d.mark.column, d.code, d.message).second;
  });
}

std::string show(std::string_view text) {
  constexpr std::size_t longest = 60;
  return "'" + base::printable(base::beginning(text, longest)) + "'";
}

std::string_view describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
    case Node::Kind::scalar:
      break;
  }
  return "a text";
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known, std::string otherwise) {
  const std::string near = base::nearest(word, known);
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

void check_keys(const Node& map, const std::vector<std::string>& known, std::string_view owner, Report& report) {
  for (const auto& entry : map.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    report.error(entry.key_mark, "unknown-key", std::string(owner) + " has no key " + show(entry.key),
                 did_you_mean(entry.key, known, "known are " + base::join_words(known)));
  }
}

}  // namespace reel::model
