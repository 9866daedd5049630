/// The control plane as its users meet it: `reel serve`, and the commands that speak to it.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "installation.hpp"
#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* softer =
    "reel: 1\nparams:\n  input: { type: uri }\nstages:\n  - uses: source\n    with: { uri: \"${input}\" }\n"
    "  - uses: blur\n    during: 1s..2s\n    with: { radius: 8 }\n  - uses: sink\n    with: { uri: softer.mp4 }\n";
constexpr const char* slow =
    "reel: 1\nparams:\n  input: { type: uri }\nstages:\n  - uses: source\n    with: { uri: \"${input}\" }\n"
    "  - uses: blur\n    with: { radius: 20 }\n  - uses: sink\n    with: { uri: slow.mp4 }\n";

/// A server with its own database, and one user who is logged in.
class ServeTest : public ::testing::Test {
 protected:
  ServeTest() {
    write(folder() / "softer.yaml", softer);
    write(folder() / "slow.yaml", slow);
    site.serve();
    site.add_user("ada@example.org");
  }

  const TemporaryFolder& folder() const { return site.folder(); }
  Result submit(const std::string& pipeline, const fs::path& input, const std::string& more) const {
    return site.run(reel() + " submit " + pipeline + " --upload input=" + quoted(input) + " " + more);
  }
  int submitted(const std::string& pipeline) const {
    const Result result = submit(pipeline, clip("cockatoo.mp4"), "--progress none --json");
    EXPECT_EQ(result.exit, 0) << result.output;
    return json::parse(result.output, nullptr, false).value("id", 0);
  }
  json job(int id) const {
    return json::parse(site.run(reel() + " jobs " + std::to_string(id) + " --json").output, nullptr, false);
  }
  std::string wait_for(int id, const std::vector<std::string>& states) const {
    std::string state;
    for (int i = 0; i < 1200; ++i, std::this_thread::sleep_for(100ms)) {
      state = job(id).value("state", "");
      if (std::ranges::find(states, state) != states.end()) return state;
    }
    return state;
  }

  Installation site;
};

TEST_F(ServeTest, gives_what_a_run_on_this_machine_gives) {
  const fs::path input = small_clip(folder().path());
  const Result result = submit("softer.yaml", input, "--progress none --wait -o results");
  ASSERT_EQ(result.exit, 0) << result.output << site.server().said();
  const Result here = site.run(reel() + " run --no-cache --progress none softer.yaml --set input=" + quoted(input));
  ASSERT_EQ(here.exit, 0) << here.output;
  EXPECT_EQ(ffmpeg("-i " + quoted(folder() / "results/softer.mp4") + " -f framemd5 -"),
            ffmpeg("-i " + quoted(folder() / "softer.mp4") + " -f framemd5 -"));
  EXPECT_EQ(site.server().end(SIGTERM), 0) << site.server().said();
}

TEST_F(ServeTest, goes_on_after_it_was_killed) {
  const int id = submitted("slow.yaml");
  ASSERT_EQ(wait_for(id, {"running"}), "running");
  site.server().end(SIGKILL);
  site.serve();
  ASSERT_EQ(wait_for(id, {"succeeded", "failed"}), "succeeded") << job(id).dump(2);
  EXPECT_EQ(job(id)["attempts"], 2);
  ASSERT_EQ(site.run(reel() + " fetch " + std::to_string(id) + " --progress none").exit, 0);
  EXPECT_EQ(picture_times(folder() / "slow.mp4"), picture_times(clip("cockatoo.mp4")));
}

TEST_F(ServeTest, cancels_what_runs) {
  const int id = submitted("slow.yaml");
  ASSERT_EQ(wait_for(id, {"running"}), "running");
  EXPECT_EQ(site.run(reel() + " cancel " + std::to_string(id)).exit, 0);
  EXPECT_EQ(wait_for(id, {"succeeded", "failed", "cancelled"}), "cancelled");
  EXPECT_TRUE(fs::is_empty(site.state() / "results"));
}

TEST_F(ServeTest, refuses_a_state_folder_of_another_database) {
  ASSERT_EQ(site.server().end(SIGTERM), 0);
  write(site.state() / "installation", "another one\n");
  const Result result = site.run(reel() + " serve --port 0");
  EXPECT_EQ(result.exit, 2);
  EXPECT_NE(result.output.find("belongs to another database"), std::string::npos) << result.output;
}

}  // namespace
}  // namespace reel::tests
