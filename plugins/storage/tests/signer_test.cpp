#include "signer.hpp"

#include <gtest/gtest.h>

#include "digest.hpp"

namespace reel::storage {
namespace {

/// The keys, the time and the signatures are those of the examples in Amazon's documentation of S3.
Signer example() {
  return {.access_key = "AKIAIOSFODNN7EXAMPLE",
          .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
          .session_token = {},
          .region = "us-east-1",
          .now = 1369353600};  // 2013-05-24 00:00:00 UTC
}

Signable request(const std::string& method, const std::string& path, Query query = {}, Headers headers = {},
                 const std::string& body = {}) {
  return {.method = method,
          .host = "examplebucket.s3.amazonaws.com",
          .path = path,
          .query = std::move(query),
          .headers = std::move(headers),
          .body_hash = hex(sha256(body))};
}

std::string signature(const Signable& request) {
  const std::string header = example().signed_headers(request).at("authorization");
  return header.substr(header.find("Signature=") + 10);
}

TEST(Signer, signs_a_get_of_a_range) {
  const Headers headers = example().signed_headers(request("GET", "/test.txt", {}, {{"range", "bytes=0-9"}}));
  EXPECT_EQ(headers.at("authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(headers.at("x-amz-date"), "20130524T000000Z");
}

TEST(Signer, signs_a_put) {
  const Headers headers{{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  EXPECT_EQ(signature(request("PUT", "/test%24file.text", {}, headers, "Welcome to Amazon S3.")),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(Signer, signs_a_query_without_a_value) {
  EXPECT_EQ(signature(request("GET", "/", {{"lifecycle", ""}})),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(Signer, sorts_the_query) {
  EXPECT_EQ(signature(request("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}})),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Signer, signs_an_address) {
  EXPECT_EQ(example().signed_query(request("GET", "/test.txt"), 86400),
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(Signer, signs_the_session_token_too) {
  Signer signer = example();
  signer.session_token = "a token/+=";
  const Headers headers = signer.signed_headers(request("GET", "/"));
  EXPECT_EQ(headers.at("x-amz-security-token"), "a token/+=");
  EXPECT_NE(headers.at("authorization").find("x-amz-date;x-amz-security-token"), std::string::npos);
  EXPECT_NE(signer.signed_query(request("GET", "/"), 60).find("X-Amz-Security-Token=a%20token%2F%2B%3D&"),
            std::string::npos);
}

TEST(Signer, spaces_in_headers_count_once) {
  EXPECT_EQ(signature(request("GET", "/", {}, {{"x-amz-meta-a", "  one   two "}})),
            signature(request("GET", "/", {}, {{"x-amz-meta-a", "one two"}})));
}

}  // namespace
}  // namespace reel::storage
