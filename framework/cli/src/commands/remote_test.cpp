/// The commands that speak to a server, from the command line to the last call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app.hpp"
#include "command.hpp"
#include "remote/scripted_server.hpp"
#include "remote/servers.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;
using remote::http;
using remote::json_answer;
using remote::problem_answer;
using remote::ScriptedServer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Ended {
  int code = 0;
  std::string out, error;
};

Ended reel(std::vector<std::string> words) {
  words.insert(words.begin(), "reel");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run(static_cast<int>(arguments.size()), arguments.data());
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

std::string request(const std::string& state, const json& more = json::object()) {
  json out{{"id", 12}, {"state", state}, {"name", "tidy"}};
  out.update(more);
  return out.dump();
}

class Commands : public testing::Test {
 protected:
  Commands() {
    setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1);
    setenv("REEL_PASSWORD", "correct horse", 1);
    unsetenv("REEL_TOKEN");
    unsetenv("REEL_SERVER");
    write("p.yaml", "reel: 1\nname: tidy\nstages:\n  - uses: blurr\n");
    write("clip.mp4", "bytes of a clip");
  }
  ~Commands() override {
    for (const char* const name : {"XDG_CONFIG_HOME", "REEL_PASSWORD", "REEL_TOKEN", "REEL_SERVER"}) unsetenv(name);
  }
  void log_in(const ScriptedServer& server, std::int64_t id = 5) {
    remote::ServerFile().keep({server.origin(), "ada@example.org", "rt_s3cret", id, false});
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_.path() / name) << text; }
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  tests::TemporaryFolder folder_;
};

constexpr const char* logged_in = R"({"user":{},"access_expires_in":900,"access_token":"acc3ss","refresh_token":"r"})";
constexpr const char* made_token = R"({"token":{"id":6,"name":"x"},"secret":"rt_n3w"})";

TEST_F(Commands, login_makes_a_token_and_keeps_it) {
  ScriptedServer server({{json_answer(200, logged_in)}, {json_answer(201, made_token)}, {http(204)}});
  const auto ended = reel({"login", "--server", server.origin() + "/", "--email", "ada@example.org"});
  EXPECT_EQ(ended.code, 0) << ended.error;
  EXPECT_THAT(ended.out + ended.error,
              AllOf(HasSubstr("logged in to " + server.origin() + " as ada@example.org"), Not(HasSubstr("rt_n3w")),
                    Not(HasSubstr("acc3ss")), Not(HasSubstr("horse"))));
  const auto known = remote::ServerFile().usual_server();
  ASSERT_TRUE(known);
  EXPECT_EQ(known->token, "rt_n3w");
  EXPECT_EQ(known->token_id, 6);
  const auto& calls = server.received();
  EXPECT_EQ(json::parse(calls[0].body),
            (json{{"email", "ada@example.org"}, {"password", "correct horse"}, {"deliver", "body"}}));
  EXPECT_FALSE(calls[0].headers.contains("authorization"));
  EXPECT_THAT(json::parse(calls[1].body).at("name").get<std::string>(), HasSubstr("reel on "));
  EXPECT_EQ(calls[1].headers.at("authorization"), "Bearer acc3ss");
  EXPECT_EQ(calls[2].target, "/api/v1/auth/logout") << "the session is not left open";
}

TEST_F(Commands, a_second_login_removes_the_first_token) {
  ScriptedServer server({{json_answer(200, logged_in)}, {json_answer(201, made_token)}, {http(204)}, {http(204)}});
  log_in(server);
  EXPECT_EQ(reel({"login"}).code, 0);
  EXPECT_EQ(server.received()[2].method + server.received()[2].target, "DELETE/api/v1/auth/tokens/5");
}

