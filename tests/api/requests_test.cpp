/// Pipelines: checked, submitted, steered, fetched.
#include <gmock/gmock.h>

#include <fstream>

#include "world.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class RequestsTest : public ApiTest {
 protected:
  std::string path(service::RequestId id, const std::string& rest = {}) {
    return "/api/v1/requests/" + std::to_string(id) + rest;
  }
  Answer submit(const json& body, const std::string& key = {}) {
    Call call{.method = "POST", .path = "/api/v1/requests", .token = ada.token, .body = body};
    if (!key.empty()) call.headers.emplace_back("Idempotency-Key", key);
    return send(call);
  }

  Person ada = person("ada");
  service::VideoId video = ready_video(ada);
};

TEST_F(RequestsTest, go_from_submission_to_artifact) {
  const Answer made = submit(blur_pipeline(video));
  ASSERT_EQ(made.status, 201) << made.body;
  const service::RequestId id = made.json()["id"];
  EXPECT_EQ(made.header("location"), path(id));
  EXPECT_EQ(made.json()["video"], video);
  EXPECT_EQ(made.json()["name"], "softer");
  EXPECT_EQ(made.json()["stages"].size(), 3U);
  EXPECT_EQ(get(ada, path(id, "/report")).status, 404);

  const auto claim = store->queue().claim("test", std::chrono::minutes(1), 0);
  // The inspection of the video stands before it in the queue, or it is gone.
  const auto key =
      claim->key.request == id ? claim->key : store->queue().claim("test", std::chrono::minutes(1), 0)->key;
  ASSERT_EQ(key.request, id);
  service::ProgressRecord progress;
  progress.fraction = 0.25;
  progress.frames = 50;
  store->requests().record_progress(id, progress, {{"blur", "blur", "running", 50, 0.25}}, key.attempt);
  store->requests().append_logs(id,
                                {{.level = base::Level::warning, .stage = "blur", .message = "slow", .sequence = 1}});
  const json running = get(ada, path(id)).json();
  EXPECT_EQ(running["state"], "running");
  EXPECT_EQ(running["progress"]["fraction"], 0.25);

  std::filesystem::create_directories(files.results({id, 1}));
  std::ofstream(files.results({id, 1}) / "softer.mp4") << "a film";
  service::Outcome outcome;
  outcome.artifacts = {service::MediaFiles::artifact_uri({id, 1}, "softer.mp4")};
  outcome.report_json = R"({"frames": 250})";
  ASSERT_TRUE(store->requests().finish(id, outcome, key.attempt));
  EXPECT_EQ(get(ada, path(id)).json()["state"], "succeeded");
  const json artifacts = get(ada, path(id, "/artifacts")).json()["items"];
  ASSERT_EQ(artifacts.size(), 1U);
  EXPECT_EQ(artifacts[0]["bytes"], 6);
  EXPECT_EQ(get(ada, artifacts[0]["path"]).body, "a film");
  EXPECT_EQ(get(ada, path(id, "/artifacts/other.mp4")).status, 404);
  EXPECT_EQ(get(ada, path(id, "/report")).json()["frames"], 250);
  EXPECT_THAT(get(ada, path(id, "/graph")).body, HasSubstr("digraph"));
  EXPECT_THAT(get(ada, path(id, "/logs?format=text")).body, HasSubstr(" warning blur: slow\n"));
  const json logs = get(ada, path(id, "/logs")).json();
  EXPECT_EQ(logs["items"][0]["message"], "slow");
  EXPECT_TRUE(get(ada, path(id, "/logs?cursor=" + logs["next_cursor"].get<std::string>())).json()["items"].empty());
}

TEST_F(RequestsTest, faults_of_a_pipeline_have_their_places) {
  json body = blur_pipeline(video);
  body["pipeline"] = "reel: 1\nname: x\nstages:\n  - uses: source\n    with: { uri: video:" + std::to_string(video) +
                     " }\n  - uses: blurr\n  - uses: sink\n    with: { uri: out.mp4 }\n";
  body.erase("params");
  const Answer refused = submit(body);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.code(), "invalid-pipeline");
  const json fault = refused.json()["errors"][0];
  EXPECT_EQ(fault["line"], 6);
  EXPECT_THAT(fault["hint"], HasSubstr("blur"));
  const json checked = send({.method = "POST",
                             .path = "/api/v1/pipelines/check",
                             .token = ada.token,
                             .body = {{"pipeline", body["pipeline"]}}})
                           .json();
  EXPECT_EQ(checked["valid"], false);
  EXPECT_EQ(checked["diagnostics"][0], fault);
}

