#include "signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <utility>

#include "reel/base/error.hpp"

namespace reel::cli {
namespace {

constexpr int wake = SIGUSR1;  // ends the waiting thread

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, wake}) sigaddset(&set, signal);
  return set;
}

void wait_for_signals(const std::function<void()>& on_first) {
  const sigset_t set = watched();
  for (bool first = true;; first = false) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0 || signal == wake) return;
    if (!first) _exit(static_cast<int>(base::ExitCode::interrupted));
    on_first();
  }
}

}  // namespace

Signals::Signals(std::function<void()> on_first) {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  thread_ = std::thread([on_first = std::move(on_first)] { wait_for_signals(on_first); });
}

Signals::~Signals() {
  pthread_kill(thread_.native_handle(), wake);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace reel::cli
