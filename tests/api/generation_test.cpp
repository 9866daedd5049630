/// What a provider makes for requests, against the emulator of one, by a real worker and the walls of its children.
#include <signal.h>

#include "luma_emulator.hpp"
#include "working.hpp"

namespace reel::api_test {
namespace {

using namespace std::chrono_literals;
using service::RequestState;
using store::test::eventually;
using store::test::value;
using ::testing::HasSubstr;

constexpr const char* key = "a-key-that-nobody-sees";

class GenerationTest : public WorkerTest {
 protected:
  GenerationTest() {
    setenv("LUMAAI_BASE_URL", emulator.dream_machine().c_str(), 1);
    unsetenv("LUMAAI_API_KEY");
    unsetenv("LUMA_AGENTS_API_KEY");
    options.provider_cents = 500;
    options.internal = {"127.0.0.1"};
    options.secrets = [this](const std::string& beginning) {
      asked_for = beginning;
      return std::map<std::string, std::string>{{"luma-api-key", key}};
    };
  }
  service::RequestId generate(const Person& who, const std::string& prompt) {
    const auto created = post(who, "/api/v1/requests",
                              {{"pipeline", "reel: 1\nstages:\n  - uses: luma\n    with: { prompt: \"" + prompt +
                                                "\", duration: 5s }\n  - uses: sink\n    with: { uri: clip.mp4 }\n"}});
    EXPECT_EQ(created.status, 201) << created.body;
    return created.json().at("id");
  }
  /// The service is at work on it, for `seconds` more.
  service::RequestId at_work(int seconds) {
    emulator.settings({{"working_seconds", seconds}});
    const auto id = generate(ada, "a boat");
    work();
    EXPECT_TRUE(eventually([&] { return emulator.count("created") == 1; }, 60s));
    return id;
  }
  /// A line of shell for each child of this process that knows Luma, whose number is `$p`.
  static tests::Result for_its_child(const std::string& line) {
    return tests::shell("for p in $(pgrep -P " + std::to_string(::getpid()) +
                        " reel-runner); do if grep -qz '^LUMAAI' /proc/$p/environ; then " + line + "; fi; done");
  }
  std::string call(const std::string& column) { return value(url, "SELECT " + column + " FROM provider_calls"); }
  std::string log(service::RequestId id) {
    return value(url,
                 "SELECT string_agg(log_message, E'\\n' ORDER BY log_id) FROM processing_logs WHERE request_id = " +
                     std::to_string(id));
  }
  /// The whole database as text.
  std::string rows() { return tests::shell("pg_dump --data-only --inserts " + tests::quoted(url)).output; }

  tests::LumaEmulator emulator{key};
  std::string asked_for;
};

TEST_F(GenerationTest, a_prompt_becomes_a_clip) {
  emulator.settings({{"working_seconds", 3}});  // long enough to be seen
  const auto id = generate(ada, "a red kite");
  work();
  const auto done = when(id, RequestState::succeeded);
  ASSERT_EQ(done.outcome.artifacts.size(), 1U);
  const auto clip = files.artifact(done.outcome.artifacts[0]).value();
  EXPECT_EQ(tests::picture_times(clip).size(), 5U * 24U);
  EXPECT_EQ(emulator.count("created"), 1);
  EXPECT_EQ(call("state"), "succeeded");
  EXPECT_EQ(call("provider"), "Luma Dream Machine (emulator)");
  EXPECT_EQ(call("request_id"), std::to_string(id));
  EXPECT_GT(store->accounts().usage(ada.id).provider_cents, 0);
  EXPECT_THAT(log(id), HasSubstr("dreaming"));
  EXPECT_EQ(asked_for, "luma-");
  const std::string all = rows();
  EXPECT_THAT(all, HasSubstr("a red kite"));
  EXPECT_EQ(all.find(key), std::string::npos);
}

TEST_F(GenerationTest, the_same_is_paid_for_once_by_each_user) {
  work();
  when(generate(ada, "a boat"), RequestState::succeeded);
  when(generate(ada, "a boat"), RequestState::succeeded);
  EXPECT_EQ(emulator.count("created"), 1);
  when(generate(person("bob"), "a boat"), RequestState::succeeded);
  EXPECT_EQ(emulator.count("created"), 2) << "what one user has is no other user's";
}

TEST_F(GenerationTest, nobody_spends_more_than_the_quota) {
  service::Quota quota;
  quota.provider_cents = 10;
  store->accounts().set_quota(ada.id, quota);
  const auto id = generate(ada, "a boat");
  work();
  const auto failed = when(id, RequestState::failed);
  EXPECT_EQ(failed.outcome.error_code, "provider-failed");
  EXPECT_THAT(failed.outcome.error, HasSubstr("of the $0.10 that you may spend in 30 days, $0.10 is left"));
  EXPECT_EQ(emulator.count("created"), 0);
}

TEST_F(GenerationTest, another_worker_goes_on_with_what_was_asked_for) {
  const auto id = at_work(3);
  stop_work();
  EXPECT_EQ(store->requests().find(id)->state, RequestState::queued);
  work();
  EXPECT_EQ(when(id, RequestState::succeeded).attempts, 2);
  EXPECT_EQ(emulator.count("created"), 1);
}

TEST_F(GenerationTest, a_child_that_dies_asks_for_nothing_twice) {
  const auto id = at_work(3);
  for_its_child("kill -KILL $p");
  when(id, RequestState::succeeded);
  EXPECT_EQ(emulator.count("created"), 1);
}

/// Only the plugin that it speaks for gets near its key and the network.
TEST_F(GenerationTest, its_child_loads_no_other_plugin) {
  at_work(3);
  const auto seen = for_its_child("grep -oE '[^/]+\\.so$' /proc/$p/maps | grep -E '^reel-|hostile' | sort -u");
  EXPECT_EQ(seen.output, "reel-luma.so\n");
}

TEST_F(GenerationTest, what_is_cancelled_is_waited_for_no_longer) {
  const auto id = at_work(60);
  ASSERT_EQ(post(ada, "/api/v1/requests/" + std::to_string(id) + "/cancel").status / 100, 2);
  EXPECT_THAT(when(id, RequestState::cancelled).outcome.error, HasSubstr("goes on"));
}

TEST_F(GenerationTest, a_provider_reaches_no_neighbour_of_the_server) {
  options.internal.clear();
  const auto id = generate(ada, "a boat");
  work();
  EXPECT_THAT(when(id, RequestState::failed).outcome.error, HasSubstr("not on the public Internet"));
  EXPECT_EQ(emulator.count("created"), 0);
}

TEST_F(GenerationTest, what_is_refused_is_said_in_the_services_words) {
  const auto id = generate(ada, "nothing but gore");
  work();
  EXPECT_THAT(when(id, RequestState::failed).outcome.error, HasSubstr("moderat"));
}

}  // namespace
}  // namespace reel::api_test
