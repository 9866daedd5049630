/// What users are told as it changes.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <sstream>

#include "world.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;

struct Seen {
  std::string id, name;
  json data;
};

/// A client that listens, on a thread of its own.
class Listening {
 public:
  Listening(std::uint16_t port, const std::string& token, const std::string& query = {}, const std::string& last = {})
      : thread_([=, this] {
          Call call{.path = "/api/v1/events" + query, .token = token};
          if (!last.empty()) call.headers.emplace_back("Last-Event-ID", last);
          call.on_bytes = [this](std::string_view bytes) { return take(bytes); };
          Client(port).call(call);
          const std::scoped_lock lock(mutex_);
          ended_ = true;
        }) {}
  ~Listening() {
    {
      const std::scoped_lock lock(mutex_);
      leave_ = true;
    }
    thread_.join();
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  /// Whether such an event has come, or comes.
  bool sees(const std::function<bool(const Seen&)>& wanted, std::chrono::seconds patience = std::chrono::seconds(15)) {
    return store::test::eventually(
        [&] {
          const std::scoped_lock lock(mutex_);
          return std::ranges::any_of(seen_, wanted);
        },
        patience);
  }
  bool sees(const std::string& name, const json& id, const std::string& state) {
    return sees([&](const Seen& event) {
      return event.name == name && event.data["id"] == id && event.data.value("state", "") == state;
    });
  }
  bool ends(std::chrono::seconds patience = std::chrono::seconds(15)) {
    return store::test::eventually(
        [&] {
          const std::scoped_lock lock(mutex_);
          return ended_;
        },
        patience);
  }
  std::vector<Seen> seen() {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

 private:
  bool take(std::string_view bytes) {
    const std::scoped_lock lock(mutex_);
    text_ += bytes;
    for (auto end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n")) {
      read(text_.substr(0, end));
      text_.erase(0, end + 2);
    }
    return !leave_;
  }
  void read(const std::string& block) {
    Seen event;
    std::istringstream in(block);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("id: ")) event.id = line.substr(4);
      if (line.starts_with("event: ")) event.name = line.substr(7);
      if (line.starts_with("data: ")) event.data = json::parse(line.substr(6));
    }
    if (!event.name.empty()) seen_.push_back(event);
  }

  std::mutex mutex_;
  std::string text_;
  std::vector<Seen> seen_;
  bool leave_ = false, ended_ = false;
  std::thread thread_;
};

class EventsTest : public ApiTest {
 protected:
  EventsTest() {
    service::Config few = config();
    few.limits.streams = 3;
    restart(few);
  }
  Person ada = person("ada"), eve = person("eve");
  service::VideoId video = ready_video(ada);
};

TEST_F(EventsTest, begin_with_what_has_not_ended_and_tell_what_changes) {
  const auto first = request(ada, video);
  Listening stream(port(), ada.token);
  EXPECT_TRUE(stream.sees("request", first, "queued"));
  EXPECT_TRUE(stream.sees("video", video, "ready"));
  const auto second = request(ada, video);
  EXPECT_TRUE(stream.sees("request", second, "queued"));
  post(ada, "/api/v1/requests/" + std::to_string(first) + "/cancel");
  EXPECT_TRUE(stream.sees("request", first, "cancelled"));
  const auto another = ready_video(ada);
  EXPECT_TRUE(stream.sees("video", another, "ready"));
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(stream.sees([](const Seen& event) { return event.name == "end"; }));
  EXPECT_TRUE(stream.ends());
}

