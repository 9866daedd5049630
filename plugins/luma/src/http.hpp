/// HTTP by libcurl: what may be asked, what was certainly not sent, and downloads that go on where they broke.
#pragma once

#include <reel/plugin.h>

#include <cstdint>
#include <reel/task.hpp>
#include <string>

namespace reel::luma {

struct Answer {
  long status = 0;
  std::string body;
  long retry_after = 0;   ///< seconds; 0: not told
  std::int64_t date = 0;  ///< the server's clock, seconds since 1970; 0: not told
};

/// There was no whole answer.
class NoAnswer : public std::runtime_error {
 public:
  NoAnswer(const std::string& message, bool was_sent) : std::runtime_error(message), sent(was_sent) {}
  bool sent;  ///< false: the other side has certainly not seen the request
};

/// Asks once, never again by itself, on a connection of its own. `body` null: a GET. Throws NoAnswer; ExtensionError where the host's
/// policy forbids it or the task is cancelled. `task` null: goes on whatever happens, so that an answer that was paid for is heard.
Answer ask(const reel_host* host, const std::string& url, const std::string& key, const std::string* body,
           const Task* task);

/// Writes what is at `url` to a new file. Goes on where a connection breaks; checks the length. Throws ExtensionError: NOT_FOUND where
/// the address is no longer good. Nothing is left behind on failure.
void download(const reel_host* host, const std::string& url, const std::string& path, const Task& task);

}  // namespace reel::luma
