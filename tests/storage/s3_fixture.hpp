/// A test with a bucket `media` of its own at a real server, and the plugin set up for it.
#pragma once

#include <gtest/gtest.h>

#include "s3_server.hpp"
#include "storage_table.hpp"

namespace reel::tests {

constexpr std::size_t mebibyte = 1U << 20U;

class S3Fixture : public ::testing::Test {
 protected:
  S3Fixture() {
    for (const char* const name :
         {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL_S3", "AWS_CA_BUNDLE", "http_proxy"})
      unsetenv(name);
    setenv("AWS_CONFIG_FILE", "/nowhere", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    setenv("AWS_DEFAULT_REGION", "us-east-1", 1);
    setenv("AWS_ACCESS_KEY_ID", "test:tester", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "testing+/1", 1);
    setenv("AWS_ENDPOINT_URL", server.url().c_str(), 1);
    // From an earlier test of this program: some servers take long to start.
    aws("s3 rb --force s3://media");
    const Result made = aws("s3 mb s3://media");
    EXPECT_EQ(made.exit, 0) << made.output;
  }

  Result aws(const std::string& command) const {
    return shell("/usr/bin/aws --endpoint-url " + server.url() + " " + command);
  }
  Result rclone(const std::string& command) const {
    return shell(
        "RCLONE_CONFIG=/nowhere RCLONE_CONFIG_S3_TYPE=s3 RCLONE_CONFIG_S3_PROVIDER=Other "
        "RCLONE_CONFIG_S3_ENV_AUTH=true "
        "RCLONE_CONFIG_S3_ENDPOINT=" +
        server.url() + " rclone -q " + command);
  }
  /// Of uploads that were begun and neither completed nor given up.
  std::string open_uploads() const {
    return aws("s3api list-multipart-uploads --bucket media --query 'length(Uploads || `[]`)'").output;
  }

  static S3Server& one_server() {
    static S3Server instance;
    return instance;
  }
  S3Server& server = one_server();
  StorageTable storage;
};

}  // namespace reel::tests
