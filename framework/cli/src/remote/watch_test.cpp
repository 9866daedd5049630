#include "remote/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reel/base/error.hpp"
#include "remote/requests.hpp"
#include "remote/scripted_server.hpp"

namespace reel::cli::remote {
namespace {

using nlohmann::json;
using testing::ElementsAre;

std::string request(const std::string& state, int frames = 0, int id = 12) {
  return json{{"id", id}, {"state", state}, {"progress", {{"frames", frames}, {"fraction", nullptr}}}}.dump();
}
std::string event(const std::string& id, const std::string& data, const std::string& name = "request") {
  return "id: " + id + "\nevent: " + name + "\ndata: " + data + "\n\n";
}
Step asked(const std::string& state, int frames = 0) { return {json_answer(200, request(state, frames))}; }

std::vector<std::string> watched(const ScriptedServer& server) {
  Stop stop;
  Client client({server.origin(), "t"}, stop, std::chrono::seconds(2));
  std::vector<std::string> seen;
  watch(client, 12, [&seen](const json& r) {
    seen.push_back(r.at("state").get<std::string>() + std::to_string(r.at("progress").at("frames").get<int>()));
  });
  return seen;
}

TEST(Watch, follows_the_events_to_the_end) {
  ScriptedServer server({asked("queued"),
                         {stream_answer(": hello\n\n" + event("1", request("running", 5)) +
                                        event("2", request("failed", 9, 13)) + event("3", "{}", "video") +
                                        event("4", request("succeeded", 9)) + event("5", request("running", 1)))},
                         asked("running", 3)});
  const auto seen = watched(server);
  EXPECT_EQ(seen.front(), "queued0");
  EXPECT_EQ(seen.back(), "succeeded9");
  EXPECT_EQ(server.received()[1].target, "/api/v1/events?request=12");
  EXPECT_EQ(server.received()[1].headers.at("accept"), "text/event-stream");
  EXPECT_FALSE(server.received()[1].headers.contains("last-event-id"));
}

TEST(Watch, comes_back_with_the_last_id) {
  ScriptedServer server({asked("queued"),
                         {stream_answer(event("41", request("running", 5)))},
                         asked("running", 5),
                         asked("running", 6),
                         {stream_answer(event("42", request("running", 7)) + event("43", request("succeeded", 8)))},
                         asked("running", 6)});
  EXPECT_THAT(watched(server),
              ElementsAre("queued0", "running5", "running5", "running6", "running6", "running7", "succeeded8"));
  EXPECT_EQ(server.received()[4].headers.at("last-event-id"), "41");
}

TEST(Watch, an_end_before_the_stream_began_is_seen) {
  ScriptedServer server({asked("running"), {stream_answer(": nothing to say\n\n")}, asked("succeeded", 4)});
  EXPECT_THAT(watched(server), ElementsAre("running0", "succeeded4"));
}

TEST(Watch, asks_where_there_are_no_events) {
  const Step none{problem_answer(429, "too-many-streams", "too many")};
  ScriptedServer server({asked("queued"), none, asked("running", 1), none, asked("running", 2), none,
                         asked("running", 3), asked("cancelled", 4)});
  EXPECT_THAT(watched(server), ElementsAre("queued0", "running1", "running2", "running3", "cancelled4"));
}

TEST(Watch, a_server_that_comes_back_is_gone_on_with) {
  ScriptedServer server(
      {asked("queued"), {problem_answer(503, "unavailable", "restarting")}, {}, asked("succeeded", 4)});
  EXPECT_THAT(watched(server), ElementsAre("queued0", "succeeded4"));
}

TEST(Watch, one_that_stays_away_is_said) {
  ScriptedServer server({asked("queued")});
  EXPECT_THROW(watched(server), base::TransientError);
}

TEST(Watch, an_ended_session_is_said) {
  ScriptedServer server({asked("queued"),
                         {stream_answer(event("9", "{}", "end"))},
                         asked("queued"),
                         {problem_answer(401, "unauthenticated", "the token is not valid")}});
  EXPECT_THROW(watched(server), base::InputError);
}

TEST(Requests, are_read_as_the_api_writes_them) {
  const json full =
      json::parse(R"({"id":12,"video":7,"name":"tidy \u001b[2J","state":"failed","paused":true,"cancel_asked":false,
    "priority":3,"attempts":2,"retry_of":null,
    "progress":{"fraction":0.5,"frames":10,"position_seconds":1.5,"duration_seconds":3,"frames_per_second":20.5,"remaining_seconds":null},
    "stages":[{"id":"s","uses":"source","state":"done","frames":10,"fraction":1}],
    "error":{"code":"run-failed","message":"broke","stage":"s","line":5,"column":11},
    "created_at":"2025-03-01T12:00:00.125Z","started_at":null,"completed_at":null})");
  const service::Request r = request_of(full, "https://x");
  EXPECT_EQ(r.id, 12);
  EXPECT_EQ(r.video_url, "video:7");
  EXPECT_EQ(r.pipeline_name.find('\x1b'), std::string::npos);
  EXPECT_EQ(r.state, service::RequestState::failed);
  EXPECT_EQ(r.outcome.error_line, 5);
  EXPECT_EQ(r.stages.at(0).state, "done");
  EXPECT_EQ(r.started_at, "");
  const engine::Progress p = progress_of(full);
  EXPECT_EQ(p.position, std::chrono::milliseconds(1500));
  EXPECT_EQ(p.duration, std::chrono::seconds(3));
  EXPECT_FALSE(p.remaining);
  EXPECT_DOUBLE_EQ(p.fraction, 0.5);
}

TEST(Requests, what_is_none_is_said) {
  for (const char* const text :
       {"null", "[]", "{}", R"({"id":1})", R"({"id":"1","state":"queued"})", R"({"id":1,"state":"odd"})"})
    EXPECT_THROW(request_of(json::parse(text), "https://x"), base::RunError) << text;
  EXPECT_NO_THROW(
      request_of(json::parse(R"({"id":1,"state":"queued","progress":7,"stages":"x","error":[]})"), "https://x"));
}

TEST(RemoteJobs, lists_page_by_page) {
  const auto page = [](int from, int to, const char* next) {
    json items = json::array();
    for (int id = from; id > to; --id) items.push_back(json::parse(request("queued", 0, id)));
    return json_answer(200, json{{"items", items}, {"next_cursor", next == nullptr ? json() : json(next)}}.dump());
  };
  ScriptedServer server({{page(300, 200, "200")}, {page(200, 180, "180")}});
  Stop stop;
  Client client({server.origin(), "t"}, stop);
  service::RequestFilter filter;
  filter.limit = 120;
  filter.state = service::RequestState::queued;
  EXPECT_EQ(RemoteJobs(client).list(filter).size(), 120U);
  EXPECT_EQ(server.received()[0].target, "/api/v1/requests?limit=100&state=queued");
  EXPECT_EQ(server.received()[1].target, "/api/v1/requests?limit=20&state=queued&cursor=200");
}

}  // namespace
}  // namespace reel::cli::remote
