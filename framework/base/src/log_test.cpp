#include "reel/base/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

namespace reel::base {
namespace {

class Collected {
 public:
  std::vector<LogLine> lines;

 private:
  LogListener listener_{[this](const LogLine& line) { lines.push_back(line); }};
};

std::string stderr_of(const std::function<void()>& action) {
  testing::internal::CaptureStderr();
  action();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, gives_listeners_every_line) {
  const Collected collected;
  log(Level::debug, "quiet", "blur");
  ASSERT_EQ(collected.lines.size(), 1U);
  EXPECT_EQ(collected.lines[0].level, Level::debug);
  EXPECT_EQ(collected.lines[0].stage, "blur");
  EXPECT_EQ(collected.lines[0].message, "quiet");
}

TEST(Log, stops_with_the_handle) {
  int calls = 0;
  {
    const LogListener listener([&](const LogLine&) { ++calls; });
  }
  log(Level::debug, "nobody hears it");
  EXPECT_EQ(calls, 0);
}

TEST(Log, writes_warnings_to_standard_error) {
  EXPECT_EQ(stderr_of([] { log(Level::info, "hidden"); }), "");
  const std::string text = stderr_of([] { log(Level::warning, "seen", "cut"); });
  EXPECT_NE(text.find("warning cut: seen\n"), std::string::npos) << text;
  set_stderr_level(Level::error);
  EXPECT_EQ(stderr_of([] { log(Level::warning, "hidden"); }), "");
  set_stderr_level(Level::warning);
}

TEST(Log, may_be_json_for_programs) {
  set_stderr_json(true);
  const std::string text = stderr_of([] { log(Level::warning, "two\nlines \xff {}", "cut", "0123abcd"); });
  set_stderr_json(false);
  ASSERT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  const auto line = nlohmann::json::parse(text);
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "two\nlines \xef\xbf\xbd {}");
  EXPECT_EQ(line["stage"], "cut");
  EXPECT_EQ(line["id"], "0123abcd");
  EXPECT_EQ(line["time"].get<std::string>().size(), std::string("2030-01-31T12:00:00.123456Z").size());
  EXPECT_NE(stderr_of([] { log(Level::warning, "for people"); }).find("warning for people\n"), std::string::npos);
}

TEST(Log, a_listener_may_stand_for_standard_error) {
  EXPECT_EQ(stderr_of([] {
              const LogListener listener([](const LogLine&) {}, LogListener::Stderr::instead);
              log(Level::error, "shown by the listener");
            }),
            "");
  EXPECT_NE(stderr_of([] { log(Level::error, "shown again"); }), "");
}

TEST(Log, lets_no_terminal_escape_and_no_forged_line_through) {
  const std::string text = stderr_of([] { log(Level::error, "one\x1b[2J\ntwo"); });
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_NE(text.find("error two\n"), std::string::npos) << text;
}

TEST(Log, hides_secrets) {
  hide_in_logs("correct horse");
  hide_in_logs("correct horse battery");
  hide_in_logs("");
  const Collected collected;
  log(Level::debug, "key=correct horse battery&x=correct horse", "correct horse");
  EXPECT_EQ(collected.lines[0].message, "key=***&x=***");
  EXPECT_EQ(collected.lines[0].stage, "***");
}

TEST(Redacted, hides_short_secrets_as_whole_words) {
  hide_in_logs("q7x");
  EXPECT_EQ(redacted("q7x aq7x q7xb (q7x)"), "*** aq7x q7xb (***)");
}

TEST(Redacted, ends_even_if_a_secret_is_in_the_mask) {
  hide_in_logs("****");
  EXPECT_EQ(redacted("********"), "******");
}

TEST(Log, survives_a_listener_that_throws) {
  const LogListener bad([](const LogLine&) { throw std::runtime_error("broken pipe"); });
  const Collected collected;
  const std::string text = stderr_of([] { log(Level::debug, "goes on"); });
  EXPECT_EQ(collected.lines.size(), 1U);
  EXPECT_NE(text.find("a log listener failed: broken pipe"), std::string::npos) << text;
}

TEST(Log, a_listener_may_log_and_may_end_itself) {
  int calls = 0;
  std::unique_ptr<LogListener> self;
  self = std::make_unique<LogListener>([&](const LogLine&) {
    ++calls;
    log(Level::debug, "from inside");
    self.reset();
  });
  log(Level::debug, "first");
  log(Level::debug, "second");
  EXPECT_EQ(calls, 1);
}

TEST(Log, threads_may_log_while_listeners_come_and_go) {
  std::atomic<bool> stop = false;
  std::atomic<int> heard = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      while (!stop) log(Level::debug, "busy");
    });
  for (int i = 0; i < 200 || heard == 0; ++i) {
    auto alive = std::make_unique<int>(0);
    const LogListener listener([&](const LogLine&) { heard += ++*alive > 0 ? 1 : 0; });
    std::this_thread::yield();
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_GT(heard, 0);
}

TEST(Level, has_a_name) {
  EXPECT_EQ(name(Level::debug), "debug");
  EXPECT_EQ(name(Level::error), "error");
}

}  // namespace
}  // namespace reel::base
