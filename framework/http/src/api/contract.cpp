#include "contract.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include "yaml_json.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 7> methods{"get", "put", "post", "patch", "delete", "head", "options"};

Access access_of(const json& security) {
  Access access{Access::Who::anyone, false};
  for (const json& way : security) {
    access.who = Access::Who::user;
    access.tokens = access.tokens || way.contains("token");
  }
  for (const json& way : security)
    for (const json& roles : way)
      if (std::ranges::find(roles, "admin") != roles.end()) access.who = Access::Who::admin;
  return access;
}

}  // namespace

Contract::Contract(std::string_view yaml)
    : document_(yaml_to_json(yaml)), text_(document_.dump()), schemas_(document_) {
  try {
    for (const auto& [name, schema] : document_.at("components").at("schemas").items()) schemas_.admit(schema);
    for (const auto& [path, item] : document_.at("paths").items())
      for (const char* const method : methods)
        if (item.contains(method)) read_operation(path, method, item, item[method]);
  } catch (const json::exception& fault) {
    throw std::logic_error(std::string("openapi.yaml: ") + fault.what());
  }
}

void Contract::read_operation(const std::string& path, const std::string& method, const json& item, const json& node) {
  Operation operation;
  operation.id = node.at("operationId").get<std::string>();
  operation.path = path;
  for (const char c : method) operation.method += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  operation.access = access_of(node.value("security", document_.at("security")));
  operation.rated = node.at("responses").contains("429");
  if (item.contains("parameters")) read_parameters(item["parameters"], operation);
  if (node.contains("parameters")) read_parameters(node["parameters"], operation);
  if (node.contains("requestBody")) read_body(schemas_.resolved(node["requestBody"]), operation);
  operations_.push_back(std::move(operation));
}

void Contract::read_parameters(const json& parameters, Operation& operation) const {
  for (const json& entry : parameters) {
    const json& parameter = schemas_.resolved(entry);
    const json& schema = schemas_.resolved(parameter.at("schema"));
    schemas_.admit(schema);
    const Parameter read{parameter.at("name").get<std::string>(), &schema, parameter.value("required", false)};
    const auto& where = parameter.at("in").get_ref<const std::string&>();
    if (where == "path") operation.path_parameters.push_back(read);
    if (where == "query") operation.query_parameters.push_back(read);
    // Header fields are the handlers' own: each has its own answer where it is wrong.
  }
}

void Contract::read_body(const json& node, Operation& operation) const {
  const json& content = node.at("content");
  operation.takes_file = content.contains("application/offset+octet-stream");
  operation.body_required = node.value("required", false);
  if (const auto found = content.find("application/json"); found != content.end())
    operation.body = &schemas_.resolved(found->at("schema"));
}

json typed(const std::string& text, const json& schema) {
  const auto type = schema.find("type");
  if (type == schema.end() || !type->is_string()) return text;
  if (*type == "boolean" && (text == "true" || text == "false")) return text == "true";
  if (*type == "integer") {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
  }
  return text;
}

}  // namespace reel::http
