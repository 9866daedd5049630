#include "address.hpp"

#include <gtest/gtest.h>

#include "reel/task.hpp"

namespace reel::storage {
namespace {

std::string key_of(const std::string& uri) { return parse_address(uri).key; }

reel_error fault(const std::string& uri) {
  try {
    parse_object_address(uri);
  } catch (const ExtensionError& e) {
    return e.code();
  }
  return REEL_ERROR_FAILED;
}

TEST(Address, has_scheme_bucket_and_key) {
  const Address address = parse_address("S3://media/a/b.mp4");
  EXPECT_EQ(address.scheme, "s3");
  EXPECT_EQ(address.bucket, "media");
  EXPECT_EQ(address.key, "a/b.mp4");
  EXPECT_EQ(key_of("s3://media"), "");
  EXPECT_EQ(key_of("s3://media/"), "");
}

TEST(Address, takes_every_key) {
  EXPECT_EQ(key_of("s3://media/a b"), "a b");
  EXPECT_EQ(key_of("s3://media/a%20b"), "a b");
  EXPECT_EQ(key_of("s3://media/a%2520b"), "a%20b");
  EXPECT_EQ(key_of("s3://media/a+b"), "a+b");
  EXPECT_EQ(key_of("s3://media//a//b/"), "/a//b/");
  EXPECT_EQ(key_of("s3://media/../a/./b"), "../a/./b");
  EXPECT_EQ(key_of("s3://media/what?#100%25"), "what?#100%");
  EXPECT_EQ(key_of("s3://media/h\u00e4user/\u5bb6.mp4"), "h\u00e4user/\u5bb6.mp4");
}

TEST(Address, is_spelled_in_one_way) {
  for (const std::string key :
       {"a b", "a+b", "100%", "/a//b/", "../a", "what?#", "h\u00e4user", "a%20b", "!$&'()*,;=:@"}) {
    const std::string uri = Address{"s3", "media", key}.uri();
    EXPECT_EQ(key_of(uri), key);
    EXPECT_EQ(uri.find_first_of(" ?#+\"'"), std::string::npos) << uri;
  }
  EXPECT_EQ((Address{"s3", "media", "a b/\u00e4"}.uri()), "s3://media/a%20b/%C3%A4");
}

TEST(Address, refuses_what_is_none) {
  for (const char* const uri : {"media/key", "s3:/media/key", "s3:///key", "s3://me dia/key", "s3://media.evil:80/key",
                                "s3://user@media/key", "s3://../key", "s3://media", "s3://media/", "s3://media/a%2",
                                "s3://media/100%", "s3://media/a%00b", "s3://media/%ff", "s3://.media/key"})
    EXPECT_EQ(fault(uri), REEL_ERROR_INVALID) << uri;
  EXPECT_EQ(fault("s3://media/" + std::string(1025, 'a')), REEL_ERROR_INVALID);
}

}  // namespace
}  // namespace reel::storage