TEST_F(EventsTest, one_that_is_cut_within_a_batch_misses_nothing) {
  std::vector<service::RequestId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(request(ada, video));
  const auto last = request(ada, video);
  Listening stream(port(), ada.token);
  EXPECT_TRUE(stream.sees("video", video, "ready"));
  const auto first = stream.seen();
  for (const Seen& event : first) EXPECT_EQ(event.id.empty(), &event != &first.back()) << event.name;
  // Several changes, of which the hub hears at once: by the notice of the last.
  store::test::execute(
      url, "SET reel.notices = ''; UPDATE requests SET priority = 5 WHERE kind = 'pipeline' AND request_id <> " +
               std::to_string(last));
  post(ada, "/api/v1/requests/" + std::to_string(last) + "/cancel");
  EXPECT_TRUE(stream.sees("request", last, "cancelled"));
  const auto seen = stream.seen();
  ASSERT_EQ(seen.size(), first.size() + 4);
  for (std::size_t i = first.size(); i + 1 < seen.size(); ++i) EXPECT_EQ(seen[i].id, "") << i;
  EXPECT_NE(seen.back().id, "");
  // Who got one event of the four has the id of before.
  Listening again(port(), ada.token, "", first.back().id);
  for (const auto id : ids)
    EXPECT_TRUE(again.sees([&](const Seen& event) { return event.data["id"] == id && event.data["priority"] == 5; }));
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(again.ends());
}

TEST_F(EventsTest, come_without_a_notice_in_the_end) {
  const auto id = request(ada, video);
  Listening stream(port(), ada.token);
  EXPECT_TRUE(stream.sees("video", video, "ready"));
  // As of a worker that is killed between its change and the notice of it.
  const std::string quietly = "SET reel.notices = ''; UPDATE ";
  store::test::execute(url, quietly + "requests SET priority = 5 WHERE request_id = " + std::to_string(id));
  store::test::execute(url, quietly + "videos SET name = 'new name' WHERE video_id = " + std::to_string(video));
  const auto told = [&](const char* key, const json& value) {
    return [=](const Seen& event) { return event.data.value(key, json()) == value; };
  };
  EXPECT_TRUE(stream.sees(told("priority", 5), std::chrono::seconds(25)));
  EXPECT_TRUE(stream.sees(told("name", "new name")));
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(stream.ends());
}

TEST_F(EventsTest, end_with_the_credentials) {
  const auto token = [&] { return post(ada, "/api/v1/auth/tokens", {{"name", "script"}}).json(); };
  const json removed = token(), expired = token();
  const service::Tokens other = log_in(ada);
  Listening of_removed(port(), removed["secret"]), of_expired(port(), expired["secret"]);
  EXPECT_TRUE(of_removed.sees("video", video, "ready"));
  EXPECT_TRUE(of_expired.sees("video", video, "ready"));
  send({.method = "DELETE", .path = "/api/v1/auth/tokens/" + removed["token"]["id"].dump(), .token = ada.token});
  EXPECT_TRUE(of_removed.ends());
  Listening of_other(port(), other.access), own(port(), ada.token);
  EXPECT_TRUE(of_other.sees("video", video, "ready"));
  EXPECT_TRUE(own.sees("video", video, "ready"));
  send({.method = "PUT",
        .path = "/api/v1/auth/password",
        .token = ada.token,
        .body = {{"old_password", ada.password}, {"new_password", "another horse of ada"}}});
  EXPECT_TRUE(of_other.ends());
  store::test::execute(url, "UPDATE api_tokens SET expires_at = now() - interval '1 minute'");
  EXPECT_TRUE(of_expired.ends(std::chrono::seconds(25)));
  const auto id = request(ada, video);
  EXPECT_TRUE(own.sees("request", id, "queued")) << "the session that changed the password goes on";
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(own.ends());
}

