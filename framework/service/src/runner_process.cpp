#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <utility>

#include "output_folder.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/service/runner.hpp"
#include "runner_disk.hpp"
#include "runner_lines.hpp"
#include "runner_spawn.hpp"
#include "runner_usage.hpp"
#include "runner_verdict.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto tick = 100ms;
constexpr std::size_t longest_output_line = 1000, most_log_lines = 2000, most_last_lines = 20;

RunnerSpec spec_of(const RunnerSetup& setup, const RunnerProcess::Job& job, const fs::path& work_folder,
                   const RunnerLimits& limits) {
  RunnerSpec spec;
  std::visit([&](const auto& j) { spec.job = j; }, job);
  spec.setup = setup;
  spec.limits = limits;
  spec.work_folder = work_folder;
  return spec;
}

/// An inspection keeps no spans.
RunnerDisk disk_of(const RunnerProcess::Job& job, const fs::path& work_folder) {
  const auto* const run = std::get_if<RunJob>(&job);
  return {work_folder, run != nullptr ? run->span_cache : std::nullopt, run != nullptr ? run->span_cache_bytes : 0};
}

}  // namespace

class RunnerProcess::Impl {
 public:
  Impl(const RunnerSetup& setup, const Job& job, const fs::path& work_folder, const RunnerLimits& limits,
       RunnerEvents events);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  int descriptor() const { return epoll_.get(); }
  bool poll();
  const RunnerResult* result() const { return result_ ? &*result_ : nullptr; }
  void stop(std::chrono::milliseconds patience);
  void pause();
  void resume();
  int process() const { return child_.process; }

 private:
  void listen(const base::FileDescriptor& fd);
  void stop_listening(const base::FileDescriptor& fd);
  void read_messages();
  void read_output();
  void take_message(std::string_view line);
  void take_log(const base::LogLine& line);
  void watch();
  void watch_slowly(steady_clock::time_point now);
  void kill_for(KilledFor reason);
  void kill_all() const;
  bool ended() const;
  void read_rest();
  void finish();
  void check(RunnerResult& result) const;

  RunnerLimits limits_;
  RunnerEvents events_;
  OutputFolder output_folder_;
  RunnerDisk disk_;
  bool inspects_;
  SpawnedRunner child_;
  base::FileDescriptor epoll_, timer_;
  LineReader messages_, output_;
  RunnerEnd end_;
  bool alone_ = false;
  std::deque<std::string> last_lines_;
  std::size_t log_lines_ = 0;
  std::uint64_t moved_ = 0;
  steady_clock::time_point began_ = steady_clock::now(), alive_at_ = began_, looked_at_ = began_, deadline_;
  std::optional<steady_clock::time_point> kill_at_, paused_at_;
  std::optional<RunnerResult> result_;
};

RunnerProcess::Impl::Impl(const RunnerSetup& setup, const Job& job, const fs::path& work_folder,
                          const RunnerLimits& limits, RunnerEvents events)
    : limits_(limits),
      events_(std::move(events)),
      output_folder_(std::visit([](const auto& j) { return j.output_folder; }, job)),
      disk_(disk_of(job, work_folder)),
      inspects_(std::holds_alternative<InspectJob>(job)),
      child_(spawn_runner(spec_of(setup, job, work_folder, limits), false)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      messages_(child_.messages.get(), longest_runner_line),
      output_(child_.output.get(), longest_output_line),
      deadline_(limits.wall.count() > 0 ? began_ + limits.wall : steady_clock::time_point::max()) {
  itimerspec every{};
  every.it_interval.tv_nsec = every.it_value.tv_nsec = std::chrono::nanoseconds(tick).count();
  ::timerfd_settime(timer_.get(), 0, &every, nullptr);
  for (const auto* fd : {&child_.messages, &child_.output, &child_.handle, &timer_}) listen(*fd);
}

RunnerProcess::Impl::~Impl() {
  if (result_) return;
  kill_all();
  ::waitpid(child_.process, nullptr, 0);
}

void RunnerProcess::Impl::listen(const base::FileDescriptor& fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd.get();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event);
}