TEST_F(Commands, wrong_passwords_are_said_once_and_nowhere_repeated) {
  ScriptedServer server({{problem_answer(401, "wrong-credentials", "e-mail address or password is wrong")}});
  const auto ended = reel({"login", "--server", server.origin(), "--email", "ada@example.org"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.error, AllOf(HasSubstr("e-mail address or password is wrong"), Not(HasSubstr("horse"))));
  EXPECT_FALSE(remote::ServerFile().usual_server());
}

TEST_F(Commands, nothing_secret_goes_to_another_machine_by_plain_http) {
  const auto ended = reel({"login", "--server", "http://reel.example.org", "--email", "ada@example.org"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.error, HasSubstr("--plain-http"));
  setenv("REEL_TOKEN", "t", 1);
  EXPECT_EQ(reel({"cancel", "1", "--server", "http://reel.example.org"}).code, 2);
}

TEST_F(Commands, logout_removes_the_token_on_both_sides) {
  ScriptedServer server({{http(204)}});
  log_in(server);
  EXPECT_EQ(reel({"logout"}).code, 0);
  EXPECT_EQ(server.received()[0].method + server.received()[0].target, "DELETE/api/v1/auth/tokens/5");
  EXPECT_FALSE(remote::ServerFile().usual_server());
}

TEST_F(Commands, logout_takes_the_password_where_tokens_may_not_remove_themselves) {
  ScriptedServer server({{problem_answer(403, "forbidden", "an API token may not do this; log in")},
                         {json_answer(200, logged_in)},
                         {http(204)},
                         {http(204)}});
  log_in(server);
  EXPECT_EQ(reel({"logout"}).code, 0);
  EXPECT_EQ(server.received()[2].method + server.received()[2].headers.at("authorization"), "DELETEBearer acc3ss");
  EXPECT_FALSE(remote::ServerFile().usual_server());
}

TEST_F(Commands, without_a_login_it_is_said_how) {
  ScriptedServer server({});
  EXPECT_THAT(reel({"cancel", "1"}).error, HasSubstr("use --server URL, or set REEL_SERVER"));
  EXPECT_THAT(reel({"cancel", "1", "--server", server.origin()}).error,
              HasSubstr("`reel login --server " + server.origin() + "`"));
}

TEST_F(Commands, submit_uploads_waits_for_the_inspection_and_submits_once) {
  ScriptedServer server({{json_answer(200, R"({"valid":true,"diagnostics":[]})")},
                         {http(201, "", "Location: /api/v1/uploads/abc\r\nUpload-Offset: 0\r\n")},
                         {http(204, "", "Upload-Offset: 15\r\nReel-Video: 7\r\n")},
                         {json_answer(200, R"({"id":7,"state":"ready"})")},
                         {},  // the answer is lost
                         {json_answer(200, request("queued"))}});
  log_in(server);
  const auto ended =
      reel({"submit", file("p.yaml"), "--upload", "input=" + file("clip.mp4"), "--set", "radius=8", "--priority", "3"});
  EXPECT_EQ(ended.code, 0) << ended.error;
  EXPECT_EQ(ended.out, "job 12\n");
  const auto& calls = server.received();
  ASSERT_EQ(calls.size(), 6U);
  EXPECT_EQ(json::parse(calls[0].body).at("params"), (json{{"radius", "8"}}));
  EXPECT_EQ(calls[2].body, "bytes of a clip");
  const json body = json::parse(calls[5].body);
  EXPECT_EQ(body.at("params"), (json{{"input", "video:7"}, {"radius", "8"}}));
  EXPECT_EQ(body.at("priority"), 3);
  EXPECT_EQ(body.at("pipeline"), "reel: 1\nname: tidy\nstages:\n  - uses: blurr\n");
  EXPECT_EQ(calls[4].body, calls[5].body);
  EXPECT_EQ(calls[4].headers.at("idempotency-key").size(), 32U);
  EXPECT_EQ(calls[4].headers.at("idempotency-key"), calls[5].headers.at("idempotency-key"));
}

constexpr const char* faults =
    R"([{"severity":"error","code":"unknown-stage","message":"there is no stage 'blurr'","hint":"did you mean 'blur'?","line":4,"column":11,"length":5}])";

TEST_F(Commands, faults_are_shown_at_their_places_before_anything_is_uploaded) {
  ScriptedServer server(
      {{json_answer(200, std::string(R"({"valid":false,"diagnostics":)") + faults + "}")},
       {json_answer(422, std::string(R"({"code":"invalid-pipeline","detail":"the pipeline has 1 error","errors":)") +
                             faults + "}")}});
  log_in(server);
  const std::string shown = file("p.yaml") +
                            ":4:11: error: there is no stage 'blurr' [unknown-stage]\n"
                            "    4 |   - uses: blurr\n"
                            "      |           ^~~~~\n"
                            "      hint: did you mean 'blur'?\n";
  const auto early = reel({"submit", file("p.yaml"), "--upload", "input=" + file("clip.mp4")});
  EXPECT_EQ(early.code, 2);
  EXPECT_EQ(early.error, shown);
  const auto late = reel({"submit", file("p.yaml")});
  EXPECT_EQ(late.code, 2);
  EXPECT_EQ(late.error, shown);
  EXPECT_EQ(server.received().size(), 2U);
}

TEST_F(Commands, submit_and_wait_ends_with_the_results) {
  ScriptedServer server({{json_answer(201, request("queued"))},
                         {json_answer(200, request("succeeded"))},
                         {json_answer(200, R"({"frames":3})")},
                         {json_answer(200, R"({"items":[{"name":"out.mp4","bytes":5,"path":"/f/out.mp4"}]})")},
                         {http(200, "hello", "ETag: \"x\"\r\n")}});
  log_in(server);
  const auto ended = reel({"submit", file("p.yaml"), "-o", file("results"), "--progress", "json"});
  EXPECT_EQ(ended.code, 0) << ended.error;
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr(R"({"event":"job","id":12})"), HasSubstr(R"({"event":"done","report":{"frames":3}})"),
                    HasSubstr(R"({"event":"file","path":")" + file("results/out.mp4") + "\"}")));
  std::ifstream in(file("results/out.mp4"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "hello");
}

