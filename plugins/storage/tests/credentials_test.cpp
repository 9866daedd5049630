/// Credentials that services hand out.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <nlohmann/json.hpp>

#include "aws_credentials.hpp"
#include "command.hpp"
#include "google_credentials.hpp"
#include "loopback.hpp"
#include "variables.hpp"

namespace reel::storage {
namespace {

using test::LoopbackServer;
using Received = LoopbackServer::Received;

const Cancelled never = [] { return false; };

Credentials found() { return aws_credentials(nullptr, {}, "us-east-1", never); }

std::string in_an_hour() {
  const std::string t = timestamp(std::time(nullptr) + 3600);
  return t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 5) + ":" + t.substr(11, 2) + ":" + t.substr(13);
}

std::string json_credentials(const std::string& expires) {
  return R"({"AccessKeyId": "KEY", "SecretAccessKey": "SECRET", "Token": "TOKEN", "Expiration": ")" + expires + "\"}";
}

TEST(AwsCredentials, are_anonymous_where_there_are_none) {
  set_variables({});
  EXPECT_TRUE(found().anonymous());
}

TEST(AwsCredentials, come_for_a_web_identity) {
  const tests::TemporaryFolder folder;
  tests::write(folder / "token", "a.token");
  const LoopbackServer sts([](const Received& r) {
    EXPECT_NE(r.body.find("Action=AssumeRoleWithWebIdentity"), std::string::npos);
    EXPECT_NE(r.body.find("WebIdentityToken=a.token"), std::string::npos);
    return LoopbackServer::reply(200, "",
                                 "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                                 "<AccessKeyId>KEY</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey>"
                                 "<SessionToken>TOKEN</SessionToken><Expiration>" +
                                     in_an_hour() +
                                     "</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
                                     "</AssumeRoleWithWebIdentityResponse>");
  });
  set_variables({{"AWS_WEB_IDENTITY_TOKEN_FILE", folder / "token"},
                 {"AWS_ROLE_ARN", "arn:aws:iam::1:role/r"},
                 {"AWS_ENDPOINT_URL_STS", sts.url("")}});
  EXPECT_EQ(found().session_token, "TOKEN");
  EXPECT_EQ(found().access_key, "KEY");
  EXPECT_EQ(sts.received().size(), 1U);  // kept, for it is good for an hour
}

TEST(AwsCredentials, come_from_the_instance_and_are_renewed) {
  std::string expires = timestamp(std::time(nullptr) + 60);
  const LoopbackServer metadata([&](const Received& r) {
    if (r.head.starts_with("PUT /latest/api/token ")) return LoopbackServer::reply(200, "", "session");
    EXPECT_EQ(r.header("x-aws-ec2-metadata-token"), "session");
    const bool role = r.head.find("/security-credentials/ours ") != std::string::npos;
    return LoopbackServer::reply(200, "", role ? json_credentials(expires) : "ours");
  });
  set_variables({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url("")}});
  EXPECT_TRUE(found().anonymous());  // AWS_EC2_METADATA_DISABLED
  setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
  EXPECT_EQ(found().access_key, "KEY");
  EXPECT_EQ(found().access_key, "KEY");
  EXPECT_EQ(metadata.received().size(), 6U);  // they run out in a minute
  expires = in_an_hour();
  found();
  found();
  EXPECT_EQ(metadata.received().size(), 9U);
}

TEST(AwsCredentials, come_from_the_container) {
  const LoopbackServer container([](const Received& r) {
    EXPECT_EQ(r.header("authorization"), "let me in");
    return LoopbackServer::reply(200, "", json_credentials(in_an_hour()));
  });
  set_variables({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url("/creds")},
                 {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me in"}});
  EXPECT_EQ(found().secret_key, "SECRET");
}

std::string private_key() {
  EVP_PKEY* const key = EVP_RSA_gen(2048);
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio, &text));
  std::string pem(text, size);
  BIO_free(bio);
  EVP_PKEY_free(key);
  return pem;
}

TEST(GoogleCredentials, are_keys_or_the_token_of_a_service_account) {
  set_variables({});
  EXPECT_TRUE(google_credentials(nullptr, never).anonymous());
  const LoopbackServer tokens([](const Received& r) {
    EXPECT_NE(r.body.find("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"), std::string::npos);
    return LoopbackServer::reply(200, "", R"({"access_token": "TOKEN", "expires_in": 3599, "token_type": "Bearer"})");
  });
  const tests::TemporaryFolder folder;
  const nlohmann::json account{{"type", "service_account"},
                               {"client_email", "us@example.org"},
                               {"private_key_id", "1"},
                               {"private_key", private_key()},
                               {"token_uri", tokens.url("/token")}};
  tests::write(folder / "key.json", account.dump());
  set_variables({{"GOOGLE_APPLICATION_CREDENTIALS", folder / "key.json"}});
  EXPECT_EQ(google_credentials(nullptr, never).bearer, "TOKEN");
  EXPECT_EQ(google_credentials(nullptr, never).bearer, "TOKEN");
  EXPECT_EQ(tokens.received().size(), 1U);
  setenv("GS_ACCESS_KEY_ID", "GOOG1", 1);
  setenv("GS_SECRET_ACCESS_KEY", "SECRET", 1);
  EXPECT_EQ(google_credentials(nullptr, never).access_key, "GOOG1");
}

}  // namespace
}  // namespace reel::storage
