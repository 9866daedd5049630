#include "runner_verdict.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace reel::service {
namespace {

RunnerEnd said(RequestState state, const std::string& error) {
  RunnerEnd end;
  end.result.emplace();
  end.result->outcome.state = state;
  end.result->outcome.error = error;
  return end;
}

TEST(RunnerVerdict, keeps_what_a_child_said) {
  EXPECT_EQ(verdict(said(RequestState::succeeded, ""), {}).outcome.error, "");
  EXPECT_EQ(verdict(said(RequestState::failed, "no sound"), {}).outcome.error, "no sound");
}

TEST(RunnerVerdict, says_what_can_be_done) {
  RunnerLimits limits;
  limits.memory_bytes = 2'000'000'000;
  RunnerEnd end;
  end.killed_for = KilledFor::memory;
  EXPECT_EQ(verdict(end, limits).outcome.error,
            "the run took more than 2.0 GB of memory; use smaller pictures or fewer stages at once, or have the limit "
            "raised");
  end = {};
  end.status = SIGSEGV;
  end.crash = RunnerCrash{"blur", ""};
  EXPECT_EQ(
      verdict(end, limits).outcome.error,
      "the run was killed by signal 11 (segmentation fault) in stage `blur`; a plugin or a decoder is at fault; the "
      "log may say more");
}

// An inspection whose fault is an empty text was a good one.
TEST(RunnerVerdict, of_a_failure_is_never_silent) {
  RunnerEnd end = said(RequestState::failed, "");
  EXPECT_EQ(verdict(end, {}).outcome.error, "the run failed and did not say why");
  end = said(RequestState::cancelled, "");
  end.stop_asked = true;
  EXPECT_NE(verdict(end, {}).outcome.error, "");
}

}  // namespace
}  // namespace reel::service