TEST_F(EventsTest, fit_into_a_stream_however_large_what_they_are_of) {
  service::NewRequest large{.user = ada.id, .video = video, .pipeline_name = std::string(100'000, '\x01')};
  large.pipeline_yaml = "reel: 1";
  large.for_workers = true;
  for (int i = 0; i < 1000; ++i) large.stages.push_back(std::string(200, 'a') + std::to_string(i));
  service::RequestId last = 0;
  for (int i = 0; i < 40; ++i) last = store->requests().create(large).id;
  Listening stream(port(), ada.token);
  EXPECT_TRUE(stream.sees("request", last, "queued"));
  EXPECT_TRUE(stream.sees("video", video, "ready"));
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(stream.ends());
}

TEST_F(EventsTest, of_one_request_begin_with_it_even_if_it_has_ended) {
  const auto id = request(ada, video);
  post(ada, "/api/v1/requests/" + std::to_string(id) + "/cancel");
  Listening stream(port(), ada.token, "?request=" + std::to_string(id));
  EXPECT_TRUE(stream.sees("request", id, "cancelled"));
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(stream.ends());
}

TEST_F(EventsTest, nobody_hears_of_others) {
  Listening stream(port(), eve.token);
  const auto id = request(ada, video);
  const auto own = request(eve, ready_video(eve));
  EXPECT_TRUE(stream.sees("request", own, "queued"));
  for (const Seen& event : stream.seen()) EXPECT_FALSE(event.name == "request" && event.data["id"] == id);
  post(eve, "/api/v1/auth/logout");
  EXPECT_TRUE(stream.ends());
}

TEST_F(EventsTest, one_that_comes_back_misses_nothing) {
  const auto id = request(ada, video);
  const service::Tokens other = log_in(ada);
  std::string last;
  {
    Listening stream(port(), other.access);
    EXPECT_TRUE(stream.sees("request", id, "queued"));
    EXPECT_TRUE(stream.sees("video", video, "ready"));
    last = stream.seen().back().id;
    send({.method = "POST", .path = "/api/v1/auth/logout", .token = other.access});
    EXPECT_TRUE(stream.ends());
  }
  post(ada, "/api/v1/requests/" + std::to_string(id) + "/cancel");
  Listening stream(port(), ada.token, "", last);
  EXPECT_TRUE(stream.sees("request", id, "cancelled"));
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(stream.ends());
}

TEST_F(EventsTest, can_be_of_one_request) {
  const auto watched = request(ada, video), other = request(ada, video);
  Listening stream(port(), ada.token, "?request=" + std::to_string(watched));
  EXPECT_TRUE(stream.sees("request", watched, "queued"));
  post(ada, "/api/v1/requests/" + std::to_string(other) + "/cancel");
  post(ada, "/api/v1/requests/" + std::to_string(watched) + "/cancel");
  EXPECT_TRUE(stream.sees("request", watched, "cancelled"));
  for (const Seen& event : stream.seen()) EXPECT_EQ(event.data["id"], watched);
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(stream.ends());
}

TEST_F(EventsTest, are_not_more_than_the_limit) {
  std::vector<std::unique_ptr<Listening>> streams;
  for (int i = 0; i < 3; ++i) {
    streams.push_back(std::make_unique<Listening>(port(), ada.token));
    EXPECT_TRUE(streams.back()->sees("video", video, "ready"));
  }
  EXPECT_EQ(get(ada, "/api/v1/events").code(), "too-many-streams");
  post(ada, "/api/v1/auth/logout", {{"everywhere", true}});
  for (const auto& stream : streams) EXPECT_TRUE(stream->ends());
}

TEST_F(EventsTest, a_busy_request_is_told_of_in_measure) {
  const auto id = request(ada, video);
  Listening stream(port(), ada.token);
  EXPECT_TRUE(stream.sees("request", id, "queued"));
  auto claim = store->queue().claim("test", std::chrono::minutes(1), 0);
  while (claim && claim->key.request != id) claim = store->queue().claim("test", std::chrono::minutes(1), 0);
  ASSERT_TRUE(claim);
  constexpr int changes = 300;
  for (int i = 1; i <= changes; ++i) {
    service::ProgressRecord progress;
    progress.frames = i;
    store->requests().record_progress(id, progress, {}, claim->key.attempt);
  }
  EXPECT_TRUE(stream.sees(
      [](const Seen& event) { return event.name == "request" && event.data["progress"]["frames"] == changes; }));
  EXPECT_LT(stream.seen().size(), std::size_t{changes / 2});
  post(ada, "/api/v1/auth/logout");
  EXPECT_TRUE(stream.ends());
}

}  // namespace
}  // namespace reel::api_test
