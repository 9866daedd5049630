#include "channel.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "reel/engine/blame.hpp"

namespace reel::runner {
namespace {

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(service::runner_messages_fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // nobody listens any more
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// A text on the stack, for signal handlers.
class SmallText {
 public:
  void add(const char* text) {
    for (; *text != '\0' && size_ < bytes_.size(); ++text) bytes_.at(size_++) = *text;
  }
  /// Only letters that JSON takes as they are.
  void add_plain(const char* text) {
    for (; *text != '\0' && size_ < bytes_.size(); ++text)
      bytes_.at(size_++) = *text >= ' ' && *text <= '~' && *text != '"' && *text != '\\' ? *text : '?';
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 400> bytes_{};
  std::size_t size_ = 0;
};

/// Other threads may be in the middle of a line, so this one begins with an end.
void on_crash(int signal) {
  std::array<char, 17> thread{};
  ::prctl(PR_GET_NAME, thread.data());
  SmallText line;
  line.add("\n");
  line.add(R"({"is":"crash","stage":")");
  line.add_plain(engine::current_stage());
  line.add(R"(","thread":")");
  line.add_plain(thread.data());
  line.add("\"}\n");
  write_all(line.view());
  ::raise(signal);  // has its usual effect again
}

}  // namespace

void Channel::write(std::string_view line) {
  const std::lock_guard lock(mutex_);
  write_all(std::string(line) + '\n');
}

void Channel::send(const service::RunnerMessage& message) { write(service::to_line(message)); }

void tell_of_crashes() {
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS})
    ::sigaction(signal, &action, nullptr);
}

}  // namespace reel::runner
