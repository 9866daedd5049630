#include "substitute.hpp"

#include <algorithm>

#include "reel/base/text.hpp"

namespace reel::model {
namespace {

constexpr std::string_view env_prefix = "env:", secret_prefix = "secret:";
// A plain dollar in a template, so that nothing around it makes a reference of it.
constexpr std::string_view plain_dollar = "${$}";

/// A piece of a scalar as written: text, or the inside of `${…}`.
struct Piece {
  std::string text;
  std::optional<Mark> substitution;  // its place, if it is one
};

/// Cuts a scalar into pieces. Without a closing brace, the last piece is a substitution and `open` is set.
struct Pieces {
  std::vector<Piece> list;
  bool open = false;
};

Pieces split(const Node& scalar) {
  const std::string& source = scalar.scalar;
  Pieces pieces;
  std::string literal;
  std::size_t at = 0;
  for (std::size_t place = 0;; ++place) {
    const auto found = source.find("${", at);
    literal += source.substr(at, found - at);
    if (found == std::string::npos) break;
    at = found + 2;
    if (!literal.empty() && literal.back() == '$') {
      literal += '{';  // `$${`: the dollar before it is there already
      continue;
    }
    const auto close = source.find('}', at);
    if (!literal.empty()) pieces.list.push_back({std::exchange(literal, {}), {}});
    const Mark mark = place < scalar.substitutions.size() ? scalar.substitutions[place] : scalar.mark;
    pieces.list.push_back({source.substr(at, close - at), mark});
    pieces.open = close == std::string::npos;
    if (pieces.open) return pieces;
    at = close + 1;
  }
  if (!literal.empty()) pieces.list.push_back({std::move(literal), {}});
  return pieces;
}

/// A text that stands for itself in a template.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) c == '$' ? result += plain_dollar : result += c;
  return result;
}

/// Collects what pieces mean; texts are escaped only if a secret makes a template of them.
class Joined {
 public:
  void add(std::string_view text) { literal_ += text; }
  void add_secret(std::string_view reference) {
    template_ += escaped(literal_);
    template_ += reference;
    literal_.clear();
    secret_ = true;
  }
  bool secret() const { return secret_; }
  std::string text() const { return secret_ ? template_ + escaped(literal_) : literal_; }

 private:
  std::string literal_, template_;
  bool secret_ = false;
};

void collect_names(const Node& node, std::set<std::string>& names) {
  if (!node.substitutions.empty())
    for (Piece& piece : split(node).list)
      if (piece.substitution) names.insert(std::move(piece.text));
  for (const Node& item : node.items) collect_names(item, names);
  for (const auto& entry : node.entries) collect_names(entry.value, names);
}

}  // namespace

std::set<std::string> substituted_names(const Node& node) {
  std::set<std::string> names;
  collect_names(node, names);
  return names;
}

std::optional<Scope::Value> Scope::from_environment(const std::string& name, Mark mark) {
  const auto value = options_.environment ? options_.environment(name) : std::nullopt;
  if (value) return Value{*value};
  report_.error(mark, "missing-environment", "the environment variable " + show(name) + " is not set",
                "set it, or use a parameter with a default instead");
  return std::nullopt;
}

std::optional<Scope::Value> Scope::from_secret(const std::string& name, Mark mark, bool allowed) {
  if (!allowed) {
    report_.error(mark, "secret-not-allowed", "a secret cannot stand here",
                  "secrets may stand only in parameters of type string, uri or file");
    return std::nullopt;
  }
  if (options_.has_secret && options_.has_secret(name)) return Value{name, true};
  report_.error(mark, "unknown-secret", "this host knows no secret named " + show(name),
                "check the name, or add the secret to the host");
  return std::nullopt;
}

std::optional<Scope::Value> Scope::from_param(const std::string& name, Mark mark) {
  if (const auto found = values_.find(name); found != values_.end())
    return Value{found->second.value_or(""), false, found->second.has_value()};
  std::vector<std::string> known;
  known.reserve(values_.size());
  for (const auto& [known_name, value] : values_) known.push_back(known_name);
  const std::string near = base::nearest(name, known);
  report_.error(
      mark, "unknown-substitution", "this pipeline has no parameter " + show(name),
      near.empty() ? "declare it under 'params', or write '$${' for a plain '${'" : "did you mean '${" + near + "}'?");
  return std::nullopt;
}

std::optional<Scope::Value> Scope::value(const std::string& name, Mark mark, bool allow_secret) {
  if (name.starts_with(env_prefix)) return from_environment(name.substr(env_prefix.size()), mark);
  if (name.starts_with(secret_prefix)) return from_secret(name.substr(secret_prefix.size()), mark, allow_secret);
  if (name.find(':') == std::string::npos && !name.empty()) return from_param(name, mark);
  report_.error(mark, "bad-substitution", show("${" + name + "}") + " names nothing",
                "write ${name} for a parameter, ${env:NAME} or ${secret:NAME}, or '$${' for a plain '${'");
  return std::nullopt;
}

std::optional<Text> Scope::text(const Node& scalar, bool allow_secret) {
  if (scalar.substitutions.empty()) return Text{scalar.scalar, scalar.mark, scalar.quoted};
  const Pieces pieces = split(scalar);
  Text text{"", scalar.mark, true};
  Joined joined;
  bool fine = true;
  for (std::size_t i = 0; i < pieces.list.size(); ++i) {
    const Piece& piece = pieces.list[i];
    if (!piece.substitution) {
      joined.add(piece.text);
      continue;
    }
    text.quoted = false;
    if (pieces.open && i + 1 == pieces.list.size()) {
      report_.error(*piece.substitution, "bad-substitution", "this '${' is not closed",
                    "write ${name}, or '$${' for a plain '${'");
      return std::nullopt;
    }
    const auto found = value(piece.text, *piece.substitution, allow_secret);
    fine = fine && found.has_value();
    if (!found) continue;
    text.known = text.known && found->known;
    found->secret ? joined.add_secret("${" + std::string(secret_prefix) + found->text + "}") : joined.add(found->text);
  }
  if (!fine) return std::nullopt;
  text.value = joined.text();
  text.secret = joined.secret();
  text.quoted = text.quoted && scalar.quoted;
  return text;
}

std::string resolve_secrets(const std::string& text, const std::function<std::string(const std::string&)>& secret) {
  static const std::string opening = "${" + std::string(secret_prefix);
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, plain_dollar.size(), plain_dollar) == 0) {
      result += '$';
      at += plain_dollar.size();
    } else if (text.compare(at, opening.size(), opening) == 0) {
      const auto close = std::min(text.find('}', at), text.size() - 1);
      result += secret(text.substr(at + opening.size(), close - at - opening.size()));
      at = close + 1;
    } else {
      result += text[at++];
    }
  }
  return result;
}

}  // namespace reel::model
