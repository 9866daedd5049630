#include "schema_check.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>

#include "reel/base/text.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

constexpr std::size_t most_faults = 20;
constexpr std::size_t longest_for_pattern = 1000;

/// Characters of a UTF-8 text.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string type_of(const json& value) {
  if (value.is_number_integer()) return "integer";
  if (value.is_number_float()) {
    const double number = value.get<double>();
    return number == std::floor(number) && std::abs(number) < 9e15 ? "integer" : "number";
  }
  return value.type_name();
}

bool is_of(const json& value, const std::string& type) {
  const std::string own = type_of(value);
  return own == type || (type == "number" && own == "integer");
}

std::string shown(const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "…" : text;
}

std::vector<std::string> types_of(const json& type) {
  return type.is_array() ? type.get<std::vector<std::string>>() : std::vector<std::string>{type.get<std::string>()};
}

/// Formats that are checked, as patterns; what has one is bounded by it.
const std::map<std::string, std::string>& formats() {
  static const std::map<std::string, std::string> known{
      {"date-time", R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$)"},
      {"uuid", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}};
  return known;
}

/// One value against one schema, and so down.
class Checker {
 public:
  Checker(const SchemaCheck& schemas, std::vector<Fault>& faults) : schemas_(schemas), faults_(faults) {}

  void check(const json& given, const json& value, const std::string& pointer) {
    if (faults_.size() >= most_faults) return;
    const json& schema = schemas_.resolved(given);
    if (const auto all = schema.find("allOf"); all != schema.end())
      for (const json& part : *all) check(part, value, pointer);
    if (const auto any = schema.find("anyOf"); any != schema.end()) check_any(*any, value, pointer);
    if (!check_type(schema, value, pointer) || !check_value(schema, value, pointer)) return;
    if (value.is_string()) check_text(schema, value.get_ref<const std::string&>(), pointer);
    if (value.is_number()) check_number(schema, value.get<double>(), pointer);
    if (value.is_array()) check_list(schema, value, pointer);
    if (value.is_object()) check_map(schema, value, pointer);
  }

 private:
  void fault(std::string code, const std::string& pointer, std::string message, std::string hint = {}) {
    if (faults_.size() < most_faults)
      faults_.push_back({std::move(code), pointer, std::move(message), std::move(hint)});
  }

  void check_any(const json& schemas, const json& value, const std::string& pointer) {
    std::vector<Fault> ignored;
    for (const json& schema : schemas) {
      ignored.clear();
      Checker(schemas_, ignored).check(schema, value, pointer);
      if (ignored.empty()) return;
    }
    fault("wrong-value", pointer, "is none of what is allowed here");
  }

  bool check_type(const json& schema, const json& value, const std::string& pointer) {
    const auto type = schema.find("type");
    if (type == schema.end()) return true;
    const auto types = types_of(*type);
    if (std::ranges::any_of(types, [&](const std::string& one) { return is_of(value, one); })) return true;
    fault("wrong-type", pointer, "expected " + base::join_words(types, "or") + ", found " + type_of(value));
    return false;
  }

  bool check_value(const json& schema, const json& value, const std::string& pointer) {
    if (const auto one = schema.find("const"); one != schema.end() && *one != value) {
      fault("wrong-value", pointer, "expected " + shown(*one) + ", found " + shown(value));
      return false;
    }
    const auto choices = schema.find("enum");
    if (choices == schema.end() || std::ranges::find(*choices, value) != choices->end()) return true;
    std::vector<std::string> names;
    for (const json& choice : *choices) names.push_back(choice.is_string() ? choice.get<std::string>() : choice.dump());
    const std::string near = value.is_string() ? base::nearest(value.get<std::string>(), names) : "";
    fault("wrong-value", pointer, "expected " + base::join_words(names, "or") + ", found " + shown(value),
          near.empty() ? "" : "did you mean '" + near + "'?");
    return false;
  }

  void check_text(const json& schema, const std::string& text, const std::string& pointer) {
    const std::size_t size = length(text);
    if (!check_count(schema, "minLength", "maxLength", size, "characters", pointer)) return;
    if (text.find('\0') != std::string::npos) return fault("wrong-value", pointer, "holds a NUL character");
    const auto pattern = schema.find("pattern");
    if (pattern != schema.end() && !std::regex_search(text, std::regex(pattern->get<std::string>())))
      fault("wrong-value", pointer, "expected something like " + pattern->get<std::string>());
    if (const auto format = schema.find("format"); format != schema.end()) check_format(*format, text, pointer);
  }

  void check_format(const std::string& format, const std::string& text, const std::string& pointer) {
    constexpr std::size_t longest = 40;
    if (text.size() > longest || !std::regex_search(text, std::regex(formats().at(format))))
      fault("wrong-value", pointer, "expected a " + format);
  }

