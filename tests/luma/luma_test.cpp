/// The Luma plugin against the emulator, over real sockets: what is paid for is paid for once, whatever goes wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <set>
#include <thread>

#include "luma_emulator.hpp"
#include "provider.hpp"

namespace {

using namespace reel::tests;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

Json clip(const std::string& prompt, const std::string& api = "dream-machine") {
  return {{"prompt", prompt},
          {"model", "auto"},
          {"duration", 5'000'000'000},
          {"aspect-ratio", "auto"},
          {"resolution", "540p"},
          {"loop", false},
          {"concepts", ""},
          {"first-frame", ""},
          {"last-frame", ""},
          {"extend", ""},
          {"interpolate", ""},
          {"fresh", false},
          {"api", api}};
}
Json edit(const std::string& action, const std::string& api = "dream-machine", const std::string& generation = "") {
  return {{"action", action},
          {"prompt", "in winter"},
          {"mode", "flex"},
          {"strength", 2},
          {"model", "auto"},
          {"first-frame", ""},
          {"resolution", "auto"},
          {"generation", generation},
          {"fresh", false},
          {"api", api},
          {"aspect-ratio", action == "reframe" ? "1:1" : "auto"}};
}

class LumaTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    emulator_ = std::make_unique<LumaEmulator>();
    setenv("LUMAAI_BASE_URL", emulator_->dream_machine().c_str(), 1);
    setenv("LUMA_AGENTS_BASE_URL", emulator_->agents().c_str(), 1);
  }
  static void TearDownTestSuite() { emulator_.reset(); }
  void SetUp() override {
    unsetenv("LUMA_CALLBACK_URL");
    emulator_->reset();
  }

  static LumaEmulator& emulator() { return *emulator_; }
  static void fault(const char* on, const char* what, Json more = Json::object()) {
    more["on"] = on, more["do"] = what;
    emulator_->fault(more);
  }

  template <class F>
  static reel_error code(F f) {
    try {
      f();
    } catch (const Failure& e) {
      message() = e.what();
      return e.code;
    }
    ADD_FAILURE() << "no error";
    return REEL_ERROR_FAILED;
  }
  static std::string& message() {
    static std::string last;
    return last;
  }

  LumaPlugin::Look wait(const std::string& prepared, const std::string& id) const {
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
      const auto look = luma_.look(prepared, id);
      if (look.state == REEL_GENERATION_DONE || look.state == REEL_GENERATION_FAILED) return look;
    }
  }
  std::string made(const std::string& prepared, const std::string& input = "") const {
    const std::string id = luma_.create(prepared, "intent", input);
    EXPECT_EQ(wait(prepared, id).state, REEL_GENERATION_DONE) << emulator().state();
    return id;
  }
  std::string fetched(const std::string& prepared, const std::string& id) const {
    const auto file = folder_ / (id + ".mp4");
    luma_.fetch(prepared, id, file);
    std::string content = read(file);
    std::filesystem::remove(file);
    return content;
  }
  /// An address of a clip that Luma has made.
  std::string link(const std::string& id) const {
    const Json state = emulator().state();
    for (const auto& generation : state["generations"])
      if (generation["id"] == id) return generation["link"];
    throw std::logic_error("no such generation");
  }
  static std::int64_t now() { return std::time(nullptr); }

  const LumaPlugin luma_{};
  LumaPlugin stranger_;
  const TemporaryFolder folder_;

 private:
  static inline std::unique_ptr<LumaEmulator> emulator_;
};

TEST_F(LumaTest, MakesAClip) {
  for (const char* api : {"dream-machine", "agents"}) {
    SCOPED_TRACE(api);
    const std::string wanted = luma_.prepare(clip("a tiger in the snow", api));
    const std::string content = fetched(wanted, made(wanted));
    EXPECT_EQ(content.substr(4, 4), "ftyp");
    write(folder_ / "clip.mp4", content);
    const auto probe = shell("ffprobe -v error -show_entries stream=width,height:format=duration -of csv=p=0 " +
                             quoted(folder_ / "clip.mp4"));
    EXPECT_EQ(probe.output, "960,540\n5.000000\n");
  }
  EXPECT_EQ(emulator().count("created"), 2);
}

