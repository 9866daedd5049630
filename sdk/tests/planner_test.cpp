#include <gtest/gtest.h>

#include <reel/planner.hpp>
#include <reel/sdk.hpp>

namespace {

using namespace reel;

struct Oracle : Planner<Oracle> {
  using Planner::Planner;
  std::string available() const { return host() != nullptr ? "an oracle" : ""; }
  std::string plan(const std::string& question, const Task& task) const {
    task.check();
    if (question == "{}") throw ExtensionError(REEL_ERROR_NOT_FOUND, "nothing was asked");
    if (question == "[]") throw std::runtime_error("an unlucky question");
    return "reel: 1 # " + question;
  }
};

struct Broken : Planner<Broken> {
  using Planner::Planner;
  std::string available() const { throw std::runtime_error("none of your business"); }
  std::string plan(const std::string&, const Task&) const { return {}; }
};

template <class Part>
const reel_planner& table() {
  return *static_cast<const reel_planner*>(Part::table());
}

/// The text, or the error as `code: message`.
std::string plan(const char* question, const reel_task* task = nullptr) {
  GError* error = nullptr;
  char* const text = table<Oracle>().plan(nullptr, question, task, &error);
  std::string said;
  if (text != nullptr) {
    said = text;
  } else {
    EXPECT_EQ(error->domain, REEL_ERROR);
    said = std::to_string(error->code) + ": " + error->message;
  }
  table<Oracle>().release_text(text);
  g_clear_error(&error);
  return said;
}

TEST(Planner, says_who_answers) {
  const reel_host host{1, 0, "a host", "1", nullptr};
  char* const who = table<Oracle>().available(&host);
  EXPECT_STREQ(who, "an oracle");
  table<Oracle>().release_text(who);
  EXPECT_EQ(table<Oracle>().available(nullptr), nullptr);
  EXPECT_EQ(table<Broken>().available(&host), nullptr);
}

TEST(Planner, answers_and_turns_what_is_thrown_into_errors) {
  EXPECT_EQ(plan("{\"prompt\":1}"), "reel: 1 # {\"prompt\":1}");
  EXPECT_EQ(plan(nullptr), "reel: 1 # ");
  EXPECT_EQ(plan("{}"), std::to_string(REEL_ERROR_NOT_FOUND) + ": nothing was asked");
  EXPECT_EQ(plan("[]"), std::to_string(REEL_ERROR_FAILED) + ": an unlucky question");
}

TEST(Planner, can_be_stopped) {
  const reel_task task{nullptr, [](const reel_task*) -> gboolean { return TRUE; }, nullptr};
  EXPECT_EQ(plan("x", &task), std::to_string(REEL_ERROR_CANCELLED) + ": cancelled");
}

TEST(Planner, is_part_of_a_plugin) {
  EXPECT_EQ((detail::extension<Oracle, Broken>(REEL_PLANNER)), Oracle::table());
  EXPECT_EQ((detail::extension<Oracle>("reel.planner/2")), nullptr);
}

}  // namespace