void RunnerProcess::Impl::stop_listening(const base::FileDescriptor& fd) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd.get(), nullptr);
}

bool RunnerProcess::Impl::poll() {
  if (result_) return true;
  std::uint64_t ticks = 0;
  static_cast<void>(::read(timer_.get(), &ticks, sizeof ticks));
  read_messages();
  read_output();
  watch();
  if (ended()) finish();
  return result_.has_value();
}

void RunnerProcess::Impl::read_messages() {
  const bool some = messages_.read([this](std::string_view line) { take_message(line); });
  if (some) alive_at_ = steady_clock::now();
  if (messages_.ended()) stop_listening(child_.messages);  // or it would be readable for ever
}

void RunnerProcess::Impl::read_output() {
  output_.read([this](std::string_view line) { take_log({base::Level::info, "", base::printable(line)}); });
  if (output_.ended()) stop_listening(child_.output);
}

void RunnerProcess::Impl::take_message(std::string_view line) {
  // A child that crashes ends the line that it was in, if any.
  if (line.empty() || end_.killed_for || end_.result) return;
  try {
    RunnerMessage message = read_message(line);
    if (const auto* const sandbox = std::get_if<RunnerSandbox>(&message)) {
      alone_ = sandbox->calls;
      if (events_.on_started) events_.on_started(*sandbox);
    } else if (const auto* const progress = std::get_if<RunnerProgress>(&message)) {
      if (events_.on_progress) events_.on_progress(*progress);
    } else if (const auto* const log = std::get_if<base::LogLine>(&message)) {
      take_log(*log);
    } else if (auto* const crash = std::get_if<RunnerCrash>(&message)) {
      end_.crash = std::move(*crash);
    } else {
      end_.result = std::get<RunnerResult>(std::move(message));
    }
  } catch (const base::InputError& e) {
    end_.bad_answer = std::string("it wrote ") + e.what();
    kill_for(KilledFor::bad_answer);
  }
}

void RunnerProcess::Impl::take_log(const base::LogLine& line) {
  last_lines_.push_back(line.stage.empty() ? line.message : line.stage + ": " + line.message);
  if (last_lines_.size() > most_last_lines) last_lines_.pop_front();
  if (!events_.on_log || log_lines_ > most_log_lines) return;
  if (++log_lines_ > most_log_lines)
    events_.on_log({base::Level::warning, "", "the run says too much; the rest is left out"});
  else
    events_.on_log(line);
}

void RunnerProcess::Impl::watch() {
  const auto now = steady_clock::now();
  if (kill_at_ && now >= *kill_at_) kill_for(KilledFor::stopped);
  if (paused_at_ || end_.killed_for) return;
  const std::uint64_t memory = memory_of_group(child_.process, alone_);
  if (limits_.memory_bytes > 0 && memory > limits_.memory_bytes) return kill_for(KilledFor::memory);
  if (now >= deadline_) return kill_for(KilledFor::wall);
  if (now - looked_at_ >= 1s) watch_slowly(now);
}

void RunnerProcess::Impl::watch_slowly(steady_clock::time_point now) {
  looked_at_ = now;
  // One that reads a large file through says nothing meanwhile, but does not hang.
  const std::uint64_t moved = bytes_moved(child_.process);
  if (std::exchange(moved_, moved) != moved) alive_at_ = now;
  if (limits_.silence.count() > 0 && now - alive_at_ > limits_.silence) return kill_for(KilledFor::silence);
  if (limits_.disk_bytes > 0 && disk_.over(limits_.disk_bytes, child_.process)) kill_for(KilledFor::disk);
}

void RunnerProcess::Impl::kill_for(KilledFor reason) {
  if (!end_.killed_for) end_.killed_for = reason;
  kill_all();
}

void RunnerProcess::Impl::kill_all() const { ::kill(-child_.process, SIGKILL); }

bool RunnerProcess::Impl::ended() const {
  pollfd handle{child_.handle.get(), POLLIN, 0};
  if (child_.handle) return ::poll(&handle, 1, 0) > 0;
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child_.process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid != 0;
}

