#include "stop.hpp"

#include <pthread.h>

#include <csignal>
#include <thread>

#include "reel/base/error.hpp"

namespace reel::runner {

void Stop::listen() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([this, signals] {
    for (int signal = 0; sigwait(&signals, &signal) == 0;) ask();
  }).detach();
}

void Stop::ask() {
  const std::lock_guard lock(mutex_);
  asked_ = true;
  if (run_ != nullptr) run_->stop();
}

void Stop::check() const {
  if (asked_) throw base::Interrupted("stopped before the end");
}

engine::Report Stop::execute(engine::Run& run) {
  struct Current {
    Stop& stop;
    Current(Stop& s, engine::Run& r) : stop(s) {
      const std::lock_guard lock(stop.mutex_);
      stop.run_ = &r;
      if (stop.asked_) r.stop();
    }
    ~Current() {
      const std::lock_guard lock(stop.mutex_);
      stop.run_ = nullptr;
    }
  } const current(*this, run);
  return run.execute();
}

}  // namespace reel::runner
