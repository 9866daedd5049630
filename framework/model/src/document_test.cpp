#include "reel/model/document.hpp"

#include <gtest/gtest.h>

namespace reel::model {
namespace {

struct Parsed {
  Document document;
  Diagnosed diagnosed;
  const Node& at(std::string_view key) const {
    static const Node none;
    const Node* node = document.root.find(key);
    EXPECT_NE(node, nullptr) << key;
    return node ? *node : none;
  }
  std::string codes() const {
    std::string text;
    for (const auto& diagnostic : diagnosed.diagnostics) text += diagnostic.code + " ";
    return text;
  }
};

Parsed parse(const std::string& text, const DocumentLimits& limits = {}) {
  Parsed parsed;
  parsed.document = parse_document("x.yaml", text, parsed.diagnosed, limits);
  return parsed;
}

TEST(Document, keeps_order_and_places) {
  const Parsed parsed = parse("b: 1\na:\n  - one\n  - { c: 'two', d: [x, y] }\n");
  ASSERT_TRUE(parsed.diagnosed.diagnostics.empty());
  ASSERT_EQ(parsed.document.root.entries.size(), 2U);
  EXPECT_EQ(parsed.document.root.entries[0].key, "b");
  EXPECT_EQ(parsed.document.root.entries[1].key_mark, (Mark{2, 1, 1}));
  const Node& list = parsed.at("a");
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].mark, (Mark{3, 5, 3}));
  EXPECT_EQ(list.items[1].mark, (Mark{4, 5, 1}));
  EXPECT_EQ(list.items[1].find("c")->mark, (Mark{4, 10, 5})) << "quotes belong to what is marked";
  EXPECT_TRUE(list.items[1].find("c")->quoted);
  EXPECT_EQ(list.items[1].find("d")->items[1].mark, (Mark{4, 24, 1}));
  EXPECT_EQ(list.items[1].find("e"), nullptr);
}

TEST(Document, counts_columns_in_characters) {
  const Parsed parsed = parse("\"日本\": { é: x }\n");
  const Node& map = parsed.document.root.entries.at(0).value;
  EXPECT_EQ(map.mark, (Mark{1, 7, 1}));
  EXPECT_EQ(map.entries.at(0).value.mark, (Mark{1, 12, 1}));
}

TEST(Document, does_not_count_a_byte_order_mark) {
  const Parsed parsed = parse(
      "\xEF\xBB\xBF"
      "a: b\n");
  EXPECT_EQ(parsed.document.root.entries.at(0).key_mark, (Mark{1, 1, 1}));
  EXPECT_EQ(parsed.at("a").mark, (Mark{1, 4, 1}));
}

TEST(Document, leaves_scalars_as_text) {
  const Parsed parsed = parse("a: 0x1F\nb: 5:00\nc: yes\nd: ~\ne: null\nf: 'null'\ng:\nh: \"q\\n\"\n");
  EXPECT_EQ(parsed.at("a").scalar, "0x1F");
  EXPECT_EQ(parsed.at("b").scalar, "5:00");
  EXPECT_EQ(parsed.at("c").scalar, "yes");
  EXPECT_EQ(parsed.at("d").kind, Node::Kind::null);
  EXPECT_EQ(parsed.at("e").kind, Node::Kind::null);
  EXPECT_EQ(parsed.at("f").kind, Node::Kind::scalar);
  EXPECT_EQ(parsed.at("g").kind, Node::Kind::null);
  EXPECT_EQ(parsed.at("g").mark, (Mark{7, 1, 1})) << "an empty value is marked at its key";
  EXPECT_EQ(parsed.at("h").scalar, "q\n");
}

TEST(Document, marks_empty_items_at_their_dash) {
  const Parsed parsed = parse("a:\n  - # nothing\n\n  - x\n  -\n");
  const Node& list = parsed.at("a");
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_EQ(list.items[0].mark, (Mark{2, 3, 1}));
  EXPECT_EQ(list.items[2].mark, (Mark{5, 3, 1}));
}

TEST(Document, finds_substitutions) {
  const Parsed parsed =
      parse("a: \"x ${one} $${two} ${three}\"\nb: |\n  first\n  é ${four}\nc: plain ${five}\nd: \"\\x24{six}\"\n");
  const auto& marks = parsed.at("a").substitutions;
  ASSERT_EQ(marks.size(), 3U);
  EXPECT_EQ(marks[0], (Mark{1, 7, 6}));
  EXPECT_EQ(marks[2], (Mark{1, 22, 8}));
  ASSERT_EQ(parsed.at("b").substitutions.size(), 1U);
  EXPECT_EQ(parsed.at("b").substitutions[0], (Mark{4, 5, 7}));
  EXPECT_EQ(parsed.at("c").substitutions.at(0), (Mark{5, 10, 7}));
  ASSERT_EQ(parsed.at("d").substitutions.size(), 1U) << "a dollar written as an escape";
  EXPECT_EQ(parsed.at("d").substitutions[0].line, 6U);
}