TEST_F(LumaTest, ChangesAClip) {
  const std::string wanted = luma_.prepare(clip("a lake"));
  const std::string id = made(wanted), input = link(id);
  for (const Json& params : {edit("modify"), edit("reframe"), edit("upscale", "dream-machine", id),
                             edit("audio", "dream-machine", id), edit("modify", "agents"), edit("reframe", "agents")}) {
    SCOPED_TRACE(params.dump());
    const std::string change = luma_.prepare(params, input.c_str());
    EXPECT_EQ(fetched(change, made(change, input)).substr(4, 4), "ftyp");
  }
}

TEST_F(LumaTest, TellsStatesAndPreview) {
  emulator().settings({{"queued_seconds", 0.4}, {"working_seconds", 1.5}});
  const std::string wanted = luma_.prepare(clip("slowly")), id = luma_.create(wanted, "intent");
  std::set<std::string> words;
  std::string preview;
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
    const auto look = luma_.look(wanted, id);
    words.insert(look.words);
    if (!look.preview.empty()) preview = look.preview;
    if (look.state == REEL_GENERATION_DONE) break;
  }
  EXPECT_THAT(words, ::testing::ElementsAre("completed (emulator)", "dreaming (emulator)", "queued (emulator)"));
  EXPECT_THAT(preview, HasSubstr("progress.mp4"));
}

TEST_F(LumaTest, ALostAnswerIsFoundAgainAndPaidForOnce) {
  const std::string wanted = luma_.prepare(clip("lost and found"));
  for (const char* what : {"lose_answer", "garbage"}) {
    emulator().reset();
    const auto since = now();
    fault("create", what);
    EXPECT_EQ(code([&] { luma_.create(wanted, "one"); }), REEL_ERROR_UNCERTAIN) << what;
    const std::string id = luma_.find(wanted, "one", since);
    EXPECT_EQ(emulator().state()["generations"][0]["id"], id);
    EXPECT_EQ(emulator().count("created"), 1);
  }
}

TEST_F(LumaTest, WhatWasNeverMadeIsNotFound) {
  const std::string wanted = luma_.prepare(clip("never made"));
  fault("create", "close");
  EXPECT_EQ(code([&] { luma_.create(wanted, "one"); }), REEL_ERROR_UNCERTAIN);
  EXPECT_EQ(code([&] { luma_.find(wanted, "one", now()); }), REEL_ERROR_BUSY);  // Luma may still be at it
  EXPECT_EQ(code([&] { luma_.find(wanted, "one", now() - 30); }), REEL_ERROR_NOT_FOUND);
  EXPECT_EQ(emulator().count("created"), 0);
}

TEST_F(LumaTest, FindTellsGenerationsApart) {
  const auto since = now();
  const std::string wanted = luma_.prepare(clip("the same words"));
  const std::string other = luma_.create(luma_.prepare(clip("other words")), "other");
  Json longer = clip("the same words");
  longer["duration"] = 9'000'000'000;
  luma_.create(luma_.prepare(longer), "longer");
  EXPECT_EQ(code([&] { luma_.find(wanted, "one", since - 30); }), REEL_ERROR_NOT_FOUND);
  const std::string first = luma_.create(wanted, "first"), second = luma_.create(wanted, "second");
  EXPECT_EQ(luma_.find(wanted, "second", since, {first.c_str()}), second);
  EXPECT_EQ(luma_.find(wanted, "first", since, {second.c_str(), other.c_str()}), first);
  EXPECT_EQ(code([&] {
              luma_.find(wanted, "third", since - 30, {first.c_str(), second.c_str()});
            }),
            REEL_ERROR_NOT_FOUND);
  EXPECT_EQ(code([&] { luma_.find(wanted, "later", now() + 3600); }), REEL_ERROR_BUSY);
}