/// What it wrote last; whoever else holds the pipes is gone, so they end.
void RunnerProcess::Impl::read_rest() {
  const auto say = [this](std::string_view line) { take_log({base::Level::info, "", base::printable(line)}); };
  for (int i = 0; i < 100 && !messages_.ended(); ++i)
    if (!messages_.read([this](std::string_view line) { take_message(line); })) break;
  for (int i = 0; i < 100 && !output_.ended(); ++i)
    if (!output_.read(say)) break;
  output_.finish(say);
}

void RunnerProcess::Impl::finish() {
  // Its number, which is that of the group, is not given to anybody else before we have waited for it.
  kill_all();
  while (::wait4(child_.process, &end_.status, 0, &end_.usage) < 0 && errno == EINTR) {
  }
  read_rest();
  RunnerResult result = verdict(end_, limits_);
  if (result.outcome.state == RequestState::succeeded) check(result);
  if (result.outcome.state != RequestState::succeeded) {
    result.last_lines.assign(last_lines_.begin(), last_lines_.end());
    // Nobody looked whether there are such files, and whose.
    result.made.clear();
    result.outcome.artifacts.clear();
  }
  result_ = std::move(result);
}

/// A success has to be one.
void RunnerProcess::Impl::check(RunnerResult& result) const {
  RunnerEnd bad;
  bad.killed_for = KilledFor::bad_answer;
  if (inspects_ && result.media_json.empty()) bad.bad_answer = "it told nothing of the file";
  if (const std::string odd = output_folder_.odd_file(); !odd.empty())
    bad.bad_answer = "it made '" + base::printable(odd) + "', which is no plain file";
  for (RunnerArtifact& artifact : result.made) {
    const auto bytes = output_folder_.size(artifact.file);
    if (!bytes) bad.bad_answer = "it did not make '" + base::printable(artifact.file) + "', which it said it had";
    artifact.bytes = bytes.value_or(0);
  }
  if (!bad.bad_answer.empty()) result = verdict(bad, limits_);
}

void RunnerProcess::Impl::stop(std::chrono::milliseconds patience) {
  if (result_ || end_.stop_asked) return;
  end_.stop_asked = true;
  kill_at_ = steady_clock::now() + patience;
  ::kill(child_.process, SIGTERM);
  resume();
}

void RunnerProcess::Impl::pause() {
  if (result_ || paused_at_ || end_.stop_asked) return;
  paused_at_ = steady_clock::now();
  ::kill(-child_.process, SIGSTOP);
}

void RunnerProcess::Impl::resume() {
  if (result_ || !paused_at_) return;
  const auto stood = steady_clock::now() - *paused_at_;
  paused_at_.reset();
  alive_at_ += stood;
  if (deadline_ != steady_clock::time_point::max()) deadline_ += stood;
  ::kill(-child_.process, SIGCONT);
}

RunnerProcess::RunnerProcess(const RunnerSetup& setup, const Job& job, const fs::path& work_folder,
                             const RunnerLimits& limits, RunnerEvents events)
    : impl_(std::make_unique<Impl>(setup, job, work_folder, limits, std::move(events))) {}
RunnerProcess::~RunnerProcess() = default;
RunnerProcess::RunnerProcess(RunnerProcess&&) noexcept = default;
RunnerProcess& RunnerProcess::operator=(RunnerProcess&&) noexcept = default;

int RunnerProcess::descriptor() const { return impl_->descriptor(); }
bool RunnerProcess::poll() { return impl_->poll(); }
const RunnerResult* RunnerProcess::result() const { return impl_->result(); }
void RunnerProcess::stop(std::chrono::milliseconds patience) { impl_->stop(patience); }
void RunnerProcess::pause() { impl_->pause(); }
void RunnerProcess::resume() { impl_->resume(); }
int RunnerProcess::process() const { return impl_->process(); }

const RunnerResult& RunnerProcess::wait() {
  while (!impl_->poll()) {
    pollfd ready{impl_->descriptor(), POLLIN, 0};
    ::poll(&ready, 1, 1000);
  }
  return *impl_->result();
}

}  // namespace reel::service
