/// A real S3 server for tests: OpenStack Swift.
#pragma once

#include "installation.hpp"

namespace reel::tests {

class SwiftServer {
 public:
  SwiftServer()
      : program_("exec /usr/bin/python3 " + quoted(source_folder() / "tests/support/swift_server.py") + " " +
                     quoted(folder_ / "swift"),
                 folder_ / "swift.log"),
        url_(program_.waits_for("listening on ")) {
    if (url_.empty()) throw std::runtime_error("no Swift: " + program_.said());
  }

  const std::string& url() const { return url_; }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  const TemporaryFolder folder_;
  Program program_;
  std::string url_;
};

}  // namespace reel::tests
