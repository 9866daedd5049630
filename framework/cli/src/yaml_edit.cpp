#include "yaml_edit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace reel::cli {

std::string yaml_text(std::string text) {
  for (std::size_t at = 0; (at = text.find("${", at)) != std::string::npos; at += 3) text.insert(at, "$");
  // JSON texts are YAML, whatever is in them.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

model::Node& entry(model::Node& map, const std::string& key, model::Mark mark) {
  map.kind = model::Node::Kind::map;
  const auto found = std::ranges::find(map.entries, key, &model::Node::Entry::key);
  if (found != map.entries.end()) return found->value;
  model::Node value;
  value.mark = mark;
  map.entries.push_back({key, mark, value});
  return map.entries.back().value;
}

model::Node as_typed(const std::string& word) {
  model::Node node;
  node.kind = model::Node::Kind::scalar;
  node.scalar = word;  // with no place of a `${` named, it holds none
  return node;
}

model::Node as_text(const std::string& word) {
  model::Node node = as_typed(word);
  node.quoted = true;
  return node;
}

}  // namespace reel::cli