TEST_F(LumaTest, FindReadsThroughTheWholeList) {
  emulator().settings({{"per_minute", 1000}, {"concurrent", 1000}, {"queued_seconds", 1000}, {"credit_cents", 1e6}});
  const auto since = now();
  const std::string wanted = luma_.prepare(clip("deep down")), other = luma_.prepare(clip("on top of it"));
  const std::string id = luma_.create(wanted, "deep");
  for (int i = 0; i < 120; ++i) luma_.create(other, "other");
  EXPECT_EQ(luma_.find(wanted, "deep", since), id);
  EXPECT_EQ(emulator().count("list_requests"), 2);
}

TEST_F(LumaTest, FindMindsTheServersClock) {
  emulator().settings({{"clock_offset_seconds", -7200}});
  const auto since = now();
  const std::string wanted = luma_.prepare(clip("another time zone")), id = luma_.create(wanted, "one");
  EXPECT_EQ(luma_.find(wanted, "one", since), id);
}

TEST_F(LumaTest, ACallbackCarriesTheIntent) {
  setenv("LUMA_CALLBACK_URL", "http://127.0.0.1:9/luma?from=test", 1);
  const auto since = now();
  const std::string wanted = luma_.prepare(clip("twins")), first = luma_.create(wanted, "word 1"),
                    second = luma_.create(wanted, "word 2");
  EXPECT_EQ(luma_.find(wanted, "word 2", since), second);
  EXPECT_EQ(luma_.find(wanted, "word 1", since), first);
  EXPECT_EQ(emulator().state()["generations"][0]["request"]["callback_url"],
            "http://127.0.0.1:9/luma?from=test&intent=word%201");
}

TEST_F(LumaTest, ACallbackThatCameOrWentSinceDoesNotHideIt) {
  const auto since = now();
  const std::string wanted = luma_.prepare(clip("before and after")), plain = luma_.create(wanted, "plain");
  setenv("LUMA_CALLBACK_URL", "http://127.0.0.1:9/luma", 1);
  EXPECT_EQ(luma_.find(wanted, "plain", since), plain);
  const std::string marked = luma_.create(wanted, "marked");
  unsetenv("LUMA_CALLBACK_URL");
  EXPECT_EQ(luma_.find(wanted, "marked", since), marked);
}

TEST_F(LumaTest, WhatTheListDoesNotTellIsUncertain) {
  const auto since = now();
  const std::string id = made(luma_.prepare(clip("upscaled twice")));
  const std::string wanted = luma_.prepare(edit("upscale", "dream-machine", id), "");
  EXPECT_EQ(code([&] { luma_.find(wanted, "one", since - 30); }), REEL_ERROR_NOT_FOUND);
  luma_.create(wanted, "one");
  EXPECT_EQ(code([&] { luma_.find(wanted, "one", since); }), REEL_ERROR_UNCERTAIN);
  fault("list", "garbage");
  EXPECT_EQ(code([&] { luma_.find(wanted, "one", since); }), REEL_ERROR_BUSY);
}

TEST_F(LumaTest, AgentsCannotTell) {
  const std::string wanted = luma_.prepare(clip("a lost answer", "agents"));
  fault("create", "lose_answer");
  EXPECT_EQ(code([&] { luma_.create(wanted, "one"); }), REEL_ERROR_UNCERTAIN);
  EXPECT_EQ(code([&] { luma_.find(wanted, "one", now() - 30); }), REEL_ERROR_UNCERTAIN);
}

TEST_F(LumaTest, WithoutAConnectionNothingWasAskedFor) {
  const std::string wanted = luma_.prepare(clip("nobody there"));
  setenv("LUMAAI_BASE_URL", "http://127.0.0.1:1/dream-machine/v1", 1);
  EXPECT_EQ(code([&] { luma_.create(wanted, "one"); }), REEL_ERROR_BUSY);
  setenv("LUMAAI_BASE_URL", "https://127.0.0.1:1/dream-machine/v1", 1);
  EXPECT_EQ(code([&] { luma_.create(wanted, "one"); }), REEL_ERROR_BUSY);
  setenv("LUMAAI_BASE_URL", "https://no-such-name.invalid/v1", 1);
  EXPECT_EQ(code([&] { luma_.create(wanted, "one"); }), REEL_ERROR_BUSY);
  // TLS with a server that speaks none: the request itself is never sent.
  setenv("LUMAAI_BASE_URL", ("https" + emulator().dream_machine().substr(4)).c_str(), 1);
  EXPECT_EQ(code([&] { luma_.create(wanted, "one"); }), REEL_ERROR_BUSY);
  setenv("LUMAAI_BASE_URL", emulator().dream_machine().c_str(), 1);
  EXPECT_EQ(emulator().count("created"), 0);
}

