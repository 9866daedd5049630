/// Bodies of any size, in both directions, and clients that are too slow for them.
#include <atomic>
#include <mutex>

#include "socket_test.hpp"

namespace reel::http {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::Client;
using test::get;
using test::Running;

/// Adds up a body without keeping it.
struct Sum {
  std::uint64_t bytes = 0, hash = 14695981039346656037ULL;
  void add(std::string_view text) {
    bytes += text.size();
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  std::string text() const { return std::to_string(bytes) + " " + std::to_string(hash); }
};

/// What became of the last upload.
struct Fate {
  std::atomic<std::uint64_t> received{0};
  std::atomic<bool> finished{false}, destroyed{false};
  std::atomic<std::size_t> largest{0};
};

class SumSink final : public BodySink {
 public:
  explicit SumSink(Fate& fate) : fate_(fate) {}
  ~SumSink() override { fate_.destroyed = true; }
  SumSink(const SumSink&) = delete;
  SumSink& operator=(const SumSink&) = delete;
  void write(std::string_view chunk) override {
    if (chunk.starts_with("poison")) throw base::RunError("the disk is full");
    sum_.add(chunk);
    fate_.received = sum_.bytes;
    fate_.largest = std::max<std::size_t>(fate_.largest, chunk.size());
  }
  Response finish() override {
    fate_.finished = true;
    return text_response(201, sum_.text());
  }

