#include "contract.hpp"

#include <gmock/gmock.h>

#include <set>

#include "answers.hpp"
#include "yaml_json.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

const Contract& contract() {
  static const Contract one(openapi_yaml());
  return one;
}

const Operation& operation(const std::string& id) {
  for (const Operation& one : contract().operations())
    if (one.id == id) return one;
  throw std::out_of_range(id);
}

TEST(Yaml, scalars_by_the_core_schema) {
  const json read =
      yaml_to_json("{ a: 1, b: 1.5, c: true, d: null, e: text, f: '1', g: 1.0.0, h: -3, i: [], j: ~, k: 5:00 }");
  EXPECT_EQ(read, json::parse(R"({"a":1,"b":1.5,"c":true,"d":null,"e":"text","f":"1","g":"1.0.0","h":-3,"i":[],"j":null,
                                  "k":"5:00"})"));
}

TEST(Contract, says_who_may_call) {
  EXPECT_EQ(operation("login").access.who, Access::Who::anyone);
  EXPECT_EQ(operation("listVideos").access.who, Access::Who::user);
  EXPECT_TRUE(operation("listVideos").access.tokens);
  EXPECT_EQ(operation("changePassword").access.who, Access::Who::user);
  EXPECT_FALSE(operation("changePassword").access.tokens);
  EXPECT_EQ(operation("listUsers").access.who, Access::Who::admin);
  EXPECT_EQ(operation("metrics").access.who, Access::Who::admin);
}

TEST(Contract, knows_parameters_and_bodies) {
  EXPECT_EQ(operation("getVideoFile").path_parameters.size(), 2U);
  EXPECT_EQ(operation("listRequests").query_parameters.size(), 3U);
  EXPECT_TRUE(operation("submitRequest").body_required);
  EXPECT_FALSE(operation("logout").body_required);
  EXPECT_NE(operation("logout").body, nullptr);
  EXPECT_TRUE(operation("appendToUpload").takes_file);
}

/// Every schema below `node`.
template <class F>
void each_schema(const json& node, const F& f) {
  if (node.is_object() && (node.contains("type") || node.contains("properties"))) f(node);
  if (node.is_structured())
    for (const json& part : node) each_schema(part, f);
}

TEST(Contract, input_maps_are_closed) {
  for (const Operation& one : contract().operations()) {
    if (one.body == nullptr) continue;
    each_schema(*one.body, [&](const json& schema) {
      if (schema.value("type", json()) == "object") {
        EXPECT_TRUE(schema.contains("additionalProperties")) << one.id << ": " << schema.dump();
      }
    });
  }
}

TEST(Contract, input_texts_are_bounded) {
  for (const Operation& one : contract().operations()) {
    if (one.body == nullptr) continue;
    each_schema(*one.body, [&](const json& given) {
      const json& schema = contract().schemas().resolved(given);
      if (schema.value("type", json()) == "string" && !schema.contains("enum")) {
        EXPECT_TRUE(schema.contains("maxLength")) << one.id << ": " << schema.dump();
      }
    });
  }
}

TEST(Contract, examples_are_valid) {
  for (const auto& [name, schema] : contract().document()["components"]["schemas"].items()) {
    if (!schema.contains("example")) continue;
    for (const Fault& fault : contract().schemas().faults(schema, schema["example"]))
      ADD_FAILURE() << name << fault.pointer << ": " << fault.message;
  }
}

TEST(Contract, every_path_parameter_is_described) {
  for (const Operation& one : contract().operations()) {
    const auto braces = static_cast<std::size_t>(std::ranges::count(one.path, '{'));
    EXPECT_EQ(one.path_parameters.size(), braces) << one.id;
  }
}

TEST(Contract, everything_but_what_anyone_may_can_be_refused) {
  for (const auto& [path, item] : contract().document()["paths"].items())
    for (const auto& [method, node] : item.items()) {
      if (!node.is_object() || node.value("security", json::array({1})).empty()) continue;
      EXPECT_TRUE(node["responses"].contains("401")) << method << " " << path;
      const bool changes = method != "get" && method != "head";
      const bool narrow = node.contains("security");
      EXPECT_EQ(node["responses"].contains("403"), changes || narrow) << method << " " << path;
    }
}

TEST(Contract, what_every_call_may_be_answered_is_described) {
  for (const auto& [path, item] : contract().document()["paths"].items())
    for (const auto& [method, node] : item.items()) {
      if (!node.is_object() || !node.contains("responses")) continue;
      EXPECT_TRUE(node["responses"].contains("400")) << method << " " << path << ": surplus parameters and bodies";
      EXPECT_TRUE(node["responses"].contains("503")) << method << " " << path << ": too much to do";
    }
  const auto busy = json::parse(std::get<std::string>(overloaded().body));
  EXPECT_TRUE(contract().schemas().faults({{"$ref", "#/components/schemas/Problem"}}, busy).empty()) << busy;
}

TEST(Contract, parameters_are_typed_by_their_schema) {
  EXPECT_EQ(typed("12", {{"type", "integer"}}), 12);
  EXPECT_EQ(typed("12x", {{"type", "integer"}}), "12x");
  EXPECT_EQ(typed("99999999999999999999", {{"type", "integer"}}), "99999999999999999999");
  EXPECT_EQ(typed("true", {{"type", "boolean"}}), true);
  EXPECT_EQ(typed("12", {{"type", "string"}}), "12");
}

}  // namespace
}  // namespace reel::http
