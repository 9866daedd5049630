#include "schema_check.hpp"

#include <gtest/gtest.h>

namespace reel::http {
namespace {

using nlohmann::json;

/// `CODE POINTER` of each fault, joined by commas.
std::string faults(const char* schema, const json& value) {
  const json parsed = json::parse(schema);
  const SchemaCheck check(parsed);
  check.admit(parsed);
  std::string text;
  for (const Fault& fault : check.faults(parsed, value))
    text += (text.empty() ? "" : ", ") + fault.code + " " + fault.pointer;
  return text;
}

TEST(SchemaCheck, types) {
  EXPECT_EQ(faults(R"({"type": "integer"})", 3), "");
  EXPECT_EQ(faults(R"({"type": "integer"})", 3.0), "");
  EXPECT_EQ(faults(R"({"type": "integer"})", 3.5), "wrong-type ");
  EXPECT_EQ(faults(R"({"type": "number"})", 3), "");
  EXPECT_EQ(faults(R"({"type": ["string", "null"]})", nullptr), "");
  EXPECT_EQ(faults(R"({"type": ["string", "null"]})", true), "wrong-type ");
  EXPECT_EQ(faults(R"({"type": "boolean"})", "true"), "wrong-type ");
}

TEST(SchemaCheck, texts_are_counted_in_characters) {
  EXPECT_EQ(faults(R"({"type": "string", "maxLength": 3})", "äöü"), "");
  EXPECT_EQ(faults(R"({"type": "string", "maxLength": 3})", "äöüß"), "out-of-range ");
  EXPECT_EQ(faults(R"({"type": "string", "minLength": 1})", ""), "out-of-range ");
  EXPECT_EQ(faults(R"({"type": "string"})", std::string("a\0b", 3)), "wrong-value ");
}

TEST(SchemaCheck, a_pattern_meets_no_long_text) {
  constexpr const char* schema = R"({"type": "string", "maxLength": 10, "pattern": "^(a|b)*$"})";
  EXPECT_EQ(faults(schema, "abba"), "");
  EXPECT_EQ(faults(schema, "abc"), "wrong-value ");
  EXPECT_EQ(faults(schema, std::string(1'000'000, 'a')), "out-of-range ");
  EXPECT_THROW(faults(R"({"type": "string", "pattern": "a"})", "a"), std::logic_error);
}

TEST(SchemaCheck, numbers_and_choices) {
  EXPECT_EQ(faults(R"({"type": "integer", "minimum": 1, "maximum": 5})", 0), "out-of-range ");
  EXPECT_EQ(faults(R"({"type": "integer", "minimum": 1, "maximum": 5})", 6), "out-of-range ");
  EXPECT_EQ(faults(R"({"enum": ["a", "b"]})", "b"), "");
  EXPECT_EQ(faults(R"({"enum": ["a", "b"]})", "c"), "wrong-value ");
  EXPECT_EQ(faults(R"({"const": "ok"})", "no"), "wrong-value ");
}

TEST(SchemaCheck, maps_tell_every_fault_at_its_place) {
  constexpr const char* schema = R"({"type": "object", "required": ["name"], "additionalProperties": false,
    "properties": {"name": {"type": "string"}, "tags": {"type": "array", "maxItems": 3, "items": {"type": "string"}}}})";
  EXPECT_EQ(faults(schema, {{"name", "a"}, {"tags", {"x"}}}), "");
  EXPECT_EQ(faults(schema, {{"nmae", "a"}, {"tags", {"x", 2}}}), "missing-key , unknown-key /nmae, wrong-type /tags/1");
  EXPECT_EQ(faults(schema, {{"name", "a"}, {"a/b~", 1}}), "unknown-key /a~1b~0");
}

TEST(SchemaCheck, other_members_have_a_schema_of_their_own) {
  constexpr const char* schema =
      R"({"type": "object", "maxProperties": 2, "additionalProperties": {"type": "integer"}})";
  EXPECT_EQ(faults(schema, {{"a", 1}, {"b", "x"}}), "wrong-type /b");
  EXPECT_EQ(faults(schema, {{"a", 1}, {"b", 1}, {"c", 1}}), "out-of-range ");
}

TEST(SchemaCheck, combinations_and_references) {
  constexpr const char* schema = R"({"properties": {"a": {"anyOf": [{"type": "null"}, {"$ref": "#/properties/b"}]},
    "b": {"type": "integer"}}, "allOf": [{"required": ["a"]}]})";
  EXPECT_EQ(faults(schema, {{"a", nullptr}}), "");
  EXPECT_EQ(faults(schema, {{"a", 1}}), "");
  EXPECT_EQ(faults(schema, {{"a", "x"}}), "wrong-value /a");
  EXPECT_EQ(faults(schema, json::object()), "missing-key ");
}

TEST(SchemaCheck, what_is_not_known_is_not_admitted) {
  EXPECT_THROW(faults(R"({"type": "string", "minLenght": 3})", "a"), std::logic_error);
  EXPECT_THROW(faults(R"({"items": {"oneOf": []}})", 1), std::logic_error);
}

TEST(SchemaCheck, formats_are_checked_or_not_admitted) {
  constexpr const char* time = R"({"type": "string", "format": "date-time"})";
  EXPECT_EQ(faults(time, "2030-01-31T12:00:00.125Z"), "");
  EXPECT_EQ(faults(time, "yesterday"), "wrong-value ");
  EXPECT_EQ(faults(time, std::string(1'000'000, '1')), "wrong-value ");
  EXPECT_THROW(faults(R"({"type": "string", "format": "email"})", "a"), std::logic_error);
}

TEST(SchemaCheck, what_stands_beside_a_reference_is_words) {
  EXPECT_EQ(faults(R"({"properties": {"a": {"$ref": "#/properties/b", "description": "x"}, "b": {"type": "integer"}}})",
                   {{"a", 1}}),
            "");
  EXPECT_THROW(
      faults(R"({"properties": {"a": {"$ref": "#/properties/b", "maximum": 3}, "b": {"type": "integer"}}})", 1),
      std::logic_error);
}

TEST(SchemaCheck, a_hostile_value_gives_few_faults) {
  json many = json::object();
  for (int i = 0; i < 1000; ++i) many["key" + std::to_string(i)] = i;
  const json schema = json::parse(R"({"type": "object", "additionalProperties": false})");
  EXPECT_EQ(SchemaCheck(schema).faults(schema, many).size(), 20U);
}

}  // namespace
}  // namespace reel::http
