/// A worker in the test, on the queue of its server.
#pragma once

#include <gmock/gmock.h>

#include "media.hpp"
#include "reel/service/worker.hpp"
#include "world.hpp"

namespace reel::api_test {

class WorkerTest : public ApiTest {
 protected:
  WorkerTest() {
    options.setup = runner_setup();
    options.span_cache_bytes = 0;
    options.first_pause = std::chrono::milliseconds(100);
  }
  ~WorkerTest() override { stop_work(); }

  void work() {
    worker_ = std::make_unique<service::Worker>([this] { return store::open_postgres(url); },
                                                [this] { return store::open_listener(url); }, files, options);
    thread_ = std::thread([this] { worker_->run(); });
  }
  /// What runs goes back to the queue.
  void stop_work() {
    if (!worker_) return;
    worker_->drain(std::chrono::milliseconds(0));
    thread_.join();
    worker_.reset();
  }
  /// Once it is in that state; the test fails if that takes long, or if it ended otherwise.
  service::Request when(service::RequestId id, service::RequestState state) {
    service::Request request;
    store::test::eventually(
        [&] {
          request = store->requests().find(id).value();
          return request.state == state || service::is_final(request.state);
        },
        std::chrono::seconds(60));
    EXPECT_EQ(service::name(request.state), service::name(state)) << request.outcome.error;
    return request;
  }
  service::WorkerOptions options;
  Person ada = person("ada");
  service::VideoId video = ready_video(ada, tests::read(tests::small_clip(folder.path())));

 private:
  std::unique_ptr<service::Worker> worker_;
  std::thread thread_;
};

}  // namespace reel::api_test
