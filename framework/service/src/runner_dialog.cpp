#include "runner_dialog.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>
#include <variant>

#include "runner_json.hpp"
#include "runner_verdict.hpp"

namespace reel::service {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int deepest_answer = 200;
constexpr std::chrono::milliseconds between_looks = 200ms;

}  // namespace

RunnerDialog::RunnerDialog(RunnerSpec spec, std::string failure, Hooks hooks)
    : spec_(std::move(spec)), failure_(std::move(failure)), hooks_(std::move(hooks)) {
  spec_.limits.cpu = {};  // it stays
  spec_.parent = ::getpid();
}

RunnerDialog::~RunnerDialog() { end(); }

void RunnerDialog::no_answer(const std::string& why) const { throw NoAnswer(failure_ + ": " + why, "try again"); }

void RunnerDialog::start() {
  hooks_.on_start();
  child_ = spawn_runner(spec_, true);
  messages_.emplace(child_->messages.get(), longest_runner_line);
  output_.emplace(child_->output.get(), 1000);
  send(to_line(spec_) + '\n');
}

bool RunnerDialog::has_ended() const {
  pollfd handle{child_->handle.get(), POLLIN, 0};
  return ::poll(&handle, 1, 0) > 0;
}

/// Its status as waitpid() gives it.
int RunnerDialog::end() {
  if (!child_) return 0;
  int status = 0;
  ::kill(-child_->process, SIGKILL);
  while (::waitpid(child_->process, &status, 0) < 0 && errno == EINTR) {
  }
  child_.reset();
  return status;
}

/// What it prints is thrown away meanwhile, so that it never waits for us.
void RunnerDialog::wait_for(const base::FileDescriptor& fd, short events) {
  if (stop_ != nullptr && *stop_) throw base::Interrupted("stopped before the end");
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_clock::now());
  if (left <= 0ms) no_answer("it gave no sign of life for " + std::to_string(spec_.limits.silence.count()) + " s");
  std::array<pollfd, 2> ready{{{fd.get(), events, 0}, {output_->ended() ? -1 : child_->output.get(), POLLIN, 0}}};
  ::poll(ready.data(), ready.size(), static_cast<int>(std::min(left, between_looks).count()));
  output_->read([](std::string_view) {});
}

void RunnerDialog::send(std::string_view text) {
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

void RunnerDialog::take(std::string_view line) {
  json message = parse_object(line, longest_runner_line, deepest_answer);
  const std::string is = message.value("is", "");
  if (is == "answer" && message.contains("answer")) answer_ = std::move(message["answer"]);
  if (is == "result") fault_ = message.value("error", "");
  if (is != "log") return;
  const RunnerMessage said = read_message(line);
  if (const auto* const log = std::get_if<base::LogLine>(&said)) hooks_.on_log(*log);
}

json RunnerDialog::receive() {
  answer_.reset();
  while (!answer_ && !messages_->ended()) {
    wait_for(child_->messages, POLLIN);
    messages_->read([this](std::string_view line) {
      if (!line.empty()) take(line);  // a crash begins with an empty line
    });
  }
  if (answer_) return *std::move(answer_);
  const int status = end();
  if (!fault_.empty()) no_answer(std::exchange(fault_, {}));
  no_answer(WIFSIGNALED(status) ? "it was killed by " + signal_words(WTERMSIG(status)) : "it ended without an answer");
}

json RunnerDialog::ask(const json& question, base::StopFlag stop) {
  const auto patience = spec_.limits.silence;
  deadline_ = steady_clock::now() + (patience.count() > 0 ? patience : std::chrono::seconds(3600));
  stop_ = stop;
  try {
    if (child_ && has_ended()) end();
    if (!child_) start();
    send(question.dump(-1, ' ', false, json::error_handler_t::replace) + '\n');
    return receive();
  } catch (const base::InputError& e) {
    end();
    no_answer(std::string("it wrote ") + e.what());
  } catch (const json::exception&) {
    end();
    no_answer("its answer makes no sense");
  } catch (...) {
    end();
    throw;
  }
}

}  // namespace reel::service
