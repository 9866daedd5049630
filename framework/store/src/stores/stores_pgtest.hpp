/// What the tests of the stores share: a store on an empty database, and things to put into it.
#pragma once

#include "pgtest.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store::test {

constexpr const char* rfc3339 = "20..-..-..T..:..:..\\.......Z";

class StoresTest : public DatabaseTest {
 protected:
  explicit StoresTest(Cluster which = Cluster::shared) : DatabaseTest(which) {
    sample.user = accounts.local_user();
    sample.video_url = "file:///clips/interview.mp4";
    sample.prompt = "remove the logo from 5:00 to 5:15";
    sample.pipeline_name = "tidy-interview";
    sample.pipeline_yaml = "reel: 1\nstages:\n  - uses: source\n";
    sample.stages = {"source", "blur", "sink"};
  }

  /// Another one, for another thread.
  std::unique_ptr<service::Store> other() const { return open_postgres(url); }

  service::UserId add_user(const std::string& email) {
    return accounts.add_user(email, "$argon2id$", service::Role::user).value();
  }
  service::RequestId create() { return requests.create(sample).id; }
  /// One that workers may claim.
  service::RequestId queued(service::UserId user, int priority = 0) {
    service::NewRequest request = sample;
    request.user = user;
    request.for_workers = true;
    request.priority = priority;
    return requests.create(request).id;
  }
  service::RequestId queued() { return queued(sample.user); }
  service::RequestId running() {
    const service::RequestId id = create();
    EXPECT_TRUE(requests.start(id));
    return id;
  }
  service::Request read(service::RequestId id) { return requests.find(id).value(); }
  std::string value(const std::string& sql) const { return test::value(url, sql); }

  static service::Outcome failure(const std::string& error) {
    service::Outcome outcome;
    outcome.state = service::RequestState::failed;
    outcome.error = error;
    return outcome;
  }
  static service::LogRecord line(const std::string& message, std::int64_t sequence = 0) {
    service::LogRecord record;
    record.message = message;
    record.sequence = sequence;
    return record;
  }

 private:
  std::unique_ptr<service::Store> open() const {
    migrate(url);
    return open_postgres(url);
  }

 protected:
  const std::unique_ptr<service::Store> store = open();
  service::AccountStore& accounts = store->accounts();
  service::VideoStore& videos = store->videos();
  service::RequestStore& requests = store->requests();
  service::QueueStore& queue = store->queue();
  service::WebhookStore& webhooks = store->webhooks();
  service::NewRequest sample;
};

}  // namespace reel::store::test
