/// A real S3 server for tests: OpenStack Swift, or the one that REEL_TEST_S3_SERVER names.
#pragma once

#include "installation.hpp"

namespace reel::tests {

class S3Server {
 public:
  S3Server()
      : program_("exec /usr/bin/python3 " + quoted(source_folder() / ("tests/support/" + kind() + "_server.py")) + " " +
                     quoted(folder_ / "server"),
                 folder_ / "server.log"),
        url_(program_.waits_for("listening on ")) {
    if (url_.empty()) throw std::runtime_error("no S3 server: " + program_.said());
  }

  /// `swift` or `radosgw`.
  static std::string kind() {
    const char* const name = std::getenv("REEL_TEST_S3_SERVER");
    return name != nullptr ? name : "swift";
  }
  const std::string& url() const { return url_; }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  const TemporaryFolder folder_;
  Program program_;
  std::string url_;
};

/// The environment in which programs use the server as their S3, and no other; with an empty bucket `media`.
inline void use_as_s3(const S3Server& server) {
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
  const std::string aws = "/usr/bin/aws --endpoint-url " + server.url();
  // From an earlier test of this program: some servers take long to start.
  shell(aws + " s3 rb --force s3://media");
  const Result made = shell(aws + " s3 mb s3://media");
  EXPECT_EQ(made.exit, 0) << made.output;
}

}  // namespace reel::tests
