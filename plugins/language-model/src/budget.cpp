#include "budget.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <reel/task.hpp>
#include <string>

namespace reel::language_model {

namespace {

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &utc);
  return text.data();
}

/// The file, open and locked against all other processes and threads: one line, `2030-01-31 12345`.
class Ledger {
 public:
  explicit Ledger(const std::filesystem::path& file)
      : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (descriptor_ < 0 || flock(descriptor_, LOCK_EX) != 0) {
      if (descriptor_ >= 0) close(descriptor_);
      throw ExtensionError(REEL_ERROR_FAILED, "the tokens of the day cannot be counted in " + file.string());
    }
  }
  ~Ledger() { close(descriptor_); }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Of today; what cannot be read counts as nothing.
  std::uint64_t used() const {
    std::array<char, 64> text{};
    const ssize_t size = pread(descriptor_, text.data(), text.size() - 1, 0);
    std::array<char, 16> day{};
    unsigned long long tokens = 0;
    if (size <= 0 || std::sscanf(text.data(), "%15s %llu", day.data(), &tokens) != 2) return 0;
    return today() == day.data() ? tokens : 0;
  }
  void set(std::uint64_t tokens) const {
    const std::string line = today() + " " + std::to_string(tokens) + "\n";
    if (pwrite(descriptor_, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) ||
        ftruncate(descriptor_, static_cast<off_t>(line.size())) != 0)
      throw ExtensionError(REEL_ERROR_FAILED, "the tokens of the day cannot be written down: is the disk full?");
  }

 private:
  int descriptor_;
};

}  // namespace

Budget::Budget(std::filesystem::path folder, std::uint64_t limit) : file_(std::move(folder)), limit_(limit) {
  if (limit_ != 0 && file_.empty())
    throw ExtensionError(REEL_ERROR_FAILED,
                         "the host has no cache folder to count tokens in, so nothing is asked: set "
                         "REEL_LANGUAGE_MODEL_DAILY_TOKENS=0 to ask without a limit");
  file_ /= "tokens";
}

void Budget::take(std::uint64_t tokens) const {
  if (limit_ == 0) return;
  const Ledger ledger(file_);
  const std::uint64_t used = ledger.used();
  if (used > limit_ || tokens > limit_ - used)
    throw ExtensionError(REEL_ERROR_LIMIT,
                         "the budget of the day is used up: " + std::to_string(used) + " of " + std::to_string(limit_) +
                             " tokens were used, and this takes up to " + std::to_string(tokens) +
                             "; it ends at midnight UTC, and REEL_LANGUAGE_MODEL_DAILY_TOKENS sets it");
  ledger.set(used + tokens);
}

void Budget::correct(std::uint64_t taken, std::uint64_t used) const {
  if (limit_ == 0) return;
  const Ledger ledger(file_);
  const std::uint64_t before = ledger.used();
  ledger.set((before > taken ? before - taken : 0) + used);
}

}  // namespace reel::language_model
