#include "crypto.hpp"

#include <gtest/gtest.h>

namespace reel::service::crypto {
namespace {

TEST(Crypto, hmac_is_that_of_rfc_4231) {
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Crypto, hmac_takes_keys_longer_than_a_block) {
  EXPECT_EQ(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Crypto, base64_reads_both_alphabets_padded_or_not) {
  const std::string bytes("\xfb\xff\xfe\x00", 4);
  EXPECT_EQ(base64url(bytes), "-__-AA");
  for (const char* text : {"-__-AA", "-__-AA==", "+//+AA", "+//+AA=="}) EXPECT_EQ(from_base64(text), bytes) << text;
}

TEST(Crypto, base64_refuses_what_is_none) {
  for (const char* text : {"-__-A", "a b", "a\n", "AB!"}) EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(Crypto, digests_differ_and_are_256_bits) {
  EXPECT_EQ(digest("a").size(), 64U);
  EXPECT_EQ(digest("a"), digest("a"));
  EXPECT_NE(digest("a"), digest("b"));
}

TEST(Crypto, equal_compares_size_and_bytes) {
  EXPECT_TRUE(equal("abc", "abc"));
  EXPECT_FALSE(equal("abc", "abd"));
  EXPECT_FALSE(equal("abc", "abcd"));
}

}  // namespace
}  // namespace reel::service::crypto
