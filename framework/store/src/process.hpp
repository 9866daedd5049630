/// Small programs run to their end, as another user if need be.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace reel::store {

/// Whom a program runs as.
struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;  ///< empty if the system knows none

  static Account current();
};

struct Finished {
  int status = 0;      ///< exit status; 128 + N after signal N
  std::string output;  ///< standard output and error together
  explicit operator bool() const { return status == 0; }
};

/// Runs `arguments` in `folder` as `account` (by setpriv(1), where that is somebody else) with `input` as
/// standard input, in a session of its own, so that a Ctrl-C on the terminal does not reach it. The
/// environment is a bare one, so that no PG… variable of the user's gets in. Any thread. Throws
/// base::RunError if it cannot be started.
Finished run(const std::vector<std::string>& arguments, const std::filesystem::path& folder, const Account& account,
             const std::string& input = {});

}  // namespace reel::store
