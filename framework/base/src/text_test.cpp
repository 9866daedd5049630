#include "reel/base/text.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace reel::base {
namespace {

const std::vector<std::string> known{"blur", "cut", "sink", "source", "radius", "video-codec", "overlay"};

TEST(Nearest, finds_what_was_meant) {
  EXPECT_EQ(nearest("bluur", known), "blur");
  EXPECT_EQ(nearest("blru", known), "blur") << "a transposition counts once";
  EXPECT_EQ(nearest("Blur", known), "blur");
  EXPECT_EQ(nearest("raduis", known), "radius");
  EXPECT_EQ(nearest("video_codec", known), "video-codec");
  EXPECT_EQ(nearest("rad", known), "radius") << "an abbreviation";
  EXPECT_EQ(nearest("soruce", known), "source");
}

TEST(Nearest, is_silent_where_nothing_is_near) {
  for (const char* word : {"", "x", "pixelate", "q", "zzz", "completely-different"})
    EXPECT_EQ(nearest(word, known), "") << word;
  EXPECT_EQ(nearest("a", {"b"}), "") << "nothing of it is right";
  EXPECT_EQ(nearest(std::string(1'000'000, 'x'), known), "");
  EXPECT_EQ(nearest("blur", {}), "");
}

TEST(JoinWords, reads_as_a_sentence) {
  EXPECT_EQ(join_words({}), "");
  EXPECT_EQ(join_words({"a"}), "a");
  EXPECT_EQ(join_words({"a", "b"}), "a and b");
  EXPECT_EQ(join_words({"a", "b", "c"}, "or"), "a, b or c");
}

TEST(DisplayWidth, counts_columns_not_bytes) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("é"), 1U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U) << "a combining accent";
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("a\xFFz"), 3U);
  EXPECT_EQ(display_width(""), 0U);
}

TEST(BrokenUtf8, names_the_first_bad_byte) {
  EXPECT_EQ(broken_utf8("日本 ok"), std::string_view::npos);
  EXPECT_EQ(broken_utf8(std::string_view("a\0b", 3)), std::string_view::npos);
  EXPECT_EQ(broken_utf8(std::string_view("a\0\xE9", 3)), 2U);
  EXPECT_EQ(broken_utf8("caf\xE9!"), 3U);
  EXPECT_EQ(broken_utf8("\xE2\x82"), 0U) << "cut short";
  EXPECT_EQ(broken_utf8("\xC0\xAF"), 0U) << "overlong";
  EXPECT_EQ(broken_utf8("\xED\xA0\x80"), 0U) << "a surrogate";
}

TEST(Printable, makes_control_characters_visible) {
  EXPECT_EQ(printable("plain é 日本"), "plain é 日本");
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable("a\tb\nc\r"), "a\\tb\\nc\\r");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("caf\xE9"), "caf\\xe9");
  EXPECT_EQ(printable("\xC2\x9B"), "\\u009b") << "a C1 control";
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\u202e") << "right-to-left override";
}

TEST(Beginning, cuts_no_character_in_two) {
  EXPECT_EQ(beginning("abc", 3), "abc");
  EXPECT_EQ(beginning("abcd", 3), "abc…");
  EXPECT_EQ(beginning("abcd", 3, ""), "abc");
  EXPECT_EQ(beginning("日本", 4), "日…");
  EXPECT_EQ(beginning("日本", 2), "…");
}

TEST(PercentEncoded, leaves_what_needs_no_mark) {
  EXPECT_EQ(percent_encoded("a-Z_0.~"), "a-Z_0.~");
  EXPECT_EQ(percent_encoded("a b/é%\n"), "a%20b%2F%C3%A9%25%0A");
}

TEST(SchemeOf, is_lower_case_and_file_for_paths) {
  EXPECT_EQ(scheme_of("S3://bucket/key"), "s3");
  EXPECT_EQ(scheme_of("clip.mp4"), "file");
  EXPECT_EQ(scheme_of("/a b://c"), "file");
  EXPECT_EQ(scheme_of("://x"), "file");
}

TEST(Rfc3339, is_utc_to_the_microsecond) {
  using namespace std::chrono_literals;
  using std::chrono::system_clock;
  EXPECT_EQ(rfc3339(system_clock::time_point{}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(rfc3339(system_clock::time_point{1'896'091'200s + 123'456us}), "2030-01-31T12:00:00.123456Z");
  EXPECT_EQ(rfc3339(system_clock::time_point{-1us}), "1969-12-31T23:59:59.999999Z") << "before 1970";
}

TEST(Counted, one_is_singular) {
  EXPECT_EQ(counted(0, "picture"), "0 pictures");
  EXPECT_EQ(counted(1, "picture"), "1 picture");
  EXPECT_EQ(counted(2, "picture"), "2 pictures");
}

TEST(FormatBytes, counts_in_thousands) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1000), "1.0 kB");
  EXPECT_EQ(format_bytes(1'400'000), "1.4 MB");
  EXPECT_EQ(format_bytes(999'960), "1.0 MB");
  EXPECT_EQ(format_bytes(~std::uint64_t{0}), "18.4 EB");
}

TEST(FormatDollars, has_cents) {
  EXPECT_EQ(format_dollars(0), "$0.00");
  EXPECT_EQ(format_dollars(5), "$0.05");
  EXPECT_EQ(format_dollars(1234), "$12.34");
}

TEST(WithHint, says_what_can_be_done) {
  EXPECT_EQ(with_hint("it broke", "mend it"), "it broke; mend it");
  EXPECT_EQ(with_hint("It broke.", "Mend it."), "It broke. Mend it.");
  EXPECT_EQ(with_hint("it broke", ""), "it broke");
}

}  // namespace
}  // namespace reel::base
