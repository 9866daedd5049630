#include "remote/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "reel/base/error.hpp"
#include "remote/problem.hpp"
#include "remote/scripted_server.hpp"

namespace reel::cli::remote {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Said {
  std::string what, hint, kind;
};

/// What `step` throws.
template <class F>
Said said(F step) {
  try {
    step();
  } catch (const base::InputError& e) {
    return {e.what(), e.hint(), "input"};
  } catch (const base::TransientError& e) {
    return {e.what(), e.hint(), "transient"};
  } catch (const base::Interrupted& e) {
    return {e.what(), e.hint(), "interrupted"};
  } catch (const base::Error& e) {
    return {e.what(), e.hint(), "run"};
  }
  return {};
}

Said said_to(const std::string& answer, int times = 1) {
  ScriptedServer server(std::vector<Step>(static_cast<std::size_t>(times), Step{answer}));
  Stop stop;
  Client client({server.origin(), "t0ken"}, stop, std::chrono::milliseconds(0));
  return said([&] { client.get("/api/v1/requests/1"); });
}

TEST(Client, sends_the_token_and_reads_json) {
  ScriptedServer server({{json_answer(200, R"({"a":[1,2]})")}, {json_answer(201, R"({"b":1})")}, {http(204)}});
  Stop stop;
  Client client({server.origin(), "t0ken"}, stop);
  EXPECT_EQ(client.get("/one?x=y").at("a").size(), 2U);
  EXPECT_EQ(client.post({.target = "/two"}, {{"name", "\xff"}}).at("b"), 1);
  EXPECT_TRUE(client.post({.target = "/three"}, nullptr).is_null());

  const auto& calls = server.received();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].method + " " + calls[0].target, "GET /one?x=y");
  EXPECT_EQ(calls[0].headers.at("authorization"), "Bearer t0ken");
  EXPECT_THAT(calls[0].headers.at("user-agent"), HasSubstr("reel/"));
  EXPECT_FALSE(calls[0].headers.contains("content-type"));
  EXPECT_EQ(calls[1].headers.at("content-type"), "application/json");
  EXPECT_EQ(calls[1].body, "{\"name\":\"\xEF\xBF\xBD\"}");
  EXPECT_EQ(calls[2].method + " " + calls[2].body, "POST ");
  EXPECT_EQ(calls[2].headers.at("content-length"), "0");
  EXPECT_FALSE(calls[2].headers.contains("content-type"));
}

TEST(Client, each_refusal_is_one_sentence_and_a_hint) {
  const auto unauthenticated = said_to(problem_answer(401, "unauthenticated", "the token is not valid"));
  EXPECT_THAT(unauthenticated.what, HasSubstr("the token is not valid"));
  EXPECT_THAT(unauthenticated.hint, HasSubstr("reel login --server http://127.0.0.1"));
  EXPECT_EQ(unauthenticated.kind, "input");
  for (const int status : {403, 404, 409, 413, 422})
    EXPECT_EQ(said_to(problem_answer(status, "code", "why")).kind, "input") << status;
  EXPECT_THAT(said_to(problem_answer(413, "too-large", "the file is too large")).what,
              HasSubstr("the file is too large"));
  const auto fault = said_to(problem_answer(500, "internal", "the server has a fault"));
  EXPECT_EQ(fault.kind, "transient");
  EXPECT_THAT(fault.what, HasSubstr("(call c0ffee)")) << "to be found in the server's log";
  const auto full = said_to(problem_answer(429, "too-many-jobs", "too many jobs", "Retry-After: 3600\r\n"));
  EXPECT_EQ(full.kind, "transient");
  EXPECT_THAT(full.hint, HasSubstr("try again in 1 h"));
}

TEST(Client, the_token_is_in_no_message) {
  for (const int status : {301, 400, 401, 403, 404, 429, 500, 503}) {
    const auto s = said_to(http(status, "t0ken? no", "Location: https://elsewhere\r\n"));
    EXPECT_THAT(s.what + s.hint, Not(HasSubstr("t0ken"))) << status;
    EXPECT_FALSE(s.what.empty());
  }
}

