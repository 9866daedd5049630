#include "reel/service/generation.hpp"

#include <gmock/gmock.h>

#include <deque>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "command.hpp"
#include "reel/service/file_ledger.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using State = ProviderCall::State;

/// Where a program dies.
struct Killed {};

/// A service with a listing, whose answers can be lost.
class Studio final : public model::Provider {
 public:
  std::string prepare(const model::ProviderRequest& request, std::string*) override { return request.params; }
  model::ProviderLimits limits(const std::string&) override { return {"Studio", "me", concurrent, per_minute, true}; }
  model::ProviderEstimate estimate(const std::string&) override { return {40.0, 10.0}; }
  std::string create(const std::string& prepared, const std::string& input, const std::string& intent,
                     base::StopFlag) override {
    const std::string trouble = next();
    if (trouble == "busy") throw base::TransientError("busy");
    if (trouble == "refused") throw base::RunError("the prompt is refused");
    if (trouble == "dies before") throw Killed{};
    const std::string id = "g" + std::to_string(++created);
    made[id] = {prepared, intent};
    asked_with[id] = input;
    if (trouble == "dies after") throw Killed{};
    if (trouble == "lost") throw model::Uncertain("no answer came");
    return id;
  }
  std::string find(const std::string& prepared, const std::string&, const std::string&, std::chrono::sys_seconds,
                   const std::vector<std::string>& taken, base::StopFlag) override {
    if (!listing) throw model::Uncertain("there is no listing");
    for (const auto& [id, what] : made)
      if (what.first == prepared && std::ranges::find(taken, id) == taken.end()) return id;
    throw model::NotFound("nothing");
  }
  model::Generation look(const std::string&, const std::string& id, base::StopFlag) override {
    if (!made.contains(id)) throw model::NotFound("gone");
    const std::string trouble = next();
    if (trouble == "busy") throw base::TransientError("busy");
    if (trouble == "dies") throw Killed{};
    if (trouble == "working") {
      on_working();
      return {.state = model::GenerationState::working, .words = "dreaming"};
    }
    if (trouble == "failed") return {.state = model::GenerationState::failed, .failure = "the dream ended"};
    return {.state = model::GenerationState::done, .words = "completed", .cents = 32.0};
  }
  void fetch(const std::string&, const std::string& id, const fs::path& file, base::StopFlag) override {
    const std::string trouble = next();
    if (trouble == "expired") throw model::NotFound("expired");
    if (fs::exists(fetched_to = file)) throw base::RunError("there is a file already");
    std::ofstream(file) << (trouble == "rubbish" ? "rubbish" : "film of " + id);
    if (trouble == "dies") throw Killed{};
  }

  std::deque<std::string> troubles;
  std::map<std::string, std::pair<std::string, std::string>> made;
  std::map<std::string, std::string> asked_with;  ///< addresses
  std::function<void()> on_working;
  fs::path fetched_to;
  int created = 0;
  bool listing = true;
  std::uint32_t concurrent = 0, per_minute = 0;

 private:
  std::string next() {
    if (troubles.empty()) return "";
    std::string trouble = troubles.front();
    troubles.pop_front();
    return trouble;
  }
};

/// A ledger on a database that is away now and then: after what was asked of it was done.
class ShakyLedger final : public Ledger {
 public:
  explicit ShakyLedger(const fs::path& folder) : ledger_(folder) {}
  std::unique_ptr<Lock> lock(const std::string& key, base::StopFlag stop) override { return ledger_.lock(key, stop); }
  std::optional<ProviderCall> unfinished(const std::string& key) override { return ledger_.unfinished(key); }
  std::optional<ProviderCall> made(const std::string& key) override { return ledger_.made(key); }
  bool begin(const ProviderCall& call, const model::ProviderLimits& limits) override {
    const bool begun = ledger_.begin(call, limits);
    shake();
    return begun;
  }
  void update(const ProviderCall& call) override {
    ledger_.update(call);
    shake();
  }
  std::vector<std::string> ids(const std::string& account) override { return ledger_.ids(account); }

 private:
  void shake() {
    if (++asked_ % 2 == 1) throw base::TransientError("the database is away");
  }
  FileLedger ledger_;
  int asked_ = 0;
};

class GenerationTest : public ::testing::Test {
 protected:
  /// As a program that is started, and perhaps dies.
  std::string make(const std::string& params = "{}", bool fresh = false, std::optional<double> budget = {}) {
    FileLedger ledger(folder / "calls");
    return make(ledger, params, fresh, budget);
  }
  std::string make(Ledger& ledger, const std::string& params = "{}", bool fresh = false,
                   std::optional<double> budget = {}) {
    GenerationOptions options;
    options.folder = folder / "made";
    options.budget_cents = budget;
    options.interval = options.pause = 1ms;
    options.patience = 1s;
    options.check = [](const fs::path& file) {
      if (text_of(file) == "rubbish") throw base::InputError("it is no media file");
    };
    Generator generator(studio, ledger, options);
    return text_of(generator.make({"clip", {"reel-luma", params, std::nullopt}, fresh}, &stop).file);
  }
  std::string failure(const std::string& params = "{}") {
    try {
      return make(params);
    } catch (const base::Error& error) {
      return error.what();
    }
  }
  static std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder / "made")) names.push_back(entry.path().extension());
    return names;
  }

  const tests::TemporaryFolder folder;
  Studio studio;
  std::atomic<bool> stop{false};
};

