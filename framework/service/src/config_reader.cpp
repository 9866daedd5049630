#include "config_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <regex>

#include "reel/base/text.hpp"

namespace reel::service {
namespace fs = std::filesystem;

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

fs::path home() { return environment("HOME").value_or("/"); }

bool read_number(const std::string& text, double& into) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !(number >= 0)) return false;
  into = number;
  return true;
}

void ConfigReader::map(const model::Node& node, const Table& table) {
  if (node.kind == model::Node::Kind::null) return;
  if (node.kind != model::Node::Kind::map) return fault(node.mark, "wrong-type", "expected a map of settings");
  for (const auto& entry : node.entries) {
    const auto found = table.find(entry.key);
    if (found != table.end()) {
      found->second(entry.value);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& [key, handler] : table) known.push_back(key);
    const std::string near = base::nearest(entry.key, known);
    fault(entry.key_mark, "unknown-key",
          "unknown setting '" + entry.key + "'; expected " + base::join_words(known, "or"),
          near.empty() ? "" : "did you mean '" + near + "'?");
  }
}

ConfigReader::Handler ConfigReader::section(Table table) {
  return [this, table = std::move(table)](const model::Node& node) { map(node, table); };
}

ConfigReader::Handler ConfigReader::text(std::string& into) {
  return [this, &into](const model::Node& node) {
    if (is_text(node)) into = node.scalar;
  };
}

ConfigReader::Handler ConfigReader::text(std::optional<std::string>& into) {
  return [this, &into](const model::Node& node) {
    if (is_text(node)) into = node.scalar;
  };
}

ConfigReader::Handler ConfigReader::choice(bool& into, std::string when_false, std::string when_true) {
  return [this, &into, no = std::move(when_false), yes = std::move(when_true)](const model::Node& node) {
    if (node.scalar != no && node.scalar != yes)
      return fault(node.mark, "wrong-choice", "expected " + yes + " or " + no);
    into = node.scalar == yes;
  };
}

ConfigReader::Handler ConfigReader::level(base::Level& into) {
  return [this, &into](const model::Node& node) {
    for (const auto level : {base::Level::debug, base::Level::info, base::Level::warning, base::Level::error})
      if (node.scalar == base::name(level)) {
        into = level;
        return;
      }
    fault(node.mark, "wrong-choice", "expected debug, info, warning or error");
  };
}

ConfigReader::Handler ConfigReader::origin(std::string& into, bool address) {
  return [this, &into, address](const model::Node& node) {
    static const std::regex form("https?://([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?(/.*)?");
    constexpr std::size_t longest = 1500;
    std::smatch parts;
    const bool good = node.scalar.size() < longest && std::regex_match(node.scalar, parts, form);
    if (!good || (parts[3].matched && !address))
      return fault(node.mark, "wrong-value", "expected something like https://reel.example.org",
                   "write the scheme, the host and, if need be, the port");
    into = node.scalar.substr(0, node.scalar.size() - static_cast<std::size_t>(parts.length(3)));
  };
}

ConfigReader::Handler ConfigReader::origins(std::vector<std::string>& into) {
  return [this, &into](const model::Node& node) {
    if (node.kind != model::Node::Kind::list) return fault(node.mark, "wrong-type", "expected a list of origins");
    into.clear();
    for (const model::Node& item : node.items) {
      std::string one;
      if (is_text(item)) origin(one, false)(item);
      if (!one.empty()) into.push_back(one);
    }
  };
}

ConfigReader::Handler ConfigReader::number(double& into) {
  return [this, &into](const model::Node& node) {
    if (!read_number(node.scalar, into)) fault(node.mark, "wrong-type", "expected a number, 0 or more");
  };
}

ConfigReader::Handler ConfigReader::integer(std::int64_t& into, std::int64_t minimum, std::int64_t maximum) {
  return [this, &into, minimum, maximum](const model::Node& node) {
    std::int64_t number = 0;
    const char* const end = node.scalar.data() + node.scalar.size();
    const auto [stop, error] = std::from_chars(node.scalar.data(), end, number);
    if (error != std::errc{} || stop != end || number < minimum || number > maximum)
      return fault(node.mark, "wrong-type",
                   "expected a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    into = number;
  };
}

ConfigReader::Handler ConfigReader::path(fs::path& into) {
  return [this, &into](const model::Node& node) {
    if (is_text(node)) into = resolved(node.scalar);
  };
}

ConfigReader::Handler ConfigReader::texts(std::vector<std::string>& into) {
  return [this, &into](const model::Node& node) {
    if (node.kind != model::Node::Kind::list) return fault(node.mark, "wrong-type", "expected a list of texts");
    into.clear();
    for (const model::Node& item : node.items)
      if (is_text(item)) into.push_back(item.scalar);
  };
}

ConfigReader::Handler ConfigReader::paths(std::vector<fs::path>& into) {
  return [this, &into](const model::Node& node) {
    std::vector<std::string> raw;
    texts(raw)(node);
    for (const std::string& item : raw) into.push_back(resolved(item));
  };
}

bool ConfigReader::is_text(const model::Node& node) {
  if (node.kind == model::Node::Kind::scalar) return true;
  fault(node.mark, "wrong-type", "expected a text");
  return false;
}

fs::path ConfigReader::resolved(const std::string& text) const {
  if (text.starts_with("~/")) return home() / text.substr(2);
  return folder_ / text;
}

void ConfigReader::fault(model::Mark mark, std::string code, std::string message, std::string hint) {
  diagnosed_.diagnostics.push_back(
      {model::Severity::error, std::move(code), mark, std::move(message), std::move(hint)});
}

}  // namespace reel::service