TEST(Client, faults_are_told_once) {
  const auto s = said_to(json_answer(400, R"({"code":"invalid-body","detail":"/name: expected a text",
    "errors":[{"code":"type","message":"expected a text","pointer":"/name"},{"code":"type","message":"expected a number","pointer":"/x"}]})"));
  EXPECT_THAT(s.what, HasSubstr(": /name: expected a text; /x: expected a number"));
}

TEST(Client, what_is_no_reelwork_server_is_said) {
  EXPECT_THAT(said_to(http(404, "<html>")).what, HasSubstr("does not answer as a Reelwork server does"));
  EXPECT_THAT(said_to(http(200, "<html>")).what, HasSubstr("does not answer as a Reelwork server does"));
  EXPECT_THAT(said_to(http(302, "", "Location: https://other.example.org/\r\n")).what,
              HasSubstr("https://other.example.org/"));
  EXPECT_THAT(said_to("SSH-2.0-OpenSSH_9.2\r\n").what, HasSubstr("does not speak HTTP"));
}

TEST(Client, without_a_server_it_ends_at_once) {
  std::string origin;
  {
    ScriptedServer gone({});
    origin = gone.origin();
  }
  Stop stop;
  Client client({origin, ""}, stop, std::chrono::hours(1));
  const auto s = said([&] { client.get("/"); });
  EXPECT_THAT(s.what, HasSubstr("no connection to " + origin));
  EXPECT_EQ(s.kind, "transient");
}

TEST(Client, plain_http_behind_https_is_said) {
  ScriptedServer server({{.answer = http(400), .speaks_http = false}});
  Stop stop;
  Client client({"https" + server.origin().substr(4), ""}, stop, std::chrono::hours(1));
  EXPECT_THAT(said([&] { client.get("/"); }).what, HasSubstr("no TLS connection to https://127.0.0.1"));
}

TEST(Client, lost_answers_are_asked_for_again_if_that_is_harmless) {
  ScriptedServer server({{}, {problem_answer(503, "unavailable", "starting")}, {json_answer(200, "{}")}});
  Stop stop;
  Client client({server.origin(), ""}, stop);
  EXPECT_TRUE(client.get("/x").is_object());
  EXPECT_EQ(server.received().size(), 3U);
}

TEST(Client, what_is_not_harmless_is_done_once) {
  for (const std::string& answer : {std::string(), problem_answer(503, "unavailable", "no")}) {
    ScriptedServer server({{answer}, {json_answer(200, "{}")}});
    Stop stop;
    Client client({server.origin(), ""}, stop);
    EXPECT_EQ(said([&] { client.post({.target = "/x", .repeatable = false}, nullptr); }).kind, "transient");
    EXPECT_EQ(server.received().size(), 1U);
  }
}

TEST(Client, waits_as_long_as_the_server_asks_for_and_no_more_than_a_few_times) {
  const std::string full = problem_answer(429, "rate-limited", "too many calls", "Retry-After: 0\r\n");
  Stop stop;
  {
    ScriptedServer server({{full}, {full}, {json_answer(201, "{}")}});
    Client client({server.origin(), ""}, stop);
    EXPECT_TRUE(client.post({.target = "/x", .repeatable = false}, nullptr).is_object())
        << "a refused call was not done";
  }
  ScriptedServer server(std::vector<Step>(9, Step{full}));
  Client client({server.origin(), ""}, stop);
  EXPECT_EQ(said([&] { client.get("/x"); }).kind, "transient");
  EXPECT_EQ(server.received().size(), 4U);
}

TEST(Client, a_stop_ends_a_call_that_hangs) {
  ScriptedServer server({{.made = [](const Received&) {
    std::this_thread::sleep_for(std::chrono::seconds(3));
    return std::string();
  }}});
  Stop stop;
  Client client({server.origin(), ""}, stop);
  std::thread other([&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.ask();
  });
  EXPECT_EQ(said([&] { client.get("/x"); }).kind, "interrupted");
  EXPECT_EQ(said([&] { client.get("/x"); }).kind, "interrupted") << "and it stays so";
  other.join();
}

}  // namespace
}  // namespace reel::cli::remote
