#include "remote/patience.hpp"

#include <algorithm>
#include <random>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/time.hpp"

namespace reel::cli::remote {

void Stop::ask() {
  {
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  changed_.notify_all();
}

bool Stop::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void Stop::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, time, [this] { return asked_; })) throw base::Interrupted("interrupted");
}

bool Backoff::wait(std::optional<std::chrono::seconds> asked_for) {
  using std::chrono::milliseconds;
  constexpr milliseconds first{500}, longest{15'000};
  constexpr std::chrono::seconds most_obeyed{60}, noticeable{5};
  constexpr int most_times = 3;
  static std::minstd_rand chance{std::random_device{}()};

  const milliseconds usual = asked_for ? first : std::min(longest, first * (1 << std::min(tries_, 5)));
  const double factor = std::uniform_real_distribution(0.75, 1.25)(chance);
  milliseconds delay{static_cast<milliseconds::rep>(static_cast<double>(usual.count()) * factor)};
  if (asked_for) {
    if (*asked_for > most_obeyed || ++obeyed_ > most_times) return false;
    delay = std::max<milliseconds>(delay, *asked_for);
  }
  const auto now = std::chrono::steady_clock::now();
  if (!since_) since_ = now;
  if (!asked_for && now + delay - *since_ > patience_) return false;
  // Nobody should wonder why nothing happens.
  base::log(
      delay >= noticeable ? base::Level::warning : base::Level::info,
      (asked_for ? "the server asks to wait; trying again in " : "trying again in ") + base::format_duration(delay));
  stop_->wait(delay);
  ++tries_;
  return true;
}

void Backoff::reset() { *this = Backoff(*stop_, patience_); }

}  // namespace reel::cli::remote
