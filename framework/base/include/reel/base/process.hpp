/// Starting programs.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "reel/base/file_descriptor.hpp"

namespace reel::base {

struct Program {
  std::vector<std::string> words;        ///< the program, looked for in $PATH if it has no slash, and its arguments
  std::vector<std::string> environment;  ///< all that it gets: `NAME=VALUE`
  std::filesystem::path folder;          ///< where it starts
  std::vector<int> descriptors;          ///< what it has as 0, 1, 2 and so on; all others are closed
};

/// Starts a program in a session of its own, so that a Ctrl-C on the terminal does not reach it, and with no signal blocked or ignored,
/// whatever this program has set. The caller waits for it. Any thread. Throws RunError.
pid_t start(const Program& program);

/// A file in memory, at its beginning: unlike a pipe it neither fills up nor waits for a reader, and it stands on no disk. Throws
/// RunError.
FileDescriptor memory_file(std::string_view content);

/// The same, but nobody can change it any more, whomever it is given to.
FileDescriptor sealed_memory_file(std::string_view content);

}  // namespace reel::base