TEST_F(LumaTest, WaitsAsLongAsItIsTold) {
  const std::string wanted = luma_.prepare(clip("patience"));
  fault("create", "status", {{"status", 429}, {"seconds", 1}, {"detail", "Rate limit exceeded"}});
  const auto begin = std::chrono::steady_clock::now();
  luma_.create(wanted, "one");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  fault("create", "status", {{"status", 429}, {"seconds", 300}, {"detail", "Rate limit exceeded"}});
  EXPECT_EQ(code([&] { luma_.create(wanted, "two"); }), REEL_ERROR_BUSY);
  EXPECT_THAT(message(), HasSubstr("Rate limit exceeded; ask again in 300 s"));
  EXPECT_EQ(emulator().count("created"), 1);
}

TEST_F(LumaTest, ASlowAnswerIsWaitedFor) {
  const std::string wanted = luma_.prepare(clip("slow and steady"));
  fault("create", "slow", {{"seconds", 2}});
  Waiting task;
  std::thread impatient([&] {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    task.gives_up = true;  // too late: it is asked for, and its id must not get lost
  });
  EXPECT_NE(luma_.create(wanted, "one", "", &task), "");
  impatient.join();
  EXPECT_EQ(emulator().count("created"), 1);
}

TEST_F(LumaTest, TellsWhoseFaultItIs) {
  const std::string wanted = luma_.prepare(clip("trouble"));
  const auto create = [&] { luma_.create(wanted, "one"); };
  emulator().settings({{"credit_cents", 1}});
  EXPECT_EQ(code(create), REEL_ERROR_LIMIT);
  EXPECT_THAT(message(), HasSubstr("Insufficient credits"));
  emulator().settings({{"credit_cents", 1000}});
  for (const auto& [status, expected] : {std::pair(400, REEL_ERROR_INVALID),
                                         {403, REEL_ERROR_DENIED},
                                         {422, REEL_ERROR_INVALID},
                                         {500, REEL_ERROR_UNCERTAIN},
                                         {503, REEL_ERROR_UNCERTAIN}}) {
    fault("create", "status", {{"status", status}, {"detail", "as Luma says"}});
    EXPECT_EQ(code(create), expected) << status;
    EXPECT_THAT(message(), HasSubstr("as Luma says"));
  }
  EXPECT_EQ(emulator().count("created"), 0);
  EXPECT_EQ(code([&] { luma_.look(wanted, "00000000-unknown"); }), REEL_ERROR_NOT_FOUND);
  EXPECT_EQ(code([&] { luma_.look(wanted, "../credits"); }), REEL_ERROR_INVALID);
  fault("look", "garbage");
  const std::string id = luma_.create(wanted, "one");
  EXPECT_EQ(code([&] { luma_.look(wanted, id); }), REEL_ERROR_BUSY);
  fault("look", "status", {{"status", 502}});
  EXPECT_EQ(code([&] { luma_.look(wanted, id); }), REEL_ERROR_BUSY);
}

