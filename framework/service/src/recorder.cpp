#include "reel/service/recorder.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::service {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds write_interval{250};  // so that a busy run writes four times a second, not a thousand
constexpr milliseconds shortest_pause{100};  // between tries while the database is away
constexpr milliseconds longest_pause{2000};
constexpr std::size_t most_kept_bytes = 64'000'000;
constexpr std::size_t batch_lines = 1000;
constexpr std::size_t batch_bytes = 4'000'000;

RequestId begin_request(Store& store, NewRequest request) {
  if (request.user == 0) request.user = store.accounts().local_user();
  const RequestId id = store.requests().create(request).id;
  if (!store.requests().start(id))
    throw base::RunError("Request " + std::to_string(id) +
                         " was taken by another program before this one could start it.");
  return id;
}

std::size_t bytes_of(const LogRecord& line) { return sizeof line + line.message.size() + line.stage.size(); }

}  // namespace

/// The queue between the run and the database, and the thread that empties it. Everything below `mutex_` is
/// guarded by it; the store belongs to the thread, which never holds the mutex while it writes.
class Recorder::Worker {
 public:
  void run(const OpenStore& open, const Begin& begin, std::promise<Subject>& started);

  void add(ProgressRecord progress, std::vector<StageRecord> stages);
  void add(const base::LogLine& line);
  std::string finish(std::optional<Outcome> outcome, milliseconds patience);
  bool done() const;

 private:
  using Progress = std::pair<ProgressRecord, std::vector<StageRecord>>;

  void work(Store& store, const Subject& subject);
  bool write_some(Store& store, const Subject& subject);
  void write_lines(Store& store, const Subject& subject);
  void write_progress(Store& store, const Subject& subject);
  void write_outcome(Store& store, const Subject& subject);
  void wait_for_work();
  void pause(milliseconds time);
  std::size_t next_batch();
  void forget_batch();
  bool anything_to_write() const { return !lines_.empty() || progress_ || outcome_; }
  bool out_of_time() const { return deadline_ && Clock::now() >= *deadline_; }
  std::string what_is_missing() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<LogRecord> lines_;
  std::size_t kept_bytes_ = 0;
  std::int64_t last_sequence_ = 0;
  std::size_t lines_dropped_ = 0;  // because too many were waiting
  std::size_t lines_refused_ = 0;  // by the database, for good
  std::optional<Progress> progress_;
  std::optional<Outcome> outcome_;  // given, and not yet written
  bool outcome_lost_ = false;
  std::string reason_;  // of the last failed write
  std::optional<Clock::time_point> deadline_;
  bool finished_ = false;         // finish() was called
  bool done_ = false;             // the thread has nothing more to do
  std::vector<LogRecord> batch_;  // the thread's own: what is being written
};

void Recorder::Worker::run(const OpenStore& open, const Begin& begin, std::promise<Subject>& started) {
  std::unique_ptr<Store> store;
  Subject subject;
  try {
    store = open();
    subject = begin(*store);
  } catch (...) {
    started.set_exception(std::current_exception());
    return;
  }
  // No two attempts count their lines alike.
  last_sequence_ = std::int64_t{subject.attempt.value_or(0)} << 32U;
  started.set_value(subject);
  work(*store, subject);
  store.reset();  // closes the connection before finish() returns
  const std::lock_guard lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

void Recorder::Worker::work(Store& store, const Subject& subject) {
  milliseconds pause_time = shortest_pause;
  while (true) {
    wait_for_work();
    try {
      if (!write_some(store, subject)) return;
      pause_time = shortest_pause;
    } catch (const base::TransientError& error) {
      {
        const std::lock_guard lock(mutex_);
        reason_ = error.what();
        if (out_of_time()) return;
      }
      pause(pause_time);
      pause_time = std::min(pause_time * 2, longest_pause);
    }
  }
}

/// Writes what waits, lines first: the outcome comes last, so a finished request has all its lines.
/// False when the request is finished or time is up.
bool Recorder::Worker::write_some(Store& store, const Subject& subject) {
  write_lines(store, subject);
  write_progress(store, subject);
  write_outcome(store, subject);
  const std::lock_guard lock(mutex_);
  return !(finished_ && !anything_to_write()) && !out_of_time();
}

void Recorder::Worker::write_lines(Store& store, const Subject& subject) {
  while (next_batch() > 0) {
    try {
      store.requests().append_logs(subject.request, batch_);
    } catch (const base::TransientError&) {
      throw;  // the lines still wait in the queue
    } catch (const base::Error& error) {
      const std::lock_guard lock(mutex_);
      reason_ = error.what();
      lines_refused_ += batch_.size();
    }
    forget_batch();
    const std::lock_guard lock(mutex_);
    if (out_of_time()) return;
  }
}

/// Copies the oldest lines, so that they stay in the queue until they are known to be written.
std::size_t Recorder::Worker::next_batch() {
  const std::lock_guard lock(mutex_);
  batch_.clear();
  std::size_t bytes = 0;
  for (const LogRecord& line : lines_) {
    bytes += bytes_of(line);
    if (!batch_.empty() && (batch_.size() == batch_lines || bytes > batch_bytes)) break;
    batch_.push_back(line);
  }
  return batch_.size();
}

void Recorder::Worker::forget_batch() {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    kept_bytes_ -= bytes_of(lines_.front());
    lines_.pop_front();
  }
}