TEST_F(GenerationTest, is_paid_for_once) {
  EXPECT_EQ(make(), "film of g1");
  EXPECT_EQ(make(), "film of g1") << "kept";
  EXPECT_EQ(make("{\"prompt\": 2}"), "film of g2") << "another request";
  EXPECT_EQ(make("{}", true), "film of g3") << "fresh";
  EXPECT_EQ(make(), "film of g3");
  EXPECT_EQ(studio.created, 3);
}

TEST_F(GenerationTest, of_a_program_that_died_goes_on) {
  for (const std::deque<std::string>& troubles :
       std::vector<std::deque<std::string>>{{"dies before"}, {"dies after"}, {"", "dies"}, {"", "", "dies"}}) {
    const std::string params = "{\"n\": " + std::to_string(studio.made.size()) + "}";
    const int before = studio.created;
    studio.troubles = troubles;
    EXPECT_THROW(make(params), Killed);
    studio.troubles.clear();
    EXPECT_EQ(make(params), "film of g" + std::to_string(before + 1));
    EXPECT_EQ(studio.created, before + 1) << troubles.front();
  }
  EXPECT_THAT(kept(), ElementsAre(".mp4", ".mp4", ".mp4", ".mp4")) << "and nothing half-written";
}

TEST_F(GenerationTest, whose_answer_was_lost_is_found) {
  studio.troubles = {"lost"};
  EXPECT_EQ(make(), "film of g1");
  studio.troubles = {"lost"};
  EXPECT_EQ(make("{}", true), "film of g2") << "g1 is taken";
  EXPECT_EQ(studio.created, 2);
}

TEST_F(GenerationTest, is_not_asked_for_again_where_nobody_can_tell) {
  studio.listing = false;
  studio.troubles = {"lost"};
  EXPECT_THAT(failure(), HasSubstr("it may have made this, and be paid"));
  EXPECT_EQ(studio.created, 1);
  studio.troubles = {"dies after"};
  EXPECT_THROW(make("{\"n\": 1}"), Killed);
  EXPECT_THAT(failure("{\"n\": 1}"), HasSubstr("it may have made this"));
  EXPECT_EQ(studio.created, 2);
}

TEST_F(GenerationTest, is_asked_for_again_only_where_it_was_certainly_not_taken) {
  studio.troubles = {"busy", "busy", "", "busy", "", "busy"};
  EXPECT_EQ(make(), "film of g1");
  EXPECT_EQ(studio.created, 1);
  studio.troubles = {"refused"};
  EXPECT_EQ(failure("{\"n\": 1}"), "the prompt is refused");
  EXPECT_EQ(studio.created, 1);
}

TEST_F(GenerationTest, says_why_nothing_was_made) {
  studio.troubles = {"", "failed"};
  EXPECT_EQ(failure(), "Studio made nothing: the dream ended");
  EXPECT_EQ(make(), "film of g2") << "the next run asks anew";
  studio.troubles = {"", "", "rubbish"};
  EXPECT_THAT(failure("{\"n\": 1}"), HasSubstr("something that is no video: it is no media file"));
  EXPECT_THAT(kept(), ElementsAre(".mp4"));
}

TEST_F(GenerationTest, goes_on_where_a_program_was_killed_while_it_fetched) {
  studio.troubles = {"", "", "dies"};
  EXPECT_THROW(make(), Killed);
  std::ofstream(studio.fetched_to) << "film o";  // nobody tidies up after a signal
  EXPECT_EQ(make(), "film of g1");
  EXPECT_EQ(studio.created, 1);
}

TEST_F(GenerationTest, is_fetched_again_where_it_is_gone_here) {
  EXPECT_EQ(make(), "film of g1");
  fs::remove_all(folder / "made");
  EXPECT_EQ(make(), "film of g1");
  EXPECT_EQ(studio.created, 1);
  fs::remove_all(folder / "made");
  studio.made.clear();
  EXPECT_EQ(make(), "film of g2") << "the service has it no more either";
  std::size_t done = 0;
  for (const auto& entry : fs::directory_iterator(folder / "calls"))
    done += text_of(entry.path()).find("\"done\"") != std::string::npos ? 1 : 0;
  EXPECT_EQ(done, 2U) << "what was paid for and had stays in the books";
}

/// A clip on a server.
struct Server final : GenerationInput {
  std::string digest() override { return content; }
  void put(const std::string& name, base::StopFlag) override { there[name] = content; }
  std::string address(const std::string& name) override {
    return "https://server/" + name + "?signature=" + std::to_string(++signatures);
  }
  void remove(const std::string& name) override { there.erase(name); }

  std::string content = "a street";
  std::map<std::string, std::string> there;
  int signatures = 0;
};

