/// Server, workers, runs and PostgreSQL are killed at random while jobs run. What was accepted ends, once, and whole.
///
/// REEL_FAULTS_SEED chooses another course of events, REEL_FAULTS_KILLS a longer one.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <pqxx/pqxx>
#include <random>
#include <set>

#include "media.hpp"
#include "packets.hpp"
#include "people.hpp"
#include "pgtest.hpp"
#include "processes.hpp"
#include "reel/service/housekeeping.hpp"
#include "reel/store/postgres.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using api_test::Answer;
using api_test::Call;
using nlohmann::json;

constexpr std::size_t active_jobs = 50;
constexpr std::array radii{1, 2, 4, 8, 16, 32};  // as many different results

int chosen(const char* variable, int otherwise) {
  const char* const value = std::getenv(variable);
  return value == nullptr ? otherwise : std::stoi(value);
}

std::string pipeline(int radius, const std::string& input, bool whole) {
  return "reel: 1\nstages:\n  - uses: source\n    with: { uri: \"" + input + "\" }\n  - uses: blur\n" +
         (whole ? "" : "    during: 1s..3s\n") + "    with: { radius: " + std::to_string(radius) +
         " }\n  - uses: sink\n    with: { uri: softer.mp4 }\n";
}

struct Job {
  const Person* owner;
  std::string key, yaml, result;  ///< `result`: which of the references it has to be
  bool cancelled = false;         ///< by us
};

/// An installation with two workers of its own, all of which may be killed.
class CrashCampaign : public ::testing::Test {
 protected:
  CrashCampaign() {
    site.serve("--no-worker");
    for (std::size_t i = 0; i < workers.size(); ++i) start_worker(i);
    for (const char* const name : {"ada@example.org", "bob@example.org", "eve@example.org"}) {
      people.push_back(add_person(site, client(), name));
      videos[people.back().email] = upload(client(), people.back(), read(small_clip(site.folder().path()))).at("id");
    }
    for (const int radius : radii)
      for (const bool whole : {false, true}) make_reference(radius, whole);
  }

  void start_worker(std::size_t i) {
    workers[i] = std::make_unique<Program>(site.line("exec " + reel() + " worker"),
                                           site.folder() / ("worker" + std::to_string(i) + ".log"));
  }
  static std::string reference_name(int radius, bool whole) { return std::to_string(radius) + (whole ? " whole" : ""); }
  void make_reference(int radius, bool whole) {
    write(site.folder() / "here.yaml", pipeline(radius, small_clip(site.folder().path()).string(), whole));
    const Result made = site.run(reel() + " run --no-cache --progress none here.yaml");
    EXPECT_EQ(made.exit, 0) << made.output;
    references[reference_name(radius, whole)] = read(site.folder() / "softer.mp4");
  }

  api_test::Client& client() {
    if (!client_) client_ = std::make_unique<api_test::Client>(static_cast<std::uint16_t>(std::stoi(site.port())));
    return *client_;
  }
  /// Nothing where the server has just been killed, or the database.
  std::optional<Answer> ask(const Call& call) try {
    Answer answer = client().call(call);
    if (answer.status == 503) return std::nullopt;
    return answer;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }

  Job new_job() {
    const Person& owner = people[random() % people.size()];
    const int radius = radii.at(random() % radii.size());
    const bool whole = random() % 4 == 0;
    return {&owner, "job " + std::to_string(++made),
            pipeline(radius, "video:" + std::to_string(videos.at(owner.email)), whole), reference_name(radius, whole)};
  }
  /// Submits until it is accepted, under one key: an answer that was lost may have been an acceptance.
  void submit() {
    if (!pending) pending = new_job();
    const auto answer = ask({.method = "POST",
                             .path = "/api/v1/requests",
                             .token = pending->owner->token,
                             .headers = {{"Idempotency-Key", pending->key}},
                             .body = {{"pipeline", pending->yaml}}});
    if (!answer) return;
    ASSERT_THAT(answer->status, ::testing::AnyOf(200, 201)) << answer->body;
    const std::int64_t id = answer->json().at("id");
    ASSERT_FALSE(jobs.contains(id)) << "two submissions became one request";
    jobs.emplace(id, *std::exchange(pending, std::nullopt));
    unfinished.insert(id);
  }
  void cancel_one() {
    if (unfinished.empty()) return;
    const std::int64_t id = *std::next(unfinished.begin(), static_cast<std::ptrdiff_t>(random() % unfinished.size()));
    jobs.at(id).cancelled = true;  // also when the answer is lost
    ask({.method = "POST", .path = path(id) + "/cancel", .token = jobs.at(id).owner->token});
  }
  void look() {
    for (auto id = unfinished.begin(); id != unfinished.end();) {
      const auto answer = ask({.path = path(*id), .token = jobs.at(*id).owner->token});
      if (!answer) return;
      ASSERT_EQ(answer->status, 200) << "request " << *id << ", which was accepted: " << answer->body;
      const std::string state = answer->json().at("state");
      id = state == "queued" || state == "running" ? std::next(id) : unfinished.erase(id);
    }
  }

  void kill_something() {
    const std::vector<std::pair<std::string, std::function<bool()>>> victims{
        {"server", [&] { return kill_server(); }},
        {"worker", [&] { return kill_worker(); }},
        {"run", [&] { return kill_run(); }},
        {"PostgreSQL", [&] { return kill_database(); }}};
    const auto& [name, kill] = victims[random() % victims.size()];
    if (kill()) ++kills[name];
  }
  bool kill_server() {
    site.server().end(SIGKILL);
    client_.reset();
    site.serve("--no-worker");
    return true;
  }
  bool kill_worker() {
    const std::size_t i = random() % workers.size();
    workers[i]->end(SIGKILL);
    start_worker(i);
    return true;
  }
  bool kill_run() {
    std::vector<pid_t> runs = children(site.server().process());  // which looks into submitted pipelines
    for (const auto& worker : workers)
      for (const pid_t child : children(worker->process())) runs.push_back(child);
    std::erase_if(runs, [](pid_t pid) { return read("/proc/" + std::to_string(pid) + "/comm") != "reel-runner\n"; });
    return !runs.empty() && ::kill(runs[random() % runs.size()], SIGKILL) == 0;
  }
  /// The whole of it, or what serves one connection.
  bool kill_database() {
    pid_t victim = store::test::server_process(site.state() / "postgres");
    if (const auto parts = children(victim); !parts.empty() && random() % 2 == 0)
      victim = parts[random() % parts.size()];
    return victim > 0 && ::kill(victim, SIGKILL) == 0;
  }

  Installation site{"limits: { requests-per-minute: 100000 }\n"};
  std::array<std::unique_ptr<Program>, 2> workers;
  std::vector<Person> people;
  std::map<std::string, std::int64_t> videos;  ///< of each, by the address
  std::map<std::string, std::string> references;
  std::map<std::int64_t, Job> jobs;  ///< all that were accepted
  std::set<std::int64_t> unfinished;
  std::map<std::string, int> kills;
  std::mt19937 random{static_cast<unsigned>(chosen("REEL_FAULTS_SEED", 1))};
  std::optional<Job> pending;
  int made = 0;

 private:
  std::unique_ptr<api_test::Client> client_;
};

/// What players show and play. Encoders of many threads do not give the same bytes each time: the same pictures differ by 45 dB then,
/// those of another job by far less than 40.
bool same_media(const std::string& one, const std::string& other) {
  if (one == other) return true;
  const TemporaryFolder folder;
  write(folder / "a.mp4", one);
  write(folder / "b.mp4", other);
  const auto sound = [&](const char* name) {
    return ffmpeg("-i " + quoted(folder / name) + " -map 0:a -c copy -f framemd5 -");
  };
  const auto pictures = [&](const char* name) {
    return parted(
        ffmpeg("-i " + quoted(folder / name) + " -fps_mode passthrough -f rawvideo -pix_fmt gray -s 320x180 -"),
        std::size_t{320} * 180);
  };
  const auto a = pictures("a.mp4"), b = pictures("b.mp4");
  constexpr double alike_db = 40;
  return sound("a.mp4") == sound("b.mp4") && !a.empty() &&
         std::ranges::equal(a, b, [](const auto& x, const auto& y) { return psnr(x, y) > alike_db; });
}

