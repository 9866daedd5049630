/// The API without a database.
#include "reel/http/api.hpp"

#include <gmock/gmock.h>

#include "reel/base/error.hpp"
#include "socket_test.hpp"

namespace reel::http {
namespace {

using test::Client;
using test::get;
using test::post;

class Silent : public service::Listener {
 public:
  std::vector<service::Notice> wait(std::chrono::milliseconds patience) override {
    std::this_thread::sleep_for(patience);
    return {};
  }
};

/// One that fails in a way that nobody expects.
class Failing : public service::Listener {
 public:
  std::vector<service::Notice> wait(std::chrono::milliseconds /*patience*/) override {
    throw std::runtime_error("the listener has a fault");
  }
};

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() { config.state_folder = folder.path(); }

  void start() {
    api.emplace(ApiOptions{config, [this]() -> std::unique_ptr<service::Store> { return no_store(); },
                           [this] { return listener(); }, keys, checker});
    Options options;
    options.cors_origins = config.server.cors_origins;
    running.emplace(api->router(), std::move(options));
  }
  std::function<std::unique_ptr<service::Listener>()> listener = [] { return std::make_unique<Silent>(); };
  std::unique_ptr<service::Store> no_store() {
    ++borrowed;
    throw base::RunError("there is no database");
  }
  service::Config& rates(int calls) {
    config.limits.requests_per_minute = calls;
    return config;
  }
  test::Answer ask(const std::string& request) { return Client(running->port()).ask(request); }

  test::TemporaryFolder folder;
  service::Config config;
  service::Keys keys{service::Key{}};
  service::PipelineChecker checker{service::RunnerSetup{}};
  std::atomic<int> borrowed = 0;
  std::optional<Api> api;
  std::optional<test::Running> running;
};

TEST_F(ApiTest, lives_without_a_database) {
  start();
  EXPECT_EQ(ask(get("/healthz")).status, 200);
  EXPECT_EQ(ask(get("/openapi.json")).status, 200);
  EXPECT_EQ(borrowed, 0);
}

TEST_F(ApiTest, is_not_ready_without_a_database) {
  start();
  const auto answer = ask(get("/readyz"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.count("Retry-After"), 1U);
}

TEST_F(ApiTest, counts_anonymous_calls_before_it_works_for_them) {
  rates(3);
  start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(get("/openapi.json")).status, 200);
  EXPECT_EQ(ask(get("/openapi.yaml")).status, 429);
  EXPECT_EQ(ask(get("/readyz")).status, 429);
  EXPECT_EQ(ask(get("/api/v1/videos", "Authorization: Bearer reel_made_up\r\n")).status, 429);
  EXPECT_EQ(borrowed, 0) << "none of this asks the database";
  EXPECT_EQ(ask(get("/healthz")).status, 200) << "who looks after the server may look often";
}

TEST_F(ApiTest, the_scheme_of_a_token_has_no_case) {
  start();
  EXPECT_EQ(ask(get("/api/v1/videos", "Authorization: bearer made.up.token\r\n")).body.find("is not `Bearer"),
            std::string::npos);
  EXPECT_NE(ask(get("/api/v1/videos", "Authorization: Basic YTpi\r\n")).body.find("is not `Bearer"), std::string::npos);
}

TEST_F(ApiTest, problems_name_their_call) {
  start();
  for (const char* const path : {"/nothing", "/api/v1/videos", "/healthz?a=b"}) {
    const auto answer = ask(get(path));
    const std::string id(answer.headers.get("X-Request-Id"));
    EXPECT_EQ(nlohmann::json::parse(answer.body)["instance"], "urn:reelwork:call:" + id) << answer.body;
  }
}

TEST_F(ApiTest, pages_of_listed_origins_may_call_without_cookies) {
  config.server.cors_origins = {"https://app.example.org"};
  start();
  const std::string app = "Origin: https://app.example.org\r\n", other = "Origin: https://evil.example\r\n";
  const std::string preflight =
      "OPTIONS /api/v1/requests HTTP/1.1\r\nHost: localhost\r\nAccess-Control-Request-Method: POST\r\n";
  const auto asked = ask(preflight + app + "\r\n");
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.headers.get("Access-Control-Allow-Origin"), "https://app.example.org");
  EXPECT_NE(asked.headers.get("Access-Control-Allow-Headers").find("Authorization"), std::string::npos);
  EXPECT_NE(asked.headers.get("Access-Control-Allow-Methods").find("POST"), std::string::npos);
  EXPECT_EQ(ask(preflight + other + "\r\n").headers.count("Access-Control-Allow-Origin"), 0U);
  const auto called = ask(get("/healthz", app));
  EXPECT_EQ(called.headers.get("Access-Control-Allow-Origin"), "https://app.example.org");
  EXPECT_EQ(called.headers.count("Access-Control-Allow-Credentials"), 0U);
  EXPECT_EQ(called.headers.get("Vary"), "Origin");
  const std::string body = R"({"refresh_token": "x"})", json = "Content-Type: application/json\r\n";
  EXPECT_NE(ask(post("/api/v1/auth/refresh", body, json + app)).status, 403);
  EXPECT_EQ(ask(post("/api/v1/auth/refresh", body, json + other)).status, 403);
  EXPECT_EQ(ask(post("/api/v1/auth/refresh", body, json + app + "Cookie: reel_refresh=x\r\n")).status, 403);
}

TEST_F(ApiTest, nobody_is_let_in_from_elsewhere_unless_told) {
  start();
  const auto answer = ask(get("/healthz", "Origin: https://app.example.org\r\n"));
  EXPECT_EQ(answer.headers.count("Access-Control-Allow-Origin"), 0U);
  EXPECT_EQ(answer.headers.count("Vary"), 0U);
}

TEST_F(ApiTest, outlives_faults_of_what_listens) {
  std::atomic<int> opened = 0;
  listener = [&]() -> std::unique_ptr<service::Listener> {
    if (++opened == 1) throw std::runtime_error("no listener");
    return std::make_unique<Failing>();
  };
  start();
  EXPECT_TRUE(test::eventually([&] { return opened >= 2; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(ask(get("/healthz")).status, 200);
}

}  // namespace
}  // namespace reel::http
