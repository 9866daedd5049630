#include "remote/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "reel/base/error.hpp"

namespace reel::cli::remote {
namespace {

using testing::ElementsAre;

struct Collected {
  EventParser parser;
  std::vector<std::string> events;
  void feed(std::string_view piece) {
    parser.feed(piece, [this](const ServerEvent& e) { events.push_back(e.id + "/" + e.name + "/" + e.data); });
  }
};

TEST(EventParser, reads_events_however_they_are_cut) {
  const std::string text = ": hello\n\nid: 7\nevent: request\ndata: {\"a\":1}\ndata:more\n\nretry: 5\ndata: x\n\n";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    Collected c;
    for (std::size_t at = 0; at < text.size(); at += size) c.feed(std::string_view(text).substr(at, size));
    EXPECT_THAT(c.events, ElementsAre("7/request/{\"a\":1}\nmore", "7/message/x")) << size;
    EXPECT_EQ(c.parser.last_id(), "7");
  }
}

TEST(EventParser, lines_end_in_three_ways) {
  Collected c;
  c.feed("data: a\r\n\r\ndata: b\r\rdata: c\n\n");
  EXPECT_THAT(c.events, ElementsAre("/message/a", "/message/b", "/message/c"));
}

TEST(EventParser, an_event_that_was_cut_off_is_forgotten) {
  Collected c;
  c.feed("id: 1\ndata: a\n\ndata: half\ndat");
  c.parser.reconnect();
  c.feed("data: b\n\n");
  EXPECT_THAT(c.events, ElementsAre("1/message/a", "1/message/b"));
}

TEST(EventParser, an_event_without_an_end_is_refused) {
  Collected c;
  const std::string much(1U << 20U, 'x');
  EXPECT_THROW(
      {
        for (int i = 0; i < 10; ++i) c.feed("data: " + much + "\n");
      },
      base::RunError);
  EXPECT_THROW(
      {
        Collected d;
        for (int i = 0; i < 10; ++i) d.feed(much);
      },
      base::RunError);
}

}  // namespace
}  // namespace reel::cli::remote