 private:
  Fate& fate_;
  Sum sum_;
};

Router uploads(Fate& fate) {
  Router router;
  router.add({.method = "POST",
              .path = "/",
              .upload = [&fate](Request& request) -> std::variant<std::unique_ptr<BodySink>, Response> {
                if (request.headers.find("x-unwanted") != nullptr)
                  return problem(403, "unwanted", "Unwanted", "This upload is not wanted.");
                return std::make_unique<SumSink>(fate);
              },
              .largest_body = 1'000'000'000});
  router.add({.method = "POST", .path = "/small", .handler = [](Request& r) { return text_response(200, r.body); }});
  return router;
}

std::string head(std::uint64_t length) {
  return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

TEST(Upload, of_100_MB_takes_constant_memory) {
  Fate fate;
  Running running(uploads(fate));
  Client client(running.port());
  const std::string piece = test::random_bytes(1'000'000);
  Sum sum;
  Answer answer;
  const long grown = test::memory_growth([&] {
    client.send(head(100 * piece.size()));
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(client.send(piece));
      sum.add(piece);
    }
    answer = client.answer();
  });
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, sum.text());
  EXPECT_LE(fate.largest, 256U * 1024);
  if (test::memory_can_be_measured) {
    EXPECT_LT(grown, 10);
  }
}

TEST(Upload, in_chunks_is_the_same) {
  Fate fate;
  Running running(uploads(fate));
  Client client(running.port());
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  Sum sum;
  for (std::size_t size = 1; size < 300'000; size = size * 2 + 1) {
    const std::string piece = test::random_bytes(size, size);
    sum.add(piece);
    client.send(hexadecimal(size) + "\r\n" + piece + "\r\n");
  }
  EXPECT_EQ(client.ask("0\r\n\r\n").body, sum.text());
  EXPECT_EQ(client.ask(head(0)).status, 201);
}

TEST(Upload, that_breaks_off_is_not_finished) {
  Fate fate;
  Running running(uploads(fate));
  {
    Client client(running.port());
    client.send(head(1'000'000) + std::string(1000, 'x'));
    ASSERT_TRUE(test::eventually([&] { return fate.received == 1000; }));
  }
  EXPECT_TRUE(test::eventually([&] { return fate.destroyed.load(); }));
  EXPECT_FALSE(fate.finished);
}

TEST(Upload, can_be_refused_before_and_while_it_comes) {
  Fate fate;
  Running running(uploads(fate));
  Client unwanted(running.port());
  const Answer refused = unwanted.ask(
      "POST / HTTP/1.1\r\nHost: localhost\r\nX-Unwanted: 1\r\nExpect: 100-continue\r\n"
      "Content-Length: 1000000\r\n\r\n");
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(unwanted.ended());

  Client poisoned(running.port());
  poisoned.send(head(100'000'000) + "poison");
  EXPECT_EQ(poisoned.answer().status, 500);
  EXPECT_TRUE(test::eventually([&] { return fate.destroyed.load(); }));

  Client insistent(running.port());  // sends on, and yet sees the answer
  insistent.send(head(2'000'000'000) + std::string(1'000'000, 'x'));
  EXPECT_EQ(insistent.answer().status, 413);
}

const Limits impatient{.rate_bytes = 10'000, .rate_time = 300ms};

TEST(Upload, that_is_too_slow_is_cut_off) {
  Fate fate;
  Running running(uploads(fate), {.limits = impatient});
  for (const std::string target : {"/", "/small"}) {
    Client client(running.port());
    client.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nab");
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 408) << target;
    EXPECT_EQ(client.rest(), "");
  }
  EXPECT_FALSE(fate.finished);
  EXPECT_TRUE(test::eventually([&] { return fate.destroyed.load(); }));
}

TEST(Upload, has_its_time_where_it_is_kept_in_memory) {
  Fate fate;
  Running running(uploads(fate), {.limits = {.body_time = 300ms}});
  Client client(running.port());
  client.send("POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nab");
  EXPECT_EQ(client.answer().status, 408);
}

class Download : public ::testing::Test {
 protected:
  static constexpr std::uint64_t size = 64'000'000;
  Download() {
    std::ofstream out(path_, std::ios::binary);
    for (std::uint64_t i = 0; i < size / piece_.size(); ++i) out << piece_;
  }
  Router router() const {
    Router router;
    router.add({.method = "GET", .path = "/", .handler = [path = path_](Request& request) {
                  return file_response(request, std::make_shared<File>(path), "application/octet-stream");
                }});
    return router;
  }

  test::TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "large";
  const std::string piece_ = test::random_bytes(1'000'000);
};

TEST_F(Download, of_a_large_file_takes_constant_memory) {
  Running running(router());
  Client client(running.port());
  Sum expected, sum;
  for (std::uint64_t i = 0; i < size / piece_.size(); ++i) expected.add(piece_);
  const long grown = test::memory_growth([&] {
    client.send(get("/"));
    EXPECT_EQ(client.head().headers.get("Content-Length"), std::to_string(size));
    while (sum.bytes < size) {
      const std::string part = client.exactly(std::min<std::uint64_t>(size - sum.bytes, 100'000));
      if (part.empty()) break;
      sum.add(part);
    }
  });
  EXPECT_EQ(sum.text(), expected.text());
  if (test::memory_can_be_measured) {
    EXPECT_LT(grown, 10);
  }
}

TEST_F(Download, has_ranges_and_conditions) {
  Running running(router());
  Client client(running.port());
  const Answer part = client.ask(get("/", "Range: bytes=999999-1000001\r\n"));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, piece_.substr(999'999) + piece_.substr(0, 2));
  EXPECT_EQ(part.headers.get("Content-Range"), "bytes 999999-1000001/64000000");
  const std::string etag(part.headers.get("ETag"));
  client.send(get("/", "If-None-Match: " + etag + "\r\n"));
  const Answer same = client.head();
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.headers.find("Content-Length"), nullptr);
  EXPECT_EQ(client.ask(get("/", "Range: bytes=64000000-\r\n")).status, 416);
  client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.head().headers.get("Content-Length"), std::to_string(size));
  EXPECT_EQ(client.ask(get("/", "Range: bytes=-1\r\n")).body, piece_.substr(999'999));
}

TEST_F(Download, that_is_read_too_slowly_is_cut_off) {
  Running running(router(), {.limits = impatient});
  Client client(running.port(), 4096);
  client.send(get("/"));
  ASSERT_TRUE(test::eventually([&] { return running.server().figures().connections == 1; }));
  EXPECT_TRUE(test::eventually([&] { return running.server().figures().connections == 0; }));
}

TEST_F(Download, of_a_file_that_shrinks_breaks_off) {
  Running running(router());
  Client client(running.port(), 4096);
  client.send(get("/"));
  client.head();
  std::filesystem::resize_file(path_, 100);
  EXPECT_LT(client.rest().size(), size);
}

TEST_F(Download, goes_on_while_others_are_answered) {
  Running running(router());
  Client slow(running.port(), 4096);
  slow.send(get("/"));
  slow.head();
  Client quick(running.port());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(quick.ask(get("/", "Range: bytes=0-9\r\n")).status, 206);
}

}  // namespace
}  // namespace reel::http
