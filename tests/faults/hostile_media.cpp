/// Damaged media and hostile plugins: each costs its own job only. Somebody asks the server how it is, all the time.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "people.hpp"

namespace reel::tests {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

/// Asks `/healthz` every 20 ms, over a connection of its own.
class Watch {
 public:
  explicit Watch(std::uint16_t port) : thread_([this, port](const std::stop_token& stop) { ask(port, stop); }) {}
  int good() const { return good_; }
  int bad() const { return bad_; }
  Clock::duration longest() const { return longest_; }

 private:
  void ask(std::uint16_t port, const std::stop_token& stop) {
    api_test::Client client(port);
    for (; !stop.stop_requested(); std::this_thread::sleep_for(20ms)) try {
        const auto asked = Clock::now();
        ++(client.call({.path = "/healthz"}).status == 200 ? good_ : bad_);
        longest_ = std::max(longest_.load(), Clock::now() - asked);
      } catch (const std::runtime_error&) {
        ++bad_;
      }
  }

  std::atomic<int> good_ = 0, bad_ = 0;
  std::atomic<Clock::duration> longest_{};
  std::jthread thread_;  // last, since it uses the others
};

class HostileJobs : public ::testing::Test {
 protected:
  HostileJobs() : site_(config()) {
    site_.serve();
    client = std::make_unique<api_test::Client>(port());
    ada = add_person(site_, *client, "ada@example.org");
  }
  static std::string config() {
    return "plugins: { folders: [" + tests::quoted(environment("REEL_BUILD_DIR") + "/tests/plugins_hostile") +
           "] }\nworker: { memory-gigabytes: 1, disk-gigabytes: 0.1, silence-seconds: 10 }\n";
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(std::stoi(site_.port())); }

  /// How a pipeline with this stage ends.
  json run(std::int64_t video, const std::string& stage) {
    const std::string yaml = "reel: 1\nstages:\n  - uses: source\n    with: { uri: \"video:" + std::to_string(video) +
                             "\" }\n" + stage + "  - uses: sink\n    with: { uri: out.mp4 }\n";
    const auto made =
        client->call({.method = "POST", .path = "/api/v1/requests", .token = ada.token, .body = {{"pipeline", yaml}}});
    EXPECT_THAT(made.status, ::testing::AnyOf(201, 422)) << made.body;
    if (made.status != 201) return {{"state", "refused"}, {"error", made.json()}};
    return when_settled(*client, ada, path(made.json().at("id")), {"queued", "running"});
  }
  static std::string code(const json& job) {
    return job["state"] == "succeeded" ? "succeeded" : job["error"].value("code", "none");
  }

 private:
  Installation site_;