TEST(Document, expands_aliases_where_they_stand) {
  const Parsed parsed = parse("a: &x { n: [1, 2] }\nb: *x\nc: &y 5\nd: [*y, *y]\n");
  ASSERT_TRUE(parsed.diagnosed.diagnostics.empty());
  EXPECT_EQ(parsed.at("b").mark, (Mark{2, 4, 2}));
  EXPECT_EQ(parsed.at("b").find("n")->items.at(1).mark, (Mark{1, 16, 1})) << "inner values keep their own place";
  EXPECT_EQ(parsed.at("a").mark, (Mark{1, 7, 1})) << "the value, not its anchor";
  EXPECT_EQ(parsed.at("d").items.at(1).scalar, "5");
}

TEST(Document, goes_on_after_faults_that_leave_the_rest_clear) {
  const Parsed parsed = parse("a: 1\na: 2\n[b]: 3\nc: !!int 4\n---\nd: 5\n");
  EXPECT_EQ(parsed.codes(), "duplicate-key bad-key tag second-document ");
  EXPECT_TRUE(parsed.document.complete);
  EXPECT_EQ(parsed.at("a").scalar, "1") << "the first counts";
  EXPECT_EQ(parsed.at("c").scalar, "4");
  EXPECT_EQ(parsed.document.root.entries.size(), 2U);
}

TEST(Document, holds_what_could_be_read) {
  const Parsed parsed = parse("a: 1\nb: [ 2, { c: 3\nd: 4\n");
  EXPECT_FALSE(parsed.document.complete);
  EXPECT_EQ(parsed.codes(), "yaml-syntax ");
  EXPECT_EQ(parsed.at("a").scalar, "1");
  EXPECT_EQ(parsed.at("b").items.at(0).scalar, "2");
}

TEST(Document, holds_its_limits) {
  EXPECT_EQ(parse("a: 12345678\n", {.bytes = 10}).codes(), "too-large ");
  EXPECT_EQ(parse("a: [[[x]]]\n", {.depth = 3}).codes(), "too-deep ");
  EXPECT_EQ(parse("a: [[x]]\n", {.depth = 3}).codes(), "");
  EXPECT_EQ(parse("[1, 2, 3]\n", {.nodes = 3}).codes(), "too-many-values ");
  EXPECT_EQ(parse("[1, 2, 3]\n", {.nodes = 4}).codes(), "");
  EXPECT_EQ(parse("a: &a [x]\nb: &b [*a]\nc: [*b]\n", {.depth = 3}).codes(), "too-deep ") << "through aliases";
}

TEST(Document, text_cannot_grow_through_aliases) {
  std::string text = "a: &a " + std::string(1000, 'x') + "\nb: [";
  for (int i = 0; i < 50; ++i) text += "*a, ";
  EXPECT_EQ(parse(text + "]\n", {.bytes = 10'000}).codes(), "too-large ");
}

TEST(Document, hostile_texts_end_soon) {
  const std::size_t size = 900'000;
  for (const std::string& text :
       {std::string(size, '['), std::string(size, '{'), std::string(size, '-'), std::string(size, '"'),
        std::string(size, ' '), std::string(size, '\n'), std::string(size, '&'), std::string(size, ':'),
        std::string(size, '?'), std::string(size, '\t'), std::string(size, '!'), std::string(size, '|')})
    parse(text);
  std::string dashes, keys, items, dollars;
  for (std::size_t i = 0; i < size / 10; ++i) {
    dashes += "- ";
    keys += "k" + std::to_string(i) + ": 1\n";
    items += "x, ";
    dollars += "\"\\x24{\", ";
  }
  for (const std::string& text : {dashes, keys, "[" + items + "]", "[" + dollars + "]"}) parse(text);
}

TEST(Document, an_empty_text_is_nothing) {
  for (const char* text : {"", "\n\n", "# comment\n", "---\n", "~\n", "\xEF\xBB\xBF"}) {
    const Parsed parsed = parse(text);
    EXPECT_EQ(parsed.codes(), "") << text;
    EXPECT_EQ(parsed.document.root.kind, Node::Kind::null) << text;
    EXPECT_EQ(parsed.document.root.mark.line, 1U) << text;
  }
}

}  // namespace
}  // namespace reel::model