TEST_F(RequestsTest, name_neither_files_of_the_server_nor_videos_of_others) {
  const Person eve = person("eve");
  const auto hers = ready_video(eve);
  for (const std::string& uri :
       {std::string("/etc/passwd"), std::string("file:///etc/passwd"), std::string("https://example.org/a.mp4"),
        "video:" + std::to_string(hers), std::string("video:999999")}) {
    json body = blur_pipeline(video);
    body["params"]["input"] = uri;
    EXPECT_EQ(submit(body).code(), "invalid-pipeline") << uri;
  }
  for (const char* const target : {"/tmp/out.mp4", "../out.mp4", "file:///tmp/out.mp4"}) {
    json body = blur_pipeline(video);
    std::string text = body["pipeline"];
    text.replace(text.find("softer.mp4"), 10, target);
    body["pipeline"] = text;
    EXPECT_EQ(submit(body).code(), "invalid-pipeline") << target;
  }
  json foreign = blur_pipeline(video);
  std::string text = foreign["pipeline"];
  text.replace(text.find("uses: blur"), 10, "uses: gst/videoflip");
  text.replace(text.find("    with: { radius: 8 }\n"), 24, "");
  foreign["pipeline"] = text;
  EXPECT_EQ(submit(foreign).code(), "invalid-pipeline");
}

TEST_F(RequestsTest, keep_every_video_that_they_read) {
  const auto other = ready_video(ada);
  json body = blur_pipeline(video);
  body["video"] = other;
  ASSERT_EQ(submit(body).status, 201);
  for (const auto used : {video, other}) {
    const std::string path = "/api/v1/videos/" + std::to_string(used);
    EXPECT_EQ(send({.method = "DELETE", .path = path, .token = ada.token}).code(), "video-in-use");
  }
}

TEST_F(RequestsTest, are_refused_where_the_storage_is_full) {
  service::Quota quota;
  quota.storage_bytes = 1;
  store->accounts().set_quota(ada.id, quota);
  EXPECT_EQ(submit(blur_pipeline(video)).code(), "quota-exceeded");
}

TEST_F(RequestsTest, wait_for_their_video) {
  store->videos().add_upload({.id = std::string(32, 'a'), .user = ada.id, .length = 1, .name = "x"},
                             std::chrono::hours(1));
  const auto fresh = store->videos().complete_upload(std::string(32, 'a'), "e");
  EXPECT_EQ(submit(blur_pipeline(fresh)).code(), "video-not-ready");
}

TEST_F(RequestsTest, the_same_key_is_the_same_request) {
  const Answer first = submit(blur_pipeline(video), "key-1");
  const Answer again = submit(blur_pipeline(video), "key-1");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(first.json()["id"], again.json()["id"]);
  json other = blur_pipeline(video);
  other["priority"] = 3;
  EXPECT_EQ(submit(other, "key-1").code(), "idempotency-key-reused");
  EXPECT_EQ(submit(blur_pipeline(video), std::string(300, 'k')).status, 400);
}

TEST_F(RequestsTest, are_paused_resumed_cancelled_and_done_again) {
  const auto id = request(ada, video);
  EXPECT_EQ(post(ada, path(id, "/retry")).code(), "request-active");
  EXPECT_EQ(post(ada, path(id, "/pause")).json()["paused"], true);
  EXPECT_EQ(post(ada, path(id, "/resume")).json()["paused"], false);
  EXPECT_EQ(post(ada, path(id, "/cancel")).json()["state"], "cancelled");
  EXPECT_EQ(post(ada, path(id, "/cancel")).code(), "request-final");
  EXPECT_EQ(post(ada, path(id, "/pause")).code(), "request-final");
  const Answer again = post(ada, path(id, "/retry"));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.json()["retry_of"], id);
  EXPECT_EQ(again.json()["pipeline"], blur_pipeline(video)["pipeline"]);
}

TEST_F(RequestsTest, are_listed_by_state_in_pages) {
  for (int i = 0; i < 3; ++i) request(ada, video);
  const auto cancelled = request(ada, video);
  post(ada, path(cancelled, "/cancel"));
  EXPECT_EQ(get(ada, "/api/v1/requests?state=cancelled").json()["items"].size(), 1U);
  const json page = get(ada, "/api/v1/requests?state=queued&limit=2").json();
  EXPECT_EQ(page["items"].size(), 2U);
  const json next =
      get(ada, "/api/v1/requests?state=queued&limit=2&cursor=" + page["next_cursor"].get<std::string>()).json();
  EXPECT_EQ(next["items"].size(), 1U);
  EXPECT_TRUE(next["next_cursor"].is_null());
}