void Recorder::Worker::write_progress(Store& store, const Subject& subject) {
  std::optional<Progress> progress;
  {
    const std::lock_guard lock(mutex_);
    progress.swap(progress_);
  }
  if (!progress) return;
  try {
    store.requests().record_progress(subject.request, progress->first, progress->second, subject.attempt);
  } catch (const base::TransientError&) {
    const std::lock_guard lock(mutex_);
    if (!progress_) progress_ = std::move(progress);  // unless a newer one came meanwhile
    throw;
  } catch (const base::Error& error) {
    const std::lock_guard lock(mutex_);
    reason_ = error.what();
  }
}

void Recorder::Worker::write_outcome(Store& store, const Subject& subject) {
  std::optional<Outcome> outcome;
  {
    const std::lock_guard lock(mutex_);
    if (!lines_.empty() || progress_) return;
    outcome = outcome_;
  }
  if (!outcome) return;
  try {
    // False means that it is in a final state already (an earlier try arrived, or somebody cancelled it), or that the attempt is
    // no longer the present one.
    store.requests().finish(subject.request, *outcome, subject.attempt);
  } catch (const base::TransientError&) {
    throw;
  } catch (const base::Error& error) {
    const std::lock_guard lock(mutex_);
    reason_ = error.what();
    outcome_lost_ = true;
  }
  const std::lock_guard lock(mutex_);
  outcome_.reset();
}

void Recorder::Worker::wait_for_work() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return anything_to_write() || finished_; });
  // Then collect for a moment what else comes, unless someone waits for the end.
  changed_.wait_for(lock, write_interval, [this] { return finished_; });
}

void Recorder::Worker::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  const bool hurry = finished_;  // the run's process waits for us: try often
  changed_.wait_for(lock, hurry ? shortest_pause : time, [&] { return finished_ && !hurry; });
}

void Recorder::Worker::add(ProgressRecord progress, std::vector<StageRecord> stages) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  progress_.emplace(progress, std::move(stages));
  changed_.notify_all();
}

void Recorder::Worker::add(const base::LogLine& line) {
  LogRecord record;
  record.level = line.level;
  record.stage = line.stage;
  record.message = line.message;
  record.timestamp = base::rfc3339(std::chrono::system_clock::now());
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  if (kept_bytes_ + bytes_of(record) > most_kept_bytes) {
    ++lines_dropped_;
    return;
  }
  kept_bytes_ += bytes_of(record);
  record.sequence = ++last_sequence_;
  lines_.push_back(std::move(record));
  changed_.notify_all();
}

std::string Recorder::Worker::finish(std::optional<Outcome> outcome, milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!finished_) {
    finished_ = true;
    outcome_ = std::move(outcome);
    deadline_ = Clock::now() + patience;
    changed_.notify_all();
  }
  // The thread keeps the deadline between writes; the second more is for one that hangs in a write.
  changed_.wait_until(lock, *deadline_ + std::chrono::seconds(1), [this] { return done_; });
  return what_is_missing();
}

bool Recorder::Worker::done() const {
  const std::lock_guard lock(mutex_);
  return done_;
}

std::string Recorder::Worker::what_is_missing() const {
  std::string missing;
  const auto add = [&missing](const std::string& part) { missing += (missing.empty() ? "" : ", ") + part; };
  if (!lines_.empty()) add(base::counted(lines_.size(), "log line"));
  if (lines_refused_ > 0) add(base::counted(lines_refused_, "log line") + " that the database refused");
  if (lines_dropped_ > 0) add(base::counted(lines_dropped_, "log line") + " that came while too many were waiting");
  if (outcome_ || outcome_lost_) add("the outcome of the run");
  if (missing.empty()) return {};
  const std::string why = reason_.empty() ? "The database did not answer in time." : reason_;
  return "Not recorded: " + missing + ". " + why;
}

Recorder::Recorder(OpenStore open, const NewRequest& request)
    : Recorder(std::move(open), [request](Store& store) {
        return Subject{begin_request(store, request), std::nullopt};
      }) {}

Recorder::Recorder(OpenStore open, const Claim& claim)
    : Recorder(std::move(open), [key = claim.key](Store&) {
        return Subject{key.request, key.attempt};
      }) {}

Recorder::Recorder(OpenStore open, Begin begin) : worker_(std::make_shared<Worker>()) {
  std::promise<Subject> started;
  auto subject = started.get_future();
  thread_ = std::thread([worker = worker_, open = std::move(open), begin = std::move(begin),
                         started = std::move(started)]() mutable { worker->run(open, begin, started); });
  try {
    subject_ = subject.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

Recorder::~Recorder() {
  Outcome abandoned;
  abandoned.state = RequestState::failed;
  abandoned.error = "The program stopped before the run had ended.";
  abandoned.error_code = "abandoned";
  worker_->finish(subject_.attempt ? std::nullopt : std::optional(abandoned), std::chrono::seconds(10));
  // A thread that hangs in a call to a dead database cannot be woken; it owns what it uses and ends with the
  // process.
  if (worker_->done())
    thread_.join();
  else
    thread_.detach();
}

RequestId Recorder::id() const { return subject_.request; }

void Recorder::progress(const ProgressRecord& progress, std::vector<StageRecord> stages) {
  worker_->add(progress, std::move(stages));
}

void Recorder::log(const base::LogLine& line) { worker_->add(line); }

std::string Recorder::finish(const Outcome& outcome, std::chrono::milliseconds patience) {
  if (!is_final(outcome.state)) throw std::logic_error("Recorder::finish: the state of an outcome must be a final one");
  return worker_->finish(outcome, patience);
}

std::string Recorder::leave(std::chrono::milliseconds patience) { return worker_->finish(std::nullopt, patience); }

}  // namespace reel::service