TEST_F(LumaTest, KeysStaySecret) {
  const std::string wanted = luma_.prepare(clip("who is it"));
  stranger_.host.key = "wrong-key-1234";
  EXPECT_EQ(code([&] { stranger_.create(wanted, "one"); }), REEL_ERROR_DENIED);
  EXPECT_THAT(message(), Not(HasSubstr("1234")));
  EXPECT_THAT(stranger_.limits(wanted).account, Not(HasSubstr("1234")));
  EXPECT_STRNE(stranger_.limits(wanted).account, luma_.limits(wanted).account);
  stranger_.host.key = "two\r\nlines";
  EXPECT_EQ(code([&] { stranger_.create(wanted, "one"); }), REEL_ERROR_DENIED);
  stranger_.host.key = "";
  EXPECT_EQ(code([&] { stranger_.create(wanted, "one"); }), REEL_ERROR_DENIED);
  EXPECT_THAT(message(), HasSubstr("LUMAAI_API_KEY"));
  EXPECT_EQ(emulator().count("created"), 0);
}

TEST_F(LumaTest, KeepsToTheHostsNetwork) {
  const std::string wanted = luma_.prepare(clip("forbidden"));
  stranger_.host.may_connect = false;
  EXPECT_EQ(code([&] { stranger_.create(wanted, "one"); }), REEL_ERROR_DENIED);
  EXPECT_THAT(message(), HasSubstr("not on this network"));
  EXPECT_EQ(emulator().count("created"), 0);
}

TEST_F(LumaTest, ModerationIsRefused) {
  for (const char* api : {"dream-machine", "agents"}) {
    const std::string wanted = luma_.prepare(clip("gore", api)), id = luma_.create(wanted, "one");
    const auto look = wait(wanted, id);
    EXPECT_EQ(look.state, REEL_GENERATION_FAILED);
    EXPECT_EQ(look.failure_is, REEL_ERROR_REFUSED);
    EXPECT_THAT(look.failure, HasSubstr("Advanced prompt moderation failed; "));
    EXPECT_EQ(code([&] { fetched(wanted, id); }), REEL_ERROR_NOT_FOUND);
  }
}

TEST_F(LumaTest, DownloadsGoOnAndLeaveNothingHalf) {
  const std::string wanted = luma_.prepare(clip("a long download")), id = made(wanted), whole = fetched(wanted, id);
  fault("download", "truncate", {{"times", 3}});
  EXPECT_EQ(fetched(wanted, id), whole);
  fault("download", "status", {{"status", 500}, {"times", 2}});
  EXPECT_EQ(fetched(wanted, id), whole);
  const auto file = folder_ / "result.mp4";
  emulator().settings({{"link_seconds", 0}});  // the link has expired before it is followed
  EXPECT_EQ(code([&] { luma_.fetch(wanted, id, file); }), REEL_ERROR_NOT_FOUND);
  EXPECT_FALSE(exists(file));
  emulator().settings({{"link_seconds", 60}, {"bytes_per_second", 40'000}});
  EXPECT_EQ(fetched(wanted, id), whole);
  write(file, "somebody's");
  EXPECT_EQ(code([&] { luma_.fetch(wanted, id, file); }), REEL_ERROR_FAILED);
  EXPECT_EQ(read(file), "somebody's");
}

TEST_F(LumaTest, WhoGivesUpIsHeard) {
  const std::string wanted = luma_.prepare(clip("never mind")), id = made(wanted);
  emulator().settings({{"bytes_per_second", 20'000}});
  Waiting task;
  task.until = 0.1;
  EXPECT_EQ(code([&] { luma_.fetch(wanted, id, folder_ / "result.mp4", &task); }), REEL_ERROR_CANCELLED);
  EXPECT_FALSE(exists(folder_ / "result.mp4"));
  const int before = emulator().count("created");
  EXPECT_EQ(code([&] { luma_.create(wanted, "two", "", &task); }), REEL_ERROR_CANCELLED);
  EXPECT_EQ(emulator().count("created"), before);
}

TEST_F(LumaTest, TheEmulatorKeepsItsStateOverACrash) {
  const std::string wanted = luma_.prepare(clip("before the crash")), id = made(wanted), whole = fetched(wanted, id);
  emulator().settings({{"working_seconds", 1}});
  const std::string unfinished = luma_.create(wanted, "two");
  emulator().restart();
  EXPECT_EQ(fetched(wanted, id), whole);
  EXPECT_EQ(wait(wanted, unfinished).state, REEL_GENERATION_DONE);
}

}  // namespace
