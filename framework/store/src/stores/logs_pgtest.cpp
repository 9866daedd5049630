#include <gmock/gmock.h>

#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using test::rfc3339;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;

class LogsTest : public test::StoresTest {};

TEST_F(LogsTest, ReadsBackLogLinesInOrder) {
  const RequestId id = running();
  LogRecord first = line("first");
  first.level = base::Level::debug;
  first.stage = "blur";
  first.timestamp = "2026-05-04T03:02:01.123456Z";
  LogRecord second = line("second");
  second.level = base::Level::error;
  requests.append_logs(id, {first, second});
  requests.append_logs(id, {});
  requests.append_logs(id, {line("third")});
  const auto all = requests.logs(id);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].request, id);
  EXPECT_EQ(all[0].level, base::Level::debug);
  EXPECT_EQ(all[0].stage, "blur");
  EXPECT_EQ(all[0].message, "first");
  EXPECT_EQ(all[0].timestamp, first.timestamp);
  EXPECT_EQ(all[1].level, base::Level::error);
  EXPECT_THAT(all[2].timestamp, MatchesRegex(rfc3339));
  EXPECT_EQ(requests.logs(id, all[0].id, 1)[0].message, "second");
  EXPECT_THAT(requests.logs(id, all[2].id), ElementsAre());
}

TEST_F(LogsTest, KeepsACountedLineOnce) {
  const RequestId id = running();
  requests.append_logs(id, {line("a", 1), line("b", 2)});
  requests.append_logs(id, {line("b", 2), line("c", 3)});
  const RequestId other = running();
  requests.append_logs(other, {line("another request's", 1)});
  std::string all;
  for (const LogRecord& record : requests.logs(id)) all += record.message;
  EXPECT_EQ(all, "abc");
  EXPECT_EQ(requests.logs(other).size(), 1U);
}

TEST_F(LogsTest, WritesManyLinesAtOnce) {
  const RequestId id = running();
  std::vector<LogRecord> lines;
  for (int i = 1; i <= 2500; ++i) lines.push_back(line(std::to_string(i), i));
  requests.append_logs(id, lines);
  const auto all = requests.logs(id, 0, 10'000);
  ASSERT_EQ(all.size(), 2500U);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i].message, std::to_string(i + 1));
}

}  // namespace
}  // namespace reel::store