TEST_F(RequestsTest, a_page_that_is_full_may_be_the_last) {
  for (int i = 0; i < 2; ++i) request(ada, video);
  for (const char* const list : {"/api/v1/requests?limit=2", "/api/v1/videos?limit=1"}) {
    const json page = get(ada, list).json();
    EXPECT_EQ(page["items"].size(), list == std::string("/api/v1/videos?limit=1") ? 1U : 2U);
    EXPECT_TRUE(page["next_cursor"].is_null()) << list;
  }
  const json page = get(ada, "/api/v1/requests?limit=1").json();
  EXPECT_EQ(page["next_cursor"], page["items"][0]["id"].dump());
}

TEST_F(RequestsTest, done_again_are_about_the_same_video) {
  json body = blur_pipeline(video);
  const auto about = ready_video(ada);
  body["video"] = about;
  const Answer made = submit(body);
  ASSERT_EQ(made.json()["video"], about);
  const auto id = made.json()["id"].get<service::RequestId>();
  post(ada, path(id, "/cancel"));
  EXPECT_EQ(post(ada, path(id, "/retry")).json()["video"], about);
}

TEST_F(RequestsTest, have_limits) {
  service::Config small = config();
  small.limits.active_jobs = 1;
  restart(small);
  EXPECT_EQ(submit(blur_pipeline(video), "first").status, 201);
  EXPECT_EQ(submit(blur_pipeline(video), "first").status, 200);
  const Answer refused = submit(blur_pipeline(video));
  EXPECT_EQ(refused.code(), "too-many-jobs");
  EXPECT_NE(refused.header("retry-after"), "");
}

TEST_F(RequestsTest, keep_their_video) {
  const auto id = request(ada, video);
  const Call remove{.method = "DELETE", .path = "/api/v1/videos/" + std::to_string(video), .token = ada.token};
  EXPECT_EQ(send(remove).code(), "video-in-use");
  post(ada, path(id, "/cancel"));
  EXPECT_EQ(send(remove).status, 204);
}

TEST_F(RequestsTest, bodies_are_read_strictly) {
  json body = blur_pipeline(video);
  body["prioritty"] = 1;
  const Answer refused = submit(body);
  EXPECT_EQ(refused.code(), "invalid-body");
  EXPECT_EQ(refused.json()["errors"][0]["pointer"], "/prioritty");
  EXPECT_EQ(refused.json()["errors"][0]["hint"], "did you mean 'priority'?");
  const auto raw = [&](const std::string& bytes, const std::string& type) {
    return send({.method = "POST",
                 .path = "/api/v1/requests",
                 .token = ada.token,
                 .headers = {{"Content-Type", type}},
                 .bytes = bytes});
  };
  EXPECT_EQ(raw("{", "application/json").code(), "invalid-body");
  EXPECT_EQ(raw("{}", "text/plain").status, 415);
  EXPECT_EQ(raw(std::string(100'000, '['), "application/json").code(), "invalid-body");
  EXPECT_EQ(raw(std::string(2'000'000, ' '), "application/json").status, 413);
  EXPECT_EQ(get(ada, "/api/v1/requests?limti=3").code(), "invalid-parameter");
  EXPECT_EQ(get(ada, "/api/v1/requests?limit=0").code(), "invalid-parameter");
  EXPECT_EQ(get(ada, "/api/v1/requests/abc").status, 404);
  EXPECT_EQ(get(ada, "/api/v1/requests/99999999999999").status, 404);
}

TEST_F(RequestsTest, stages_plugins_and_schema_can_be_read) {
  const json stages = get(ada, "/api/v1/stages").json()["items"];
  EXPECT_GT(stages.size(), 10U);
  EXPECT_EQ(get(ada, "/api/v1/stages/reel/blur").json()["name"], "blur");
  EXPECT_EQ(get(ada, "/api/v1/stages/reel/nothing").status, 404);
  EXPECT_FALSE(get(ada, "/api/v1/plugins").json()["items"].empty());
  EXPECT_TRUE(get(ada, "/api/v1/schema").json().contains("$schema"));
}

}  // namespace
}  // namespace reel::api_test
