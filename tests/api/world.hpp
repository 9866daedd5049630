/// A whole server for one test: PostgreSQL, files, sockets, and people who use it.
#pragma once

#include <filesystem>
#include <memory>
#include <thread>

#include "client.hpp"
#include "pgtest.hpp"
#include "reel/http/api.hpp"
#include "reel/service/media_files.hpp"
#include "reel/store/postgres.hpp"

namespace reel::api_test {

/// Somebody who is logged in.
struct Person {
  service::UserId id = 0;
  std::string email, password;
  std::string token, refresh;  ///< of a session
  std::string session;         ///< its id
};

class ApiTest : public store::test::DatabaseTest {
 protected:
  ApiTest();
  ~ApiTest() override;

  /// For tests that need another configuration than config(): call it before anything is sent.
  void restart(const service::Config& config);
  service::Config config() const;

  Answer send(const Call& call) { return client().call(call); }
  Answer get(const Person& who, const std::string& path) { return send({.path = path, .token = who.token}); }
  Answer post(const Person& who, const std::string& path, const nlohmann::json& body = nullptr) {
    return send({.method = "POST", .path = path, .token = who.token, .body = body});
  }
  Client& client();
  std::uint16_t port() const { return server_->port(); }

  /// Made and logged in past the server's limits on logins.
  Person person(const std::string& name, service::Role role = service::Role::user);
  service::Tokens log_in(const Person& who, std::chrono::seconds access_lifetime = std::chrono::minutes(15));
  /// An uploaded video that is ready, with these bytes.
  service::VideoId ready_video(const Person& owner, const std::string& bytes = "not really media");
  service::RequestId request(const Person& owner, service::VideoId video);
  /// As a worker does it: claimed, and ended with one artifact.
  void succeed(service::RequestId id, const std::string& artifact, const std::string& bytes);

  static const service::RunnerSetup& runner_setup();
  static service::PipelineChecker& checker();

  store::test::TemporaryFolder folder;
  std::unique_ptr<service::Store> store;  ///< for the test itself
  service::MediaFiles files{folder.path()};

 private:
  void start(const service::Config& config);
  void stop();

  service::Keys keys_;
  std::unique_ptr<http::Api> api_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
  std::unique_ptr<Client> client_;
};

/// A pipeline that blurs a video.
nlohmann::json blur_pipeline(service::VideoId video);

}  // namespace reel::api_test
