#include "remote/origin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reel/base/error.hpp"

namespace reel::cli::remote {
namespace {

TEST(Origin, is_written_in_one_way) {
  EXPECT_EQ(origin_of("https://Reel.Example.org/"), "https://reel.example.org");
  EXPECT_EQ(origin_of("HTTPS://reel.example.org:443"), "https://reel.example.org");
  EXPECT_EQ(origin_of("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
  EXPECT_EQ(origin_of("http://[::1]:80/"), "http://[::1]");
}

TEST(Origin, anything_else_is_refused) {
  for (const char* const text : {"", "reel.example.org", "ftp://x", "https://", "https://x/api", "https://x?a=b",
                                 "https://x#y", "https://a b", "https://x:99999", "file:///etc/passwd"})
    EXPECT_THROW(origin_of(text), base::InputError) << text;
}

TEST(Origin, passwords_are_not_repeated) {
  try {
    origin_of("https://ada:s3cret@reel.example.org");
    FAIL();
  } catch (const base::InputError& e) {
    EXPECT_THAT(e.what(), testing::Not(testing::HasSubstr("s3cret")));
  }
}

TEST(Origin, only_https_and_this_machine_are_confidential) {
  for (const char* const text :
       {"https://reel.example.org", "http://localhost:1", "http://127.8.9.1", "http://[::1]", "http://a.localhost"})
    EXPECT_TRUE(is_confidential(origin_of(text))) << text;
  for (const char* const text : {"http://reel.example.org", "http://128.0.0.1", "http://localhost.example.org",
                                 "http://[::2]", "http://127.evil.org"})
    EXPECT_FALSE(is_confidential(origin_of(text))) << text;
}

}  // namespace
}  // namespace reel::cli::remote
