#include <gmock/gmock.h>

#include "reel/service/recorder.hpp"
#include "reel/store/database.hpp"
#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace std::chrono_literals;
using service::RequestState;

class RecordingTest : public ::testing::Test {
 protected:
  test::TemporaryFolder root;
  Database database{std::nullopt, root.path()};
  service::Recorder::OpenStore open = [this] { return database.open(); };
  service::NewRequest request{
      .video_url = "file:///in.mp4", .pipeline_name = "p", .pipeline_yaml = "reel: 1", .stages = {"sink"}};
};

TEST_F(RecordingTest, LosesNoLineWhileTheServerDiesAndComesBack) {
  service::Recorder recorder(open, request);
  constexpr int lines = 3000;
  for (int i = 1; i <= lines; ++i) {
    recorder.log({base::Level::info, "sink", std::to_string(i)});
    if (i % 10 == 0)
      recorder.progress({.fraction = i / double{lines}, .frames = i}, {{"sink", "reel/sink", "running", i, -1}});
    if (i == 800 || i == 1900) test::kill_server(root.path() / "postgres");
    std::this_thread::sleep_for(500us);
  }
  EXPECT_EQ(recorder.finish({}), "");
  const auto store = database.open();
  const auto written = store->requests().logs(recorder.id(), 0, lines + 10);
  ASSERT_EQ(written.size(), static_cast<std::size_t>(lines));
  for (int i = 1; i <= lines; ++i) ASSERT_EQ(written[static_cast<std::size_t>(i - 1)].message, std::to_string(i));
  const auto recorded = store->requests().find(recorder.id()).value();
  EXPECT_EQ(recorded.user, store->accounts().local_user());
  EXPECT_EQ(recorded.state, RequestState::succeeded);
  EXPECT_EQ(recorded.progress.frames, lines);
  EXPECT_EQ(recorded.stages[0].state, "done");
}

TEST_F(RecordingTest, AnotherProgramSeesTheRunWhileItGoes) {
  service::Recorder recorder(open, request);
  recorder.log({base::Level::warning, "sink", "half way"});
  recorder.progress({.fraction = 0.5}, {});
  test::Child other([&] {
    const Database mine(std::nullopt, root.path());
    const auto store = mine.open();
    EXPECT_TRUE(test::eventually([&] { return store->requests().find(recorder.id())->progress.fraction == 0.5; }));
    EXPECT_EQ(store->requests().find(recorder.id())->state, RequestState::running);
    EXPECT_EQ(store->requests().logs(recorder.id()).at(0).message, "half way");
  });
  EXPECT_EQ(other.wait(), 0);
  EXPECT_EQ(recorder.finish({}), "");
}

class ClaimRecordingTest : public test::StoresTest {
 protected:
  service::Claim claimed(std::chrono::milliseconds lease = 1h) {
    queued();
    return queue.claim("worker", lease, 0).value();
  }
  service::Recorder::OpenStore open = [this] { return other(); };
};

TEST_F(ClaimRecordingTest, AClaimGoesOnUnderItsAttempt) {
  const service::Claim claim = claimed();
  service::Recorder recorder(open, claim);
  EXPECT_EQ(recorder.id(), claim.key.request);
  recorder.log({base::Level::info, "sink", "hello"});
  recorder.progress({.fraction = 0.5}, {});
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_EQ(requests.find(recorder.id())->state, RequestState::succeeded);
  EXPECT_EQ(requests.logs(recorder.id()).at(0).sequence, (std::int64_t{1} << 32) + 1);
}

TEST_F(ClaimRecordingTest, AClaimThatIsLeftIsForAnotherWorkerWhoseLinesAreNotTakenForOurs) {
  const service::Claim first = claimed();
  service::Recorder left(open, first);
  left.log({base::Level::info, "", "of the first"});
  EXPECT_EQ(left.leave(), "");
  EXPECT_EQ(requests.find(left.id())->state, RequestState::running);
  EXPECT_TRUE(queue.release(first.key, 0ms, "", false));
  const service::Claim second = queue.claim("other", 1h, 0).value();
  service::Recorder recorder(open, second);
  recorder.log({base::Level::info, "", "of the second"});
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_EQ(requests.logs(left.id()).size(), 2U);
}

TEST_F(ClaimRecordingTest, ARecorderThatLostItsLeaseEndsNothing) {
  const service::Claim claim = claimed(1ms);
  service::Recorder recorder(open, claim);
  EXPECT_TRUE(test::eventually([&] { return queue.reap(5) == 1; }));
  ASSERT_TRUE(queue.claim("other", 1h, 0));
  recorder.progress({.fraction = 0.9}, {});
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_EQ(requests.find(recorder.id())->state, RequestState::running);
  EXPECT_EQ(requests.find(recorder.id())->progress.fraction, -1);
}

TEST_F(ClaimRecordingTest, AClaimWhoseRecorderDiesIsLeftToItsLease) {
  const service::Claim claim = claimed();
  { const service::Recorder recorder(open, claim); }
  EXPECT_EQ(requests.find(claim.key.request)->state, RequestState::running);
}

}  // namespace
}  // namespace reel::store