  void check_number(const json& schema, double number, const std::string& pointer) {
    if (const auto least = schema.find("minimum"); least != schema.end() && number < least->get<double>())
      fault("out-of-range", pointer, "expected at least " + least->dump());
    if (const auto most = schema.find("maximum"); most != schema.end() && number > most->get<double>())
      fault("out-of-range", pointer, "expected at most " + most->dump());
  }

  void check_list(const json& schema, const json& list, const std::string& pointer) {
    if (!check_count(schema, "minItems", "maxItems", list.size(), "items", pointer) || !schema.contains("items"))
      return;
    for (std::size_t i = 0; i < list.size(); ++i) check(schema["items"], list[i], pointer + "/" + std::to_string(i));
  }

  void check_map(const json& schema, const json& map, const std::string& pointer) {
    if (!check_count(schema, "minProperties", "maxProperties", map.size(), "members", pointer)) return;
    for (const json& key : schema.value("required", json::array()))
      if (!map.contains(key.get<std::string>()))
        fault("missing-key", pointer, "'" + key.get<std::string>() + "' is missing");
    const json properties = schema.value("properties", json::object());
    for (const auto& [key, value] : map.items()) {
      const std::string at = (json::json_pointer(pointer) / key).to_string();
      if (const auto known = properties.find(key); known != properties.end())
        check(*known, value, at);
      else
        check_other(schema, properties, key, value, at);
    }
  }

  /// A member that `properties` does not name.
  void check_other(const json& schema, const json& properties, const std::string& key, const json& value,
                   const std::string& pointer) {
    const auto others = schema.find("additionalProperties");
    if (others == schema.end()) return;
    if (others->is_object()) return check(*others, value, pointer);
    if (others->get<bool>()) return;
    std::vector<std::string> names;
    for (const auto& [name, ignored] : properties.items()) names.push_back(name);
    const std::string near = base::nearest(key, names);
    fault("unknown-key", pointer, "is not known; expected " + base::join_words(names, "or"),
          near.empty() ? "" : "did you mean '" + near + "'?");
  }

  /// False: too few or too many.
  bool check_count(const json& schema, const char* least, const char* most, std::size_t count, const std::string& what,
                   const std::string& pointer) {
    if (const auto limit = schema.find(least); limit != schema.end() && count < limit->get<std::size_t>()) {
      fault("out-of-range", pointer, "expected at least " + limit->dump() + " " + what);
      return false;
    }
    if (const auto limit = schema.find(most); limit != schema.end() && count > limit->get<std::size_t>()) {
      fault("out-of-range", pointer, "expected at most " + limit->dump() + " " + what);
      return false;
    }
    return true;
  }

  const SchemaCheck& schemas_;
  std::vector<Fault>& faults_;
};

const std::set<std::string>& known_keywords() {
  static const std::set<std::string> known{"$ref", "type", "enum", "const", "minLength", "maxLength", "pattern",
                                           "minimum", "maximum", "items", "minItems", "maxItems", "required",
                                           "properties", "allOf", "minProperties", "maxProperties", "anyOf",
                                           "additionalProperties", "format",
                                           // These say nothing that is checked.
                                           "description", "example", "default", "title"};
  return known;
}

/// What stands beside a `$ref` is not looked at, so it may only be words.
void admit_reference(const json& schema) {
  for (const auto& [keyword, value] : schema.items())
    if (keyword != "$ref" && keyword != "description" && keyword != "example" && keyword != "title")
      throw std::logic_error("openapi.yaml: " + keyword + " beside a $ref is not checked");
}

}  // namespace

const json& SchemaCheck::resolved(const json& schema) const {
  const auto ref = schema.find("$ref");
  if (ref == schema.end()) return schema;
  return resolved(root_.at(json::json_pointer(ref->get<std::string>().substr(1))));
}

void SchemaCheck::admit(const json& schema) const {
  for (const auto& [keyword, value] : schema.items()) {
    if (!known_keywords().contains(keyword)) throw std::logic_error("openapi.yaml: unknown keyword " + keyword);
    if (keyword == "$ref") {
      admit_reference(schema);
      resolved(schema);
    }
    if (keyword == "format" && !formats().contains(value.get<std::string>()))
      throw std::logic_error("openapi.yaml: the format " + value.dump() + " is not checked");
    if (keyword == "items" || (keyword == "additionalProperties" && value.is_object())) admit(value);
    if (keyword == "properties" || keyword == "allOf" || keyword == "anyOf")
      for (const json& part : value) admit(part);
    if (keyword == "pattern" && schema.value("maxLength", longest_for_pattern + 1) > longest_for_pattern)
      throw std::logic_error("openapi.yaml: the pattern " + value.dump() + " needs a maxLength");
  }
}

std::vector<Fault> SchemaCheck::faults(const json& schema, const json& value) const {
  std::vector<Fault> faults;
  Checker(*this, faults).check(schema, value, "");
  return faults;
}

}  // namespace reel::http