TEST_F(Commands, a_job_that_fails_ends_as_a_run_does) {
  const json error{
      {"error",
       {{"code", "run-failed"}, {"message", "the disk is full"}, {"stage", "blur"}, {"line", 4}, {"column", 5}}}};
  ScriptedServer server({{json_answer(201, request("queued"))},
                         {json_answer(200, request("failed", error))},
                         {json_answer(201, request("queued"))},
                         {json_answer(200, request("cancelled"))}});
  log_in(server);
  const auto failed = reel({"submit", file("p.yaml"), "--wait"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.error,
              AllOf(HasSubstr("p.yaml:4:5: error: the disk is full [run-failed]"), HasSubstr("reel logs 12")));
  const auto cancelled = reel({"submit", file("p.yaml"), "--wait"});
  EXPECT_EQ(cancelled.code, 130);
  EXPECT_THAT(cancelled.error, HasSubstr("job 12 was cancelled"));
}

TEST_F(Commands, jobs_and_logs_of_a_server_look_like_local_ones) {
  ScriptedServer server(
      {{json_answer(200, R"({"items":[)" + request("running", {{"paused", true}, {"created_at", "T"}}) +
                             R"(],"next_cursor":null})")},
       {json_answer(200, request("succeeded"))},
       {json_answer(200, R"({"items":[{"name":"out.mp4","bytes":5,"path":"/f"}]})")},
       {json_answer(200, request("running"))},
       {json_answer(
           200,
           R"({"items":[{"level":"info","stage":"blur","message":"one\u001b","timestamp":"T1"}],"next_cursor":"1"})")},
       {json_answer(200, request("succeeded"))},
       {json_answer(200, R"({"items":[]})")},
       {json_answer(
           200, R"({"items":[{"level":"error","stage":null,"message":"two","timestamp":"T2"}],"next_cursor":"2"})")}});
  log_in(server);
  EXPECT_EQ(reel({"jobs", "--server", server.origin()}).out,
            "job  state              created  pipeline  result\n12   running, paused    T        tidy\n");
  EXPECT_THAT(reel({"jobs", "12", "--server", server.origin()}).out,
              AllOf(HasSubstr("job 12\n"), HasSubstr("made      out.mp4")));
  EXPECT_EQ(reel({"logs", "12", "--follow", "--server", server.origin()}).out,
            "T1  info  blur: one\\x1b\nT2  error  two\n");
  EXPECT_EQ(server.received()[4].target, "/api/v1/requests/12/logs?limit=1000");
  EXPECT_EQ(server.received()[7].target, "/api/v1/requests/12/logs?limit=1000&cursor=1");
}

TEST_F(Commands, orders_say_how_the_job_is_now) {
  ScriptedServer server({{json_answer(200, request("running", {{"cancel_asked", true}}))},
                         {json_answer(201, R"({"id":13,"state":"queued","retry_of":12})")},
                         {problem_answer(409, "request-final", "the request has ended")}});
  log_in(server);
  EXPECT_EQ(reel({"cancel", "12"}).out, "job 12: running, being cancelled\n");
  EXPECT_EQ(reel({"retry", "12"}).out, "job 13 does job 12 again: queued\n");
  const auto ended = reel({"pause", "12"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.error, HasSubstr("the request has ended"));
  EXPECT_EQ(server.received()[0].method + server.received()[0].target, "POST/api/v1/requests/12/cancel");
  EXPECT_EQ(server.received()[1].target, "/api/v1/requests/12/retry");
}

TEST_F(Commands, fetch_says_why_there_is_nothing) {
  ScriptedServer server({{json_answer(200, request("running"))},
                         {json_answer(200, request("failed"))},
                         {json_answer(200, request("succeeded"))},
                         {json_answer(200, R"({"items":[]})")}});
  log_in(server);
  EXPECT_THAT(reel({"fetch", "12"}).error, HasSubstr("has not ended: it is running"));
  EXPECT_THAT(reel({"fetch", "12"}).error, HasSubstr("has made nothing: it failed"));
  EXPECT_THAT(reel({"fetch", "12"}).error, HasSubstr("has no results any more"));
}

TEST_F(Commands, the_environment_goes_before_the_file) {
  ScriptedServer server({{json_answer(200, request("cancelled"))}});
  remote::ServerFile().keep({"https://other.example.org", "a@b", "rt_other", 1, false});
  setenv("REEL_SERVER", server.origin().c_str(), 1);
  setenv("REEL_TOKEN", "rt_environment", 1);
  EXPECT_EQ(reel({"cancel", "12"}).code, 0);
  EXPECT_EQ(server.received()[0].headers.at("authorization"), "Bearer rt_environment");
}

}  // namespace
}  // namespace reel::cli
