#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/service/runner.hpp"
#include "runner_json.hpp"
#include "runner_lines.hpp"
#include "runner_spawn.hpp"
#include "runner_verdict.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int deepest_answer = 200;
/// For another question to be answered. Who asks has a thread that others need.
constexpr auto turn_patience = 5s;

/// A folder of its own, gone with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "reel-checks-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw base::RunError("cannot make a folder in " + fs::temp_directory_path().string());
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

[[noreturn]] void no_answer(const std::string& why) {
  throw base::TransientError("pipelines cannot be checked at present: " + why, "try again");
}

}  // namespace

class PipelineChecker::Impl {
 public:
  Impl(RunnerSetup setup, RunnerLimits limits) : setup_(std::move(setup)), limits_(limits) { limits_.cpu = {}; }
  ~Impl() { end(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  json ask(const json& question);
  /// What the child always answers in the same way, asked once for each child.
  json known(const std::string& what);

 private:
  /// The child is the caller's until it dies.
  class Turn {
   public:
    explicit Turn(Impl& checker) : checker_(checker) { checker_.take_turn(); }
    ~Turn() { checker_.end_turn(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Impl& checker_;
  };
  void take_turn();
  void end_turn();
  void start();
  bool has_ended() const;
  int end();
  void send(std::string_view text);
  json receive();
  void wait_for(const base::FileDescriptor& fd, short events);

  std::mutex mutex_;  // guards the next three
  std::condition_variable free_;
  bool busy_ = false;
  std::map<std::string, json> known_;
  RunnerSetup setup_;
  RunnerLimits limits_;
  ScratchFolder folder_;
  std::optional<SpawnedRunner> child_;
  std::optional<LineReader> messages_, output_;
  std::optional<json> answer_;
  std::string fault_;
  steady_clock::time_point deadline_;
};

void PipelineChecker::Impl::take_turn() {
  std::unique_lock lock(mutex_);
  if (!free_.wait_for(lock, turn_patience, [this] { return !busy_; })) no_answer("others are being checked");
  busy_ = true;
}

void PipelineChecker::Impl::end_turn() {
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
  }
  free_.notify_one();
}

json PipelineChecker::Impl::known(const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(what); found != known_.end()) return found->second;
  }
  json answer = ask({{"ask", what}});
  const std::lock_guard lock(mutex_);
  known_[what] = answer;
  return answer;
}

void PipelineChecker::Impl::start() {
  {
    const std::lock_guard lock(mutex_);
    known_.clear();
  }
  RunnerSpec spec;
  spec.job = ChecksJob{};
  spec.setup = setup_;
  spec.limits = limits_;
  spec.work_folder = folder_.path();
  child_ = spawn_runner(spec, true);
  messages_.emplace(child_->messages.get(), longest_runner_line);
  output_.emplace(child_->output.get(), 1000);
  spec.parent = ::getpid();
  send(to_line(spec) + '\n');
}

bool PipelineChecker::Impl::has_ended() const {
  pollfd handle{child_->handle.get(), POLLIN, 0};
  return ::poll(&handle, 1, 0) > 0;
}

/// Its status as waitpid() gives it.
int PipelineChecker::Impl::end() {
  if (!child_) return 0;
  int status = 0;
  ::kill(-child_->process, SIGKILL);
  while (::waitpid(child_->process, &status, 0) < 0 && errno == EINTR) {
  }
  child_.reset();
  return status;
}

/// What it prints is thrown away meanwhile, so that it never waits for us.
void PipelineChecker::Impl::wait_for(const base::FileDescriptor& fd, short events) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_clock::now());
  if (left <= 0ms) no_answer("the checker gave no sign of life for " + std::to_string(limits_.silence.count()) + " s");
  std::array<pollfd, 2> ready{{{fd.get(), events, 0}, {output_->ended() ? -1 : child_->output.get(), POLLIN, 0}}};
  ::poll(ready.data(), ready.size(), static_cast<int>(std::min(left, std::chrono::milliseconds(1000)).count()));
  output_->read([](std::string_view) {});
}

void PipelineChecker::Impl::send(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t n = ::send(child_->input.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n > 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return;  // it has ended; receive() tells why
    wait_for(child_->input, POLLOUT);
  }
}

json PipelineChecker::Impl::receive() {
  answer_.reset();
  while (!answer_ && !messages_->ended()) {
    wait_for(child_->messages, POLLIN);
    messages_->read([this](std::string_view line) {
      json message = parse_object(line, longest_runner_line, deepest_answer);
      if (message.value("is", "") == "answer" && message.contains("answer")) answer_ = std::move(message["answer"]);
      if (message.value("is", "") == "result") fault_ = message.value("error", "");
    });
  }
  if (answer_) return *std::move(answer_);
  const int status = end();
  if (!fault_.empty()) no_answer(std::exchange(fault_, {}));
  no_answer(WIFSIGNALED(status) ? "the checker was killed by " + signal_words(WTERMSIG(status))
                                : "the checker ended without an answer");
}

json PipelineChecker::Impl::ask(const json& question) {
  const Turn turn(*this);
  deadline_ = steady_clock::now() + (limits_.silence.count() > 0 ? limits_.silence : std::chrono::seconds(3600));
  try {
    if (child_ && has_ended()) end();
    if (!child_) start();
    send(question.dump(-1, ' ', false, json::error_handler_t::replace) + '\n');
    return receive();
  } catch (const base::InputError& e) {
    end();
    no_answer(std::string("the checker wrote ") + e.what());
  } catch (const json::exception&) {
    end();
    no_answer("the checker's answer makes no sense");
  } catch (...) {
    end();
    throw;
  }
}

PipelineChecker::PipelineChecker(RunnerSetup setup, RunnerLimits limits)
    : impl_(std::make_unique<Impl>(std::move(setup), limits)) {}
PipelineChecker::~PipelineChecker() = default;

json PipelineChecker::check(const Question& q) {
  return impl_->ask({{"ask", "check"},
                     {"name", q.name},
                     {"yaml", q.yaml},
                     {"params", q.params},
                     {"require_params", q.require_params},
                     {"inputs", q.inputs},
                     {"secrets", q.secrets}});
}
json PipelineChecker::stages() { return impl_->known("stages"); }
json PipelineChecker::schema() { return impl_->known("schema"); }
json PipelineChecker::plugins() { return impl_->known("plugins"); }

}  // namespace reel::service