int total(const std::map<std::string, int>& counts) {
  int sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return sum;
}

TEST_F(CrashCampaign, loses_nothing_and_does_nothing_twice) {
  const int enough = chosen("REEL_FAULTS_KILLS", 200);
  auto next_kill = std::chrono::steady_clock::now();
  while (total(kills) < enough) {
    while (unfinished.size() < active_jobs && std::chrono::steady_clock::now() < next_kill)
      ASSERT_NO_FATAL_FAILURE(submit());
    if (random() % 10 == 0) cancel_one();
    ASSERT_NO_FATAL_FAILURE(look());
    std::this_thread::sleep_for(100ms);
    if (std::chrono::steady_clock::now() < next_kill) continue;
    kill_something();
    next_kill = std::chrono::steady_clock::now() + std::chrono::milliseconds(200 + random() % 2500);
  }
  for (const auto deadline = std::chrono::steady_clock::now() + 15min;
       !unfinished.empty() && std::chrono::steady_clock::now() < deadline; std::this_thread::sleep_for(200ms))
    ASSERT_NO_FATAL_FAILURE(look());
  EXPECT_THAT(unfinished, ::testing::IsEmpty()) << "never ended";

  const store::PrivateCluster cluster(site.state() / "postgres");
  std::map<std::string, int> ends;
  for (const auto& [id, job] : jobs) {
    const json request = client().call({.path = path(id), .token = job.owner->token}).json();
    const std::string state = request["state"], about = "request " + std::to_string(id) + ": " + request.dump();
    const json artifacts =
        client().call({.path = path(id) + "/artifacts", .token = job.owner->token}).json().at("items");
    ++ends[state == "failed" ? "failed: " + request["error"].value("code", "") : state];
    if (state == "succeeded") {
      ASSERT_EQ(artifacts.size(), 1U) << about;
      const Answer file = client().call({.path = artifacts[0]["path"], .token = job.owner->token});
      EXPECT_TRUE(same_media(file.body, references.at(job.result))) << about;
      continue;
    }
    EXPECT_THAT(artifacts, ::testing::IsEmpty()) << about;
    if (state == "cancelled")
      EXPECT_TRUE(job.cancelled) << about;
    else
      EXPECT_THAT(request["error"].value("message", ""), ::testing::HasSubstr("killed")) << about;
  }
  const auto count = [&](const std::string& what) {
    return std::stoi(store::test::value(cluster.url(), "SELECT count(*) FROM " + what));
  };
  EXPECT_EQ(count("requests WHERE kind = 'pipeline'"), static_cast<int>(jobs.size()));
  EXPECT_EQ(count("(SELECT FROM attempts WHERE outcome = 'succeeded' GROUP BY request_id HAVING count(*) > 1) twice"),
            0);
  EXPECT_EQ(count("attempts JOIN requests USING (request_id) WHERE attempts.ended_at IS NULL OR (outcome = 'succeeded' "
                  "AND state <> 'succeeded')"),
            0);

  for (const auto& worker : workers) EXPECT_EQ(worker->end(SIGTERM), 0) << worker->said();
  service::keep_house(*store::open_postgres(cluster.url()), service::MediaFiles(site.state()), {.grace = 0s});
  std::size_t folders = 0;
  for (const auto& entry : fs::directory_iterator(site.state() / "results")) folders += entry.is_directory() ? 1 : 0;
  EXPECT_EQ(folders, static_cast<std::size_t>(ends["succeeded"]));
  EXPECT_TRUE(fs::is_empty(site.state() / "work"));

  for (const auto& [name, number] : kills) std::cout << number << " times " << name << " killed\n";
  for (const auto& [end, number] : ends) std::cout << number << " requests " << end << "\n";
  std::cout << count("attempts") << " attempts\n";
}

}  // namespace
}  // namespace reel::tests
