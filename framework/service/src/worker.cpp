#include "reel/service/worker.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <thread>
#include <utility>

#include "attempt.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/service/reaper.hpp"

namespace reel::service {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds look_interval = 2s;  // lost notifications are not sent again
constexpr Milliseconds listen_interval = 500ms, retry_interval = 500ms;

std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 ? names.nodename : "unknown";
}

std::string unique_name(const std::string& host) {
  std::random_device random;
  std::array<char, 16> part{};
  std::snprintf(part.data(), part.size(), "%08x", random());
  return host + '-' + std::to_string(::getpid()) + '-' + part.data();
}

/// True once every `interval`, the first time at once.
class Every {
 public:
  explicit Every(Milliseconds interval) : interval_(interval) {}
  bool due() {
    if (Clock::now() < next_) return false;
    next_ = Clock::now() + interval_;
    return true;
  }
  void now() { next_ = {}; }
  void later(Milliseconds delay) { next_ = Clock::now() + delay; }
  Clock::time_point next() const { return next_; }

 private:
  Milliseconds interval_;
  Clock::time_point next_{};
};

}  // namespace

/// The loop's thread owns all that is not said to be guarded.
class Worker::Impl {
 public:
  Impl(OpenStore store, OpenListener listener, MediaFiles files, WorkerOptions options)
      : listener_(std::move(listener)),
        context_{std::move(store), std::move(files), std::move(options), [this] { wake(&Impl::look_); }},
        renew_(context_.options.lease / 3),
        reaper_(context_.options.lease, context_.options.most_attempts) {
    record_.host = host_name();
    record_.name = unique_name(record_.host);
    record_.slots = context_.options.slots;
  }

  void run();
  void drain(Milliseconds patience);
  const std::string& name() const { return record_.name; }

 private:
  void listen(const std::stop_token& stop);
  void wake(bool Impl::*what);
  void tend();
  void renew();
  void claim();
  void hand_back_when_due();
  void wait();
  bool full() const { return attempts_.size() >= static_cast<std::size_t>(record_.slots); }

  OpenListener listener_;
  AttemptContext context_;
  WorkerRecord record_;
  std::unique_ptr<Store> store_;
  Every renew_, claim_{look_interval};
  Reaper reaper_;
  bool away_ = false;   // the database, or it refuses: so that it is said once
  bool rests_ = false;  // asked to take no more, until told otherwise

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool look_ = false, orders_ = false, draining_ = false;
  std::optional<Clock::time_point> hand_back_at_;

  std::list<Attempt> attempts_;  // the loop's; last, since their threads call wake() until they are joined
};

void Worker::Impl::run() {
  store_ = context_.open();
  const std::jthread ears([this](const std::stop_token& stop) { listen(stop); });
  while (true) {
    attempts_.remove_if([](const Attempt& attempt) { return attempt.over(); });
    {
      const std::lock_guard lock(mutex_);
      if (draining_ && attempts_.empty()) break;
    }
    hand_back_when_due();
    tend();
    wait();
  }
  try {
    store_->queue().remove_worker(record_.name);
  } catch (const base::Error&) {
    // Its row is removed with those of workers that died.
  }
}

void Worker::Impl::listen(const std::stop_token& stop) try {
  const auto listener = listener_();
  while (!stop.stop_requested())
    for (const Notice& notice : listener->wait(listen_interval)) {
      if (notice.about == Notice::About::queue || notice.about == Notice::About::all) wake(&Impl::look_);
      if (notice.about == Notice::About::orders || notice.about == Notice::About::all) wake(&Impl::orders_);
    }
} catch (const base::Error& error) {
  base::log(base::Level::warning, std::string("the worker hears of nothing and has to look every ") +
                                      std::to_string(look_interval / 1s) + " s: " + error.what());
}

void Worker::Impl::wake(bool Impl::*what) {
  const std::lock_guard lock(mutex_);
  this->*what = true;
  changed_.notify_one();
}

void Worker::Impl::tend() try {
  if (renew_.due()) renew();
  reaper_.look(*store_);
  if (claim_.due() && !rests_) claim();
  away_ = false;
} catch (const base::Error& error) {
  if (!std::exchange(away_, true)) base::log(base::Level::warning, std::string("worker: ") + error.what());
  renew_.later(retry_interval);
}

void Worker::Impl::renew() {
  record_.running = static_cast<int>(attempts_.size());
  rests_ = store_->queue().report_worker(record_);
  std::vector<ClaimKey> keys;
  for (const Attempt& attempt : attempts_) keys.push_back(attempt.key());
  if (keys.empty()) return;
  const auto orders = store_->queue().renew(keys, context_.options.lease);
  auto order = orders.begin();
  for (Attempt& attempt : attempts_) attempt.order(*order++);
}

void Worker::Impl::claim() {
  while (!full()) {
    {
      const std::lock_guard lock(mutex_);
      if (draining_) return;
    }
    auto claim = store_->queue().claim(record_.name, context_.options.lease, context_.options.user_limit);
    if (!claim) return;
    attempts_.emplace_back(*std::move(claim), context_);
  }
}

void Worker::Impl::hand_back_when_due() {
  const std::lock_guard lock(mutex_);
  if (!hand_back_at_ || Clock::now() < *hand_back_at_) return;
  for (Attempt& attempt : attempts_) attempt.hand_back();
}

void Worker::Impl::wait() {
  std::unique_lock lock(mutex_);
  auto until = std::min({renew_.next(), reaper_.next(), full() ? renew_.next() : claim_.next()});
  if (hand_back_at_) until = std::min(until, std::max(*hand_back_at_, Clock::now() + 50ms));
  changed_.wait_until(lock, until, [this] { return look_ || orders_; });
  if (std::exchange(look_, false)) claim_.now();
  if (std::exchange(orders_, false)) renew_.now();
}

void Worker::Impl::drain(Milliseconds patience) {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  hand_back_at_ = Clock::now() + patience;
  look_ = true;
  changed_.notify_one();
}

Worker::Worker(OpenStore store, OpenListener listener, MediaFiles files, WorkerOptions options)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(listener), std::move(files), std::move(options))) {}
Worker::~Worker() = default;
void Worker::run() { impl_->run(); }
void Worker::drain(Milliseconds patience) { impl_->drain(patience); }
const std::string& Worker::name() const { return impl_->name(); }

}  // namespace reel::service
