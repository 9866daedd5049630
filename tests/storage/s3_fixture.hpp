/// A test with a bucket `media` of its own at a real server, and the plugin set up for it.
#pragma once

#include <gtest/gtest.h>

#include "s3_server.hpp"
#include "storage_table.hpp"

namespace reel::tests {

constexpr std::size_t mebibyte = 1U << 20U;

class S3Fixture : public ::testing::Test {
 protected:
  S3Fixture() { use_as_s3(server); }

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
