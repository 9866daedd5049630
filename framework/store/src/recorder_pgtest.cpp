#include <gmock/gmock.h>

#include "pgtest.hpp"
#include "reel/service/recorder.hpp"
#include "reel/store/database.hpp"

namespace reel::store {
namespace {

using namespace std::chrono_literals;

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
  const auto written = store->logs(recorder.id(), 0, lines + 10);
  ASSERT_EQ(written.size(), static_cast<std::size_t>(lines));
  for (int i = 1; i <= lines; ++i) ASSERT_EQ(written[static_cast<std::size_t>(i - 1)].message, std::to_string(i));
  const auto recorded = store->request(recorder.id()).value();
  EXPECT_EQ(recorded.state, service::RequestState::succeeded);
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
    EXPECT_TRUE(test::eventually([&] { return store->request(recorder.id())->progress.fraction == 0.5; }));
    EXPECT_EQ(store->request(recorder.id())->state, service::RequestState::running);
    EXPECT_EQ(store->logs(recorder.id()).at(0).message, "half way");
  });
  EXPECT_EQ(other.wait(), 0);
  EXPECT_EQ(recorder.finish({}), "");
}

}  // namespace
}  // namespace reel::store
