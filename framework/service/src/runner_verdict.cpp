#include "runner_verdict.hpp"

#include <sys/wait.h>

#include <cctype>
#include <csignal>
#include <cstring>
#include <utility>

#include "reel/base/text.hpp"

namespace reel::service {
namespace {

RunnerResult failed(std::string code, const std::string& error, const std::string& hint, bool transient = false) {
  RunnerResult result;
  result.outcome.state = RequestState::failed;
  result.outcome.error = base::with_hint(error, hint);
  result.outcome.error_code = std::move(code);
  result.transient = transient;
  return result;
}

RunnerResult cancelled() {
  RunnerResult result = failed("interrupted", "stopped before the end", "");
  result.outcome.state = RequestState::cancelled;
  return result;
}

std::string seconds(std::chrono::seconds s) { return std::to_string(s.count()) + " s"; }

RunnerResult too_much_memory(const RunnerLimits& limits) {
  return failed("memory-limit", "the run took more than " + base::format_bytes(limits.memory_bytes) + " of memory",
                "use smaller pictures or fewer stages at once, or have the limit raised");
}

RunnerResult too_much_time(const RunnerLimits& limits) {
  return failed("cpu-limit", "the run used more than " + seconds(limits.cpu) + " of processor time",
                "run it on a part of the media, or have the limit raised");
}

RunnerResult too_much_disk(const RunnerLimits& limits) {
  return failed("disk-limit", "the run wrote more than " + base::format_bytes(limits.disk_bytes),
                "choose a lower quality, or have the limit raised");
}

RunnerResult killed(KilledFor reason, const RunnerEnd& end, const RunnerLimits& limits) {
  switch (reason) {
    case KilledFor::memory:
      return too_much_memory(limits);
    case KilledFor::disk:
      return too_much_disk(limits);
    case KilledFor::wall:
      return failed("time-limit", "the run took longer than " + seconds(limits.wall),
                    "run it on a part of the media, or have the limit raised");
    case KilledFor::silence:
      return failed("hung", "the run gave no sign of life for " + seconds(limits.silence),
                    "a stage or a decoder hangs; the log may say where");
    case KilledFor::bad_answer:
      return failed("bad-answer", "the run's answers made no sense: " + end.bad_answer,
                    "one of its plugins meddles with what is not its own");
    case KilledFor::stopped:
      break;
  }
  return cancelled();
}

std::chrono::seconds processor_time(const rusage& usage) {
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
}

/// Which limit of the kernel's a signal stands for.
bool by_cpu_limit(int signal, const RunnerEnd& end, const RunnerLimits& limits) {
  if (signal == SIGXCPU) return true;
  return signal == SIGKILL && limits.cpu.count() > 0 && processor_time(end.usage) >= limits.cpu;
}

bool by_memory_limit(const RunnerEnd& end, const RunnerLimits& limits) {
  return limits.memory_bytes > 0 && static_cast<std::uint64_t>(end.usage.ru_maxrss) * 1024 >= limits.memory_bytes;
}

RunnerResult ended_by(int signal, const RunnerEnd& end, const RunnerLimits& limits) {
  if (by_cpu_limit(signal, end, limits)) return too_much_time(limits);
  if (signal == SIGXFSZ) return too_much_disk(limits);
  if (by_memory_limit(end, limits)) return too_much_memory(limits);
  std::string what = "the run was killed by " + signal_words(signal);
  if (signal == SIGKILL || signal == SIGTERM || signal == SIGHUP)
    return failed("killed", what + " from outside", "the machine may have run out of memory", true);
  if (end.crash && !end.crash->stage.empty()) {
    what += " in stage `" + end.crash->stage + "`";
  } else if (end.crash && !end.crash->thread.empty()) {
    what += " in thread `" + end.crash->thread + "`";
  }
  RunnerResult result = failed("crashed", what, "a plugin or a decoder is at fault; the log may say more");
  if (end.crash) result.outcome.error_stage = end.crash->stage;
  return result;
}

/// What the child says of itself counts, but for this: nobody here had asked it to stop.
RunnerResult told(const RunnerEnd& end) {
  RunnerResult result = *end.result;
  if (result.outcome.state == RequestState::cancelled && !end.stop_asked)
    return failed("killed", "the run was told to end from outside", "the machine may be shutting down", true);
  // Others tell by the text whether there was a fault.
  if (result.outcome.state != RequestState::succeeded && result.outcome.error.empty())
    result.outcome.error = "the run failed and did not say why";
  return result;
}

}  // namespace

std::string signal_words(int signal) {
  const char* const words = ::sigdescr_np(signal);
  std::string text = "signal " + std::to_string(signal);
  if (words == nullptr) return text;
  std::string description = words;
  description[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(description[0])));
  return text + " (" + description + ")";
}

RunnerResult verdict(const RunnerEnd& end, const RunnerLimits& limits) {
  // One that was done when its time ran out is done.
  const bool done = end.result && end.killed_for == KilledFor::stopped;
  if (end.killed_for && !done) return killed(*end.killed_for, end, limits);
  if (end.result) return told(end);
  if (end.stop_asked) return cancelled();
  if (WIFSIGNALED(end.status)) return ended_by(WTERMSIG(end.status), end, limits);
  if (by_memory_limit(end, limits)) return too_much_memory(limits);
  return failed("no-result", "the run ended without a result (exit " + std::to_string(WEXITSTATUS(end.status)) + ")",
                "one of its plugins may have ended the program; the log may say more");
}

}  // namespace reel::service
