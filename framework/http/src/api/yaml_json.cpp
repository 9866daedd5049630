#include "yaml_json.hpp"

#include <charconv>
#include <stdexcept>

#include "reel/model/document.hpp"

namespace reel::http {
namespace {

using model::Node;
using nlohmann::json;

template <class Number>
bool read(const std::string& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

json scalar(const Node& node) {
  const std::string& text = node.scalar;
  if (node.quoted) return text;
  if (text.empty() || text == "null" || text == "~") return nullptr;
  if (text == "true" || text == "false") return text == "true";
  if (std::int64_t number = 0; read(text, number)) return number;
  if (double number = 0; (text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9')) && read(text, number))
    return number;
  return text;
}

json json_of(const Node& node) {
  if (node.kind == Node::Kind::null) return nullptr;
  if (node.kind == Node::Kind::scalar) return scalar(node);
  if (node.kind == Node::Kind::list) {
    json list = json::array();
    for (const Node& item : node.items) list.push_back(json_of(item));
    return list;
  }
  json map = json::object();
  for (const auto& entry : node.entries) map[entry.key] = json_of(entry.value);
  return map;
}

}  // namespace

json yaml_to_json(std::string_view yaml) {
  model::Diagnosed diagnosed;
  const model::Document document = model::parse_document("yaml", std::string(yaml), diagnosed);
  diagnosed.file = document.file;
  diagnosed.text = document.text;
  if (diagnosed.has_errors()) throw std::logic_error(model::to_text(diagnosed));
  return json_of(document.root);
}

}  // namespace reel::http
