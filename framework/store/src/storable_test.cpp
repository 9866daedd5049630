#include "storable.hpp"

#include <gtest/gtest.h>

namespace reel::store {
namespace {

using namespace std::string_literals;

TEST(Storable, LeavesUtf8AsItIs) {
  for (const auto& text : {""s, "plain\n\ttext"s, "Grüße, 世界 🎬"s, "\xF4\x8F\xBF\xBF"s})
    EXPECT_EQ(storable(text), text);
}

TEST(Storable, ShowsNulAndForeignBytes) {
  EXPECT_EQ(storable("a\0b"s), "a␀b");
  EXPECT_EQ(storable("caf\xE9.mp4"), "caf\\xE9.mp4");
  EXPECT_EQ(storable("cut \xF0\x9F\x8E"), "cut \\xF0\\x9F\\x8E");   // ends in mid-character
  EXPECT_EQ(storable("\xC0\xAF"), "\\xC0\\xAF");                    // overlong
  EXPECT_EQ(storable("\xED\xA0\x80"), "\\xED\\xA0\\x80");           // surrogate
  EXPECT_EQ(storable("\xF5\x80\x80\x80"), "\\xF5\\x80\\x80\\x80");  // beyond Unicode
}

TEST(StorableJson, KeepsTheDocument) {
  EXPECT_EQ(storable_json(R"({"a": [1, 2.5, null, true, "x"]})"), R"({"a":[1,2.5,null,true,"x"]})");
}

TEST(StorableJson, ShowsNulInKeysAndStrings) {
  EXPECT_EQ(storable_json(R"({"k\u0000": ["a\u0000b"]})"), R"({"k␀":["a␀b"]})");
}

TEST(StorableJson, KeepsWhatIsNoJsonAsAString) {
  EXPECT_EQ(storable_json("{broken"), R"("{broken")");
  EXPECT_EQ(storable_json(R"("\ud800")"), R"("\"\\ud800\"")");  // half a surrogate pair
}

}  // namespace
}  // namespace reel::store
