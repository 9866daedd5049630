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

}  // namespace reel::tests
