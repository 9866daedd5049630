/// A worker on a real queue, with real runs.
#include "working.hpp"

namespace reel::api_test {
namespace {

using namespace std::chrono_literals;
using service::RequestState;

TEST_F(WorkerTest, does_what_is_asked) {
  const auto id = request(ada, video);
  work();
  const auto done = when(id, RequestState::succeeded);
  ASSERT_EQ(done.outcome.artifacts.size(), 1U);
  EXPECT_EQ(std::filesystem::file_size(files.artifact(done.outcome.artifacts[0]).value()),
            static_cast<std::uintmax_t>(done.outcome.stored_bytes));
  EXPECT_TRUE(store::test::eventually([&] { return std::filesystem::is_empty(folder.path() / "work"); }));
}

/// A model whose label nothing else finds.
void install_walkers(const std::filesystem::path& models) {
  setenv("REEL_MODELS", models.c_str(), 1);
  const tests::Result installed =
      tests::shell("npm_config_registry=file://" + tests::environment("REEL_NPM_DIR") + " " + tests::reel() +
                   " models install people && sed -i s/person/walker/ " + tests::quoted(models / "people.json"));
  ASSERT_EQ(installed.exit, 0) << installed.output;
}

/// OpenCV starts threads, and detectors read files of their own: all of it behind the walls of a run.
TEST_F(WorkerTest, takes_out_what_it_is_shown_and_what_it_finds) {
  install_walkers(folder.path() / "models");
  work();
  for (const char* const what :
       {"region: { box: [0.4, 0.4, 0.2, 0.2] }, track: true", "target: person", "target: face", "target: walker"}) {
    nlohmann::json asked = blur_pipeline(video);
    std::string pipeline = asked["pipeline"];
    const std::string blur = "blur\n    with: { radius: 8 }";
    asked["pipeline"] = pipeline.replace(pipeline.find(blur), blur.size(),
                                         "object-removal\n    during: 0s..1s\n    with: { " + std::string(what) + " }");
    const Answer made = post(ada, "/api/v1/requests", asked);
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(when(made.json()["id"], RequestState::succeeded).outcome.artifacts.size(), 1U) << what;
  }
}

TEST_F(WorkerTest, what_is_paused_for_long_makes_room) {
  options.pause_patience = 500ms;
  const auto id = request(ada, ready_video(ada, tests::read(tests::clip("cockatoo.mp4"))));  // long enough to be met
  work();
  when(id, RequestState::running);
  ASSERT_TRUE(store->queue().set_paused(id, true));
  const auto paused = when(id, RequestState::queued);
  EXPECT_TRUE(paused.paused);
  when(request(ada, video), RequestState::succeeded);
  ASSERT_TRUE(store->queue().set_paused(id, false));
  EXPECT_EQ(when(id, RequestState::succeeded).attempts, 2);
}

TEST_F(WorkerTest, results_have_to_fit_into_the_quota) {
  const auto id = request(ada, video);
  service::Quota quota;
  quota.storage_bytes = store->accounts().usage(ada.id).stored_bytes + 10'000;
  store->accounts().set_quota(ada.id, quota);
  work();
  EXPECT_EQ(when(id, RequestState::failed).outcome.error_code, "quota-exceeded");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "results"));
}

TEST_F(WorkerTest, its_own_faults_are_tried_again_and_then_said) {
  options.most_attempts = 2;
  const auto id = request(ada, video);
  std::filesystem::permissions(folder.path() / "work", std::filesystem::perms::none);
  std::filesystem::remove_all(files.video(video));
  work();
  const auto failed = when(id, RequestState::failed);
  EXPECT_EQ(failed.outcome.error_code, "worker-fault");
  EXPECT_EQ(failed.attempts, 2);
}

}  // namespace
}  // namespace reel::api_test
