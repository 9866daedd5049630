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

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() { config.state_folder = folder.path(); }

  void start() {
    api.emplace(ApiOptions{config, [this]() -> std::unique_ptr<service::Store> { return no_store(); },
                           [] { return std::make_unique<Silent>(); }, keys, checker});
    running.emplace(api->router());
  }
  std::unique_ptr<service::Store> no_store() {
    ++borrowed;
    throw base::RunError("there is no database");
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

}  // namespace
}  // namespace reel::http
