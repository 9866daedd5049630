#include "reel/http/events.hpp"

#include <sys/resource.h>

#include <atomic>
#include <mutex>

#include "socket_test.hpp"

namespace reel::http {
namespace {

using namespace std::chrono_literals;
using test::Client;
using test::get;
using test::Running;

TEST(EventStream, writes_events_as_clients_read_them) {
  EventStream stream;
  std::string text;
  EXPECT_TRUE(stream.push({.id = "7", .name = "progress", .data = "a\nb\r\nc"}));
  EXPECT_TRUE(stream.push({.data = "x"}));
  EXPECT_TRUE(stream.push({.id = "8\ndata: evil"}));
  EXPECT_TRUE(stream.take(text));
  EXPECT_EQ(text, "id: 7\nevent: progress\ndata: a\ndata: b\ndata: c\n\ndata: x\n\nid: 8\ndata: \n\n");
}

TEST(EventStream, gives_up_a_client_that_does_not_read) {
  EventStream stream(100);
  bool cut = false;
  int closed = 0;
  stream.attach([&](bool is_cut) { cut = is_cut; });
  stream.on_close([&] { ++closed; });
  EXPECT_TRUE(stream.push({.data = std::string(50, 'x')}));
  EXPECT_FALSE(cut);
  EXPECT_FALSE(stream.push({.data = std::string(50, 'x')}));
  EXPECT_TRUE(cut);
  EXPECT_TRUE(stream.closed());
  EXPECT_FALSE(stream.push({.data = "x"}));
  stream.close();
  stream.abandon();
  EXPECT_EQ(closed, 1);
  stream.on_close([&] { ++closed; });
  EXPECT_EQ(closed, 2);
}

/// All who listen, as a broker of events would keep them.
class Room {
 public:
  Router router() {
    Router router;
    router.add({.method = "GET", .path = "/events", .handler = [this](Request& request) {
                  auto stream = std::make_shared<EventStream>(64 * 1024);
                  stream->push({.name = "hello", .data = std::string(request.headers.get("last-event-id"))});
                  stream->on_close([this] { ++left_; });
                  const std::lock_guard lock(mutex_);
                  streams_.push_back(stream);
                  return Response{200, {{"Content-Type", "text/event-stream"}}, stream};
                }});
    return router;
  }
  void tell(const Event& event) {
    const std::lock_guard lock(mutex_);
    std::erase_if(streams_, [&](const auto& stream) { return !stream->push(event); });
  }
  void close() {
    const std::lock_guard lock(mutex_);
    for (const auto& stream : streams_) stream->close();
  }
  int left() const { return left_; }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<EventStream>> streams_;
  std::atomic<int> left_{0};
};

TEST(Events, reach_500_clients_cheaply) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  constexpr int count = 500;
  Room room;
  Running running(room.router(), {.limits = {.connections_per_address = 1000}});
  std::vector<Client> clients;
  const long grown = test::memory_growth([&] {
    for (int i = 0; i < count; ++i) clients.emplace_back(running.port()).send(get("/events", "Last-Event-ID: 41\r\n"));
    for (Client& client : clients) EXPECT_NE(client.until("data: 41\n\n").find("event: hello\n"), std::string::npos);
    EXPECT_EQ(running.server().figures().event_streams, std::size_t(count));
    for (int i = 0; i < 20; ++i) room.tell({.id = std::to_string(i), .data = "news"});
    for (Client& client : clients) EXPECT_NE(client.until("id: 19\n").find("id: 0\n"), std::string::npos);
  });
  if (test::memory_can_be_measured) {
    EXPECT_LT(grown, 30);
  }
  RecordProperty("megabytes", static_cast<int>(grown));
  clients.clear();
  EXPECT_TRUE(test::eventually([&] { return room.left() == count; }));
  EXPECT_TRUE(test::eventually([&] { return running.server().figures().connections == 0; }));
}

TEST(Events, end_when_their_source_ends_them) {
  Room room;
  Running running(room.router());
  Client client(running.port());
  client.send(get("/events"));
  EXPECT_EQ(client.head().headers.get("Transfer-Encoding"), "chunked");
  client.until("event: hello\ndata: \n\n\r\n");
  room.tell({.data = "last"});
  room.close();
  EXPECT_EQ(client.rest(), "c\r\ndata: last\n\n\r\n0\r\n\r\n");
}

TEST(Events, end_when_the_server_stops) {
  Room room;
  Running running(room.router());
  Client client(running.port());
  client.send(get("/events"));
  client.until("hello");
  running.stop();
  EXPECT_TRUE(client.rest().ends_with("0\r\n\r\n"));
  EXPECT_EQ(room.left(), 1);
}

TEST(Events, have_comments_in_their_pauses) {
  Room room;
  Running running(room.router(), {.limits = {.event_pause = 50ms}});
  Client client(running.port());
  client.send(get("/events"));
  client.until("hello");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client.until(":\n\n").ends_with(":\n\n"));
}

TEST(Events, are_not_kept_for_clients_that_do_not_read) {
  Room room;
  Running running(room.router());
  Client deaf(running.port(), 4096), listening(running.port());
  for (Client* client : {&deaf, &listening}) {
    client->send(get("/events"));
    client->until("hello");
  }
  const Event event{.data = std::string(10'000, 'x')};
  for (int i = 0; i < 10'000 && room.left() == 0; ++i) {
    room.tell(event);
    listening.until(event.data);
  }
  EXPECT_EQ(room.left(), 1);
  EXPECT_TRUE(test::eventually([&] { return running.server().figures().event_streams == 1; }));
  room.tell({.data = "still here"});
  EXPECT_TRUE(listening.until("still here").ends_with("still here"));
}

TEST(Events, go_to_http_1_0_without_chunks_and_not_to_head) {
  Room room;
  Running running(room.router());
  Client old(running.port());
  old.send("GET /events HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(old.head().headers.find("Transfer-Encoding"), nullptr);
  old.until("hello");
  room.close();
  EXPECT_EQ(old.rest(), "\ndata: \n\n");
  Client head(running.port());
  head.send("HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(head.head().status, 200);
  EXPECT_EQ(head.rest(), "");
  EXPECT_EQ(room.left(), 2);
}

}  // namespace
}  // namespace reel::http