 protected:
  std::unique_ptr<api_test::Client> client;
  Person ada;
};

/// Small clips in the containers and codecs that users have.
std::vector<std::string> clips(const TemporaryFolder& folder) {
  const std::vector<std::pair<const char*, const char*>> kinds{
      {"a.mp4", "-c:v libx264 -g 12 -c:a aac"},
      {"b.mkv", "-c:v libx265 -x265-params log-level=none -c:a libopus"},
      {"c.webm", "-c:v libvpx-vp9 -c:a libvorbis"},
      {"d.avi", "-c:v mpeg4 -c:a libmp3lame"},
      {"e.ts", "-c:v mpeg2video -c:a mp2"},
      {"f.mov", "-c:v mjpeg -c:a pcm_s16le"},
      {"g.mp4", "-c:v libx264 -bf 3 -c:a aac -movflags frag_keyframe+empty_moov"}};
  std::vector<std::string> made;
  for (const auto& [name, codecs] : kinds) {
    const Result result = shell(
        "ffmpeg -nostdin -y -v error -f lavfi -i testsrc2=size=160x96:rate=25:duration=2 -f lavfi "
        "-i sine=sample_rate=48000:duration=2 -pix_fmt yuv420p " +
        std::string(codecs) + " " + quoted(folder / name));
    EXPECT_EQ(result.exit, 0) << result.output;
    made.push_back(read(folder / name));
  }
  return made;
}

/// Bits turned, a stretch of noise, a stretch lost or twice, the end lost, or numbers made huge.
std::string damaged(std::string bytes, std::mt19937& random) {
  const auto at = [&] { return static_cast<std::size_t>(random() % bytes.size()); };
  const auto noise = [&] { return static_cast<char>(random()); };
  const std::size_t start = at(), length = 1 + random() % std::min<std::size_t>(2000, bytes.size() - start);
  switch (random() % 6) {
    case 0:
      for (int i = 0; i < 20; ++i) bytes[at()] ^= static_cast<char>(1U << (random() % 8));
      break;
    case 1:
      for (std::size_t i = 0; i < length; ++i) bytes[start + i] = noise();
      break;
    case 2:
      bytes.erase(start, length);
      break;
    case 3:
      bytes.insert(at(), bytes.substr(start, length));
      break;
    case 4:
      bytes.resize(std::max<std::size_t>(1, start));
      break;
    default:  // most headers stand at the beginning or the end
      for (int i = 0; i < 4; ++i) {
        const std::size_t near = random() % std::min<std::size_t>(1000, bytes.size() - 4);
        bytes.replace(random() % 2 == 0 ? near : bytes.size() - 4 - near, 4, "\xff\xff\xff\xff");
      }
  }
  return bytes;
}

TEST_F(HostileJobs, two_hundred_damaged_files) {
  const TemporaryFolder folder;
  const auto sources = clips(folder);
  std::mt19937 random(1);
  std::map<std::string, int> ends;
  Watch watch(port());
  for (int i = 0; i < 200; ++i) {
    const json video = upload(*client, ada, damaged(sources[static_cast<std::size_t>(i) % sources.size()], random));
    if (video["state"] == "rejected") {
      EXPECT_NE(video.value("fault", ""), "") << video;
      ++ends["rejected"];
      continue;
    }
    ASSERT_EQ(video["state"], "ready") << video;
    const json job = run(video["id"], "  - uses: blur\n    with: { radius: 3 }\n");
    ++ends[code(job)];
    // Decoders may find the damage, or not notice it; but a program that runs into it would be ours to mend.
    EXPECT_THAT(code(job), ::testing::AnyOf("succeeded", "run-failed", "invalid-pipeline")) << i << ": " << job;
  }
  for (const auto& [end, count] : ends) std::cout << count << " " << end << "\n";
  std::cout << watch.good() << " times well, the longest answer " << watch.longest() / 1ms << " ms\n";
  EXPECT_EQ(watch.bad(), 0);
  EXPECT_GT(watch.good(), 1000);
}

TEST_F(HostileJobs, plugins_that_do_what_no_stage_should) {
  const std::int64_t video = upload(*client, ada, read(clip("cockatoo.mp4"))).at("id");
  const std::vector<std::array<std::string, 3>> attacks{{"segfault", "crashed", "segmentation fault"},
                                                        {"abort", "crashed", "aborted"},
                                                        {"exit", "no-result", "exit 3"},
                                                        {"loop", "run-failed", "hangs"},
                                                        {"leak", "memory-limit", "1.0 GB"},
                                                        {"fork", "run-failed", "fork was refused"},
                                                        {"write", "run-failed", "writing was refused"},
                                                        {"large-file", "disk-limit", "100.0 MB"},
                                                        {"rubbish", "bad-answer", "made no sense"},
                                                        {"swap-results", "bad-answer", "did not make"}};
  const TemporaryFolder outside;
  std::filesystem::permissions(outside.path(), std::filesystem::perms::all);
  Watch watch(port());
  for (const auto& [how, code_, words] : attacks) {
    const std::string target = how == "large-file"     ? "."
                               : how == "swap-results" ? "out:" + outside.path().string()
                                                       : (outside / "gotcha").string();
    const json job = run(
        video, "  - id: bad\n    uses: hostile/attack\n    with: { how: " + how + ", target: \"" + target + "\" }\n");
    EXPECT_EQ(code(job), code_) << how << ": " << job;
    EXPECT_THAT(job["error"].value("message", ""), ::testing::HasSubstr(words)) << how;
  }
  EXPECT_TRUE(std::filesystem::is_empty(outside.path()));
  EXPECT_EQ(watch.bad(), 0);
  EXPECT_EQ(code(run(video, "  - uses: blur\n    during: 1s..2s\n    with: { radius: 3 }\n")), "succeeded");
}

}  // namespace
}  // namespace reel::tests
