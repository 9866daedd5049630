#include "reel/base/difference.hpp"

#include <gtest/gtest.h>

namespace reel::base {
namespace {

TEST(Difference, of_the_same_is_empty) {
  EXPECT_EQ(difference("", ""), "");
  EXPECT_EQ(difference("a\nb\n", "a\nb\n"), "");
}

TEST(Difference, is_what_diff_shows) {
  EXPECT_EQ(difference("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nx\nd\nf\n"), "@@ -1,6 +1,6 @@\n a\n b\n c\n+x\n d\n-e\n f\n");
  EXPECT_EQ(difference("", "a\nb\n"), "@@ -0,0 +1,2 @@\n+a\n+b\n");
  EXPECT_EQ(difference("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
}

TEST(Difference, shows_changes_far_apart_each_by_itself) {
  EXPECT_EQ(difference("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
            "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
  EXPECT_EQ(difference("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n"),
            "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
}

TEST(Difference, of_very_long_texts_takes_no_table) {
  std::string before, after;
  for (int i = 0; i < 100'000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(difference(before, after).substr(0, 24), "@@ -1,100000 +1,100000 @");
}

}  // namespace
}  // namespace reel::base