TEST_F(GenerationTest, of_a_clip_gets_it_for_so_long_as_it_needs_it) {
  Server server;
  const auto change = [&] {
    FileLedger ledger(folder / "calls");
    GenerationOptions options;
    options.folder = folder / "made";
    options.interval = options.pause = 1ms;
    options.patience = 1s;
    Generator generator(studio, ledger, options);
    return text_of(generator.make({"edit", {"reel-luma-edit", "{}", ""}, false, &server}, &stop).file);
  };
  studio.on_working = [&] { EXPECT_EQ(server.there.size(), 1U); };
  studio.troubles = {"busy", "", "working"};
  EXPECT_EQ(change(), "film of g1");
  EXPECT_THAT(studio.asked_with.at("g1"), ::testing::MatchesRegex("https://server/[0-9a-zA-Z_-]+\\?signature=.*"));
  EXPECT_TRUE(server.there.empty());
  studio.troubles = {"dies after"};
  server.content = "another street";
  EXPECT_THROW(change(), Killed);
  EXPECT_EQ(server.there.size(), 1U);
  EXPECT_EQ(change(), "film of g2") << "another clip is another request";
  EXPECT_TRUE(server.there.empty());
  server.content = "a wood";
  studio.troubles = {"refused"};
  EXPECT_THROW(change(), base::RunError);
  EXPECT_TRUE(server.there.empty());
  EXPECT_EQ(studio.created, 2);
}

TEST_F(GenerationTest, looks_again_where_an_address_has_expired) {
  studio.troubles = {"", "", "expired", "", "expired"};
  EXPECT_EQ(make(), "film of g1");
}

TEST_F(GenerationTest, keeps_to_its_budget) {
  EXPECT_THROW(make("{}", false, 39.0), base::InputError);
  EXPECT_EQ(studio.created, 0);
  EXPECT_EQ(make("{}", false, 40.0), "film of g1");
}

TEST_F(GenerationTest, says_what_goes_on_when_it_is_stopped) {
  stop = true;
  EXPECT_THAT(failure(), HasSubstr("stopped before"));
  EXPECT_EQ(studio.created, 0);
  stop = false;
  studio.troubles = {"", "working"};
  studio.on_working = [this] { stop = true; };
  EXPECT_EQ(failure(), "stopped waiting; Studio goes on with g1, and costs about $0.40");
  stop = false;
  EXPECT_EQ(make(), "film of g1");
  EXPECT_EQ(studio.created, 1);
}

TEST_F(GenerationTest, keeps_to_the_limits_of_an_account) {
  FileLedger ledger(folder / "calls");
  const auto call = [](const std::string& intent, const std::string& account, State state = State::asking) {
    return ProviderCall{.intent = intent,
                        .key = intent,
                        .account = account,
                        .state = state,
                        .since = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
  };
  const model::ProviderLimits two{"Studio", "me", 2, 0}, three_a_minute{"Studio", "me", 0, 3};
  EXPECT_TRUE(ledger.begin(call("a", "me"), two));
  EXPECT_TRUE(ledger.begin(call("b", "me"), two));
  EXPECT_FALSE(ledger.begin(call("c", "me"), two));
  EXPECT_TRUE(ledger.begin(call("d", "you"), two));
  ledger.update(call("a", "me", State::done));
  EXPECT_TRUE(ledger.begin(call("c", "me"), two));
  EXPECT_FALSE(ledger.begin(call("e", "me"), three_a_minute));
  EXPECT_FALSE(ledger.unfinished("a"));
  EXPECT_EQ(ledger.unfinished("b")->intent, "b");
}

TEST_F(GenerationTest, is_asked_for_once_though_the_ledger_is_away_now_and_then) {
  ShakyLedger ledger(folder / "calls");
  studio.troubles = {"busy"};
  EXPECT_EQ(make(ledger), "film of g1");
  EXPECT_EQ(studio.created, 1);
  EXPECT_EQ(make(ledger), "film of g1");
  EXPECT_EQ(studio.created, 1);
}

TEST_F(GenerationTest, is_not_asked_for_where_the_ledger_is_damaged) {
  EXPECT_EQ(make(), "film of g1");
  for (const auto& entry : fs::directory_iterator(folder / "calls"))
    if (entry.path().extension() == ".json") std::ofstream(entry.path()) << "{\"intent\": 7";
  EXPECT_THAT(failure("{\"n\": 1}"), HasSubstr("it says what was asked of a paid provider"));
  EXPECT_EQ(studio.created, 1);
}

TEST_F(GenerationTest, locks_stay_however_old_they_are) {
  FileLedger ledger(folder / "calls");
  const auto held = ledger.lock("old", nullptr);
  const auto file = folder / "calls" / "old.lock";
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::days{100});
  EXPECT_EQ(make(), "film of g1");
  EXPECT_TRUE(fs::exists(file)) << "or another program would hold another file";
}

TEST_F(GenerationTest, of_two_at_once_is_made_once) {
  std::thread other([this] { EXPECT_EQ(make(), "film of g1"); });
  EXPECT_EQ(make(), "film of g1");
  other.join();
  EXPECT_EQ(studio.created, 1);
}

}  // namespace
}  // namespace reel::service
