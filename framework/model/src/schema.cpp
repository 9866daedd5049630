// The JSON Schema of the language, for editors and for validators that know nothing of Reelwork.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "read_scalar.hpp"
#include "reel/base/text.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* time_pattern =
    R"((?:(?:[0-9]+:[0-5][0-9]|[0-9]+):[0-5][0-9](?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?(?:h|min|s|ms)|[0-9]+f|0+(?:\.0+)?))";

Json definition(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

Json any_of(std::vector<Json> schemas) {
  schemas.push_back(definition("substitution"));
  return {{"anyOf", schemas}};
}

Json object(Json properties, std::vector<std::string> required = {}) {
  Json schema{{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

Json described(Json schema, const std::string& description) {
  if (!description.empty()) schema["description"] = description;
  return schema;
}

/// A moment, a range, or a list of them.
Json times_definition() {
  const Json item = {{"anyOf", {definition("time"), definition("range")}}};
  return {{"anyOf", {definition("time"), definition("range"), {{"type", "array"}, {"minItems", 1}, {"items", item}}}}};
}

// -- values

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(const base::TimePoint& value) const { return base::format(value); }
  Json operator()(const Color& value) const { return Json::parse(to_yaml(value)); }  // a quoted text in both
  Json operator()(const std::vector<base::TimePointRange>& value) const {
    Json list = Json::array();
    for (const auto& range : value) list.push_back(base::format(range));
    return list;
  }
  Json operator()(const Region& value) const {
    const bool box = value.shape == Region::Shape::box;
    Json list = Json::array();
    for (const auto& [x, y] : value.points) {
      if (box) {
        list.push_back(x);
        list.push_back(y);
      } else {
        list.push_back(Json::array({x, y}));
      }
    }
    Json json{{box ? "box" : "polygon", list}};
    if (value.pixels) json["unit"] = "px";
    return json;
  }
  template <class T>
  Json operator()(const T& value) const {
    return value;
  }
};

Json integer_limit(double limit) {
  const bool fits = limit >= -9.2e18 && limit <= 9.2e18;
  return fits ? Json(static_cast<std::int64_t>(limit)) : Json(limit);
}

Json number(const ParamSchema& param, const char* type) {
  Json schema{{"type", type}};
  const auto limit = [&](double value) {
    return param.type == ParamType::integer ? integer_limit(value) : Json(value);
  };
  if (param.minimum) schema["minimum"] = limit(*param.minimum);
  if (param.maximum) schema["maximum"] = limit(*param.maximum);
  return schema;
}

Json choice(const ParamSchema& param) {
  std::vector<Json> schemas;
  for (const Choice& one : param.choices) {
    schemas.push_back(described({{"const", one.name}}, one.description));
    // YAML reads such a name as a number or boolean; the language does not mind.
    const Json bare = Json::parse(one.name, nullptr, false);
    if (bare.is_number() || bare.is_boolean()) schemas.push_back({{"const", bare}});
  }
  return any_of(std::move(schemas));
}

/// One value, not animated.
Json plain_value(const ParamSchema& param) {
  switch (param.type) {
    case ParamType::boolean:
      return any_of({{{"type", "boolean"}}});
    case ParamType::integer:
      return any_of({number(param, "integer")});
    case ParamType::number:
      return any_of({number(param, "number")});
    case ParamType::choice:
      return choice(param);
    case ParamType::time:
      return definition("time");
    case ParamType::ranges:
      return definition("ranges");
    case ParamType::times:
      return definition("times");
    case ParamType::color:
      return definition("color");
    case ParamType::region:
      return definition("region");
    case ParamType::string:
      return definition("text");
    case ParamType::file:
    case ParamType::uri:
      break;
  }
  return definition("path");
}

Json keyframes(const Json& value) {
  const Json curve = any_of({described({{"enum", {"linear", "ease", "hold"}}},
                                       "How the value goes from this keyframe to the next. Default: linear.")});
  return {{"type", "array"},
          {"minItems", 1},
          {"description", "Keyframes, in the order of time"},
          {"items", object({{"at", definition("time")}, {"value", value}, {"curve", curve}}, {"at", "value"})}};
}

std::string description_of(const ParamSchema& param) {
  std::string text = param.description;
  const std::string range = allowed_range(param);
  std::vector<std::string> facts;
  if (!range.empty())
    facts.push_back(range);
  else if (!param.unit.empty())
    facts.push_back("in " + param.unit);
  if (param.animatable) facts.emplace_back("takes keyframes");
  if (!std::holds_alternative<std::monostate>(param.default_value) && !param.required)
    facts.push_back("default: " + to_yaml(param.default_value));
  for (std::size_t i = 0; i < facts.size(); ++i) text += (i == 0 ? (text.empty() ? "" : " (") : "; ") + facts[i];
  if (!facts.empty() && !param.description.empty()) text += ")";
  return text;
}

Json property(const ParamSchema& param) {
  Json schema = plain_value(param);
  if (param.animatable) schema = {{"anyOf", {schema, keyframes(schema)}}};
  schema = described(std::move(schema), description_of(param));
  if (!std::holds_alternative<std::monostate>(param.default_value) && !param.required)
    schema["default"] = std::visit(ToJson{}, param.default_value);
  return schema;
}

// -- stages

std::string definition_name(const StageTraits& traits) {
  std::string name = "with-" + traits.name;
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

std::vector<std::string> required_params(const StageTraits& traits) {
  std::vector<std::string> required;
  for (const ParamSchema& param : traits.params)
    if (param.required) required.push_back(param.name);
  return required;
}

Json with_definition(const StageTraits& traits) {
  Json properties = Json::object();
  for (const ParamSchema& param : traits.params) properties[param.name] = property(param);
  return described(object(std::move(properties), required_params(traits)), traits.summary);
}

/// The names under which `uses` takes the stage.
std::vector<std::string> names_of(const StageTraits& traits) {
  const bool own = traits.name.find('/') == std::string::npos;
  return own ? std::vector<std::string>{traits.name, "reel/" + traits.name} : std::vector<std::string>{traits.name};
}

Json rule(const StageTraits& traits) {
  Json properties{{"with", definition(definition_name(traits))}};
  if (!traits.allows_during) properties["during"] = false;
  if (traits.role == StageRole::source) properties["from"] = false;
  Json then{{"properties", properties}};
  std::vector<std::string> required;
  if (!required_params(traits).empty()) required.emplace_back("with");
  if (traits.min_inputs > 1) required.emplace_back("from");
  if (!required.empty()) then["required"] = required;
  return {{"if", {{"properties", {{"uses", {{"enum", names_of(traits)}}}}}, {"required", {"uses"}}}}, {"then", then}};
}

Json uses(const std::vector<const StageTraits*>& stages) {
  std::vector<Json> names;
  std::vector<std::string> others;
  for (const StageTraits* traits : stages) {
    names.push_back(described({{"const", traits->name}}, traits->summary));
    for (const std::string& name : names_of(*traits))
      if (name != traits->name) others.push_back(name);
  }
  if (!others.empty()) names.push_back({{"enum", others}});
  names.push_back({{"type", "string"}, {"pattern", "^gst/."}, {"description", "An element of GStreamer"}});
  return described(any_of(std::move(names)), "The stage: ours by name, others as owner/name or gst/NAME");
}

Json stage(const std::vector<const StageTraits*>& stages) {
  const Json id{{"type", "string"}, {"pattern", "^[a-z][a-z0-9-]*$"}};
  const Json one_id = any_of({id});
  const Json from{{"anyOf", {one_id, {{"type", "array"}, {"minItems", 1}, {"items", one_id}}}},
                  {"description", "Ids of the stages whose output comes in. Default: the stage before."}};
  Json schema = object({{"uses", uses(stages)},
                        {"id", described(one_id, "A name for this stage, to be used in 'from'")},
                        {"from", from},
                        {"with", {{"type", "object"}, {"description", "The parameters of the stage"}}},
                        {"during", described(definition("range"), "When the stage is in effect. Default: always.")}},
                       {"uses"});
  Json rules = Json::array();
  for (const StageTraits* traits : stages) rules.push_back(rule(*traits));
  if (!rules.empty()) schema["allOf"] = rules;
  return schema;
}

// -- the document

Json param() {
  const Json scalar = Json::array({"string", "number", "boolean"});
  const std::vector<std::string> types{"uri", "file", "string", "integer", "number", "boolean", "time", "choice"};
  return object({{"type", {{"enum", types}, {"default", "string"}}},
                 {"description", {{"type", "string"}}},
                 {"default", {{"type", scalar}, {"description", "Without it, a value must be given"}}},
                 {"choices", {{"type", "array"}, {"minItems", 1}, {"items", {{"type", scalar}}}}},
                 {"min", {{"type", {"number", "string"}}}},
                 {"max", {{"type", {"number", "string"}}}}});
}

Json range_definition() {
  const std::string time = time_pattern;
  return any_of({described(
      {{"type", "string"}, {"pattern", "^ *(?:" + time + " *\\.\\. *(?:" + time + ")?|\\.\\. *" + time + ") *$"}},
      "A range A..B such as 5:00..5:15; either end may be left out")});
}

Json region_definition() {
  const Json coordinate = any_of({{{"type", "number"}, {"minimum", 0}}});
  const Json unit = described(any_of({{{"enum", {"relative", "px"}}}}), "Default: relative, from 0 to 1");
  const Json box{{"type", "array"},
                 {"minItems", 4},
                 {"maxItems", 4},
                 {"items", coordinate},
                 {"description", "[x, y, width, height]"}};
  const Json corner{{"type", "array"}, {"minItems", 2}, {"maxItems", 2}, {"items", coordinate}};
  const Json polygon{{"type", "array"}, {"minItems", 3}, {"items", corner}, {"description", "[[x, y], …]"}};
  return {
      {"anyOf",
       {object({{"box", box}, {"unit", unit}}, {"box"}), object({{"polygon", polygon}, {"unit", unit}}, {"polygon"})}}};
}

Json definitions(const std::vector<const StageTraits*>& stages) {
  Json text{{"type", {"string", "number", "boolean"}}};
  Json color = any_of({{{"type", "string"}, {"pattern", "^#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"}},
                       {{"enum", color_names()}}});
  Json time = any_of({{{"type", "string"}, {"pattern", "^" + std::string(time_pattern) + "$"}}, {{"const", 0}}});
  Json defs{{"substitution", {{"type", "string"}, {"pattern", "\\$\\{"}}},
            {"text", text},
            {"path", {{"type", "string"}, {"minLength", 1}}},
            {"time", described(time, "A time such as 5:00, 1:02:03.5, 90s, 250ms or 1200f (frames)")},
            {"range", range_definition()},
            {"times", times_definition()},
            {"ranges",
             {{"anyOf", {definition("range"), {{"type", "array"}, {"minItems", 1}, {"items", definition("range")}}}}}},
            {"color", color},
            {"region", region_definition()},
            {"param", param()},
            {"stage", stage(stages)}};
  for (const StageTraits* traits : stages) defs[definition_name(*traits)] = with_definition(*traits);
  return defs;
}

}  // namespace

std::string json_schema(const StageSource& source) {
  const auto stages = source.stages();
  const Json params{{"type", "object"},
                    {"description", "What may be set from outside, used as ${name}"},
                    {"additionalProperties", false},
                    {"patternProperties", {{"^[A-Za-z][A-Za-z0-9_-]*$", definition("param")}}}};
  Json schema = object({{"reel", {{"const", 1}, {"description", "The version of the language"}}},
                        {"name", {{"type", "string"}}},
                        {"description", {{"type", "string"}}},
                        {"params", params},
                        {"stages",
                         {{"type", "array"},
                          {"minItems", 1},
                          {"maxItems", most_stages},
                          {"items", definition("stage")},
                          {"description", "The stages, in the order in which the data flow"}}}},
                       {"reel", "stages"});
  Json document{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Reelwork pipeline"}};
  document.update(schema);
  document["$defs"] = definitions(stages);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace reel::model
