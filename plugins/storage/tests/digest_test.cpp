#include "digest.hpp"

#include <gtest/gtest.h>

#include "reel/task.hpp"

namespace reel::storage {
namespace {

TEST(Digest, knows_the_published_values) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  // RFC 4231, test case 2.
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, spells_bytes) {
  EXPECT_EQ(base64("ab?>"), "YWI/Pg==");
  EXPECT_EQ(base64_url("ab?>"), "YWI_Pg");
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(from_hex("00fF"), std::string("\0\xff", 2));
  EXPECT_EQ(from_hex("0"), "");
  EXPECT_EQ(from_hex("0g"), "");
}

TEST(Digest, refuses_what_is_no_private_key) {
  EXPECT_THROW(rsa_sha256("-----BEGIN PRIVATE KEY-----", "text"), ExtensionError);
}

}  // namespace
}  // namespace reel::storage
