/// What the plugin keeps in its folder: answers, and how many tokens were used.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <reel/task.hpp>
#include <thread>

#include "answers.hpp"
#include "budget.hpp"
#include "command.hpp"

namespace reel::language_model {
namespace {

using tests::TemporaryFolder;

TEST(Answers, are_kept_for_their_question) {
  const TemporaryFolder folder;
  const Answers answers(folder / "answers");
  EXPECT_FALSE(answers.find("a"));
  answers.keep("a", "one");
  answers.keep("b", "");
  EXPECT_EQ(answers.find("a"), "one");
  EXPECT_EQ(answers.find("b"), "") << "that there is no pipeline is an answer, too";
  EXPECT_FALSE(answers.find("c"));
  struct stat status {};
  ASSERT_EQ(stat((folder / "answers").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U) << "prompts are nobody else's business";
  Answers("").keep("a", "one");
  EXPECT_FALSE(Answers("").find("a"));
  Answers("/proc/nowhere").keep("a", "one");  // cannot be kept, which is no fault
}

TEST(Answers, do_not_grow_for_ever) {
  const TemporaryFolder folder;
  const Answers answers(folder / "answers");
  answers.keep("the first", "x");
  for (std::size_t i = 0; i < most_answers + 10; ++i) answers.keep(std::to_string(i), "x");
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "answers")) ++count;
  EXPECT_LE(count, most_answers);
  EXPECT_FALSE(answers.find("the first"));
  EXPECT_TRUE(answers.find(std::to_string(most_answers + 9)));
}

TEST(Budget, holds_for_all_who_ask_at_once) {
  const TemporaryFolder folder;
  std::atomic<int> granted = 0, refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        const Budget budget(folder.path(), 1000);
        for (int n = 0; n < 5; ++n) try {
            budget.take(100);
            ++granted;
          } catch (const ExtensionError& e) {
            EXPECT_EQ(e.code(), REEL_ERROR_LIMIT);
            ++refused;
          }
      });
  }
  EXPECT_EQ(granted, 10);
  EXPECT_EQ(refused, 30);
  const Budget budget(folder.path(), 1000);
  budget.correct(100, 30);
  EXPECT_NO_THROW(budget.take(70));
  EXPECT_THROW(budget.take(1), ExtensionError);
}

TEST(Budget, needs_a_folder_unless_there_is_no_limit) {
  EXPECT_THROW(Budget("", 1000), ExtensionError);
  EXPECT_NO_THROW(Budget("", 0).take(1'000'000'000));
  EXPECT_THROW(Budget("/proc/nowhere", 1000).take(1), ExtensionError);
}

TEST(Budget, minds_no_damaged_file) {
  const TemporaryFolder folder;
  for (const char* const text : {"", "nonsense", "2001-01-01 999999", "x", "\xff\xff\xff"}) {
    tests::write(folder / "tokens", text);
    EXPECT_NO_THROW(Budget(folder.path(), 1000).take(1000)) << text;
  }
}

}  // namespace
}  // namespace reel::language_model
