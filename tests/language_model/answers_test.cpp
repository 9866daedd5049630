/// What servers answer, over real sockets: recorded, wrong, slow, endless.
#include <chrono>
#include <fstream>
#include <thread>

#include "fixture.hpp"

namespace {

using namespace reel;
using namespace reel::tests;
using ::testing::HasSubstr;
using ::testing::Not;
using Answers = LanguageModelTest;

std::string today() { return shell("date -u +%F").output.substr(0, 10); }

TEST_F(Answers, OfFourServersAreRead) {
  for (const char* const recording : {"hosted", "ollama", "llama_cpp", "vllm"}) {
    SCOPED_TRACE(recording);
    std::filesystem::remove_all(folder());
    emulator().steps({{{"recording", recording}}});
    const prompt::Understanding made = assisted();
    EXPECT_EQ(made.yaml, valid_pipeline);
    EXPECT_TRUE(made.complete());
    ASSERT_EQ(made.clauses.size(), 1U);
    EXPECT_EQ(made.clauses[0].stage, "blur");
    EXPECT_EQ(made.clauses[0].meaning, "Blur: radius 12");
    ASSERT_EQ(made.clauses[0].times.size(), 1U);
    EXPECT_EQ(made.clauses[0].times[0].absolute.begin, std::chrono::minutes(5));
    EXPECT_EQ(made.clauses[0].times[0].absolute.end, std::chrono::seconds(315));
    EXPECT_THAT(made.notes.at(0).text, HasSubstr("llama3.2 at 127.0.0.1:"));
  }
}

TEST_F(Answers, TheQuestionSaysAllThatIsKnown) {
  ask_.regions.push_back({"lamp",
                          {model::Region::Shape::box,
                           {{
                                0.5,
                                0,
                            },
                            {0.25, 0.5}}}});
  ask_.labels = {"person", "car"};
  ask_.media.emplace();
  ask_.media->duration = std::chrono::minutes(20);
  ask_.media->uri = "/home/ada/private/in.mp4";
  emulator().steps({says(valid_pipeline)});
  EXPECT_EQ(outcome(), "language-model");
  const Json request = requests().at(0);
  EXPECT_EQ(request["path"], "/v1/chat/completions");
  EXPECT_EQ(request["headers"]["Authorization"], std::string("Bearer ") + key);
  const Json body = Json::parse(request["body"].get<std::string>());
  EXPECT_EQ(body["model"], "llama3.2");
  EXPECT_EQ(body["temperature"], 0);
  EXPECT_EQ(body["max_tokens"], 8192);
  ASSERT_EQ(body["messages"].size(), 2U);
  EXPECT_EQ(body["messages"][0]["role"], "system");
  EXPECT_THAT(body["messages"][0]["content"].get<std::string>(), HasSubstr(R"("with-object-removal")"));
  const Json data = Json::parse(body["messages"][1]["content"].get<std::string>());
  EXPECT_EQ(data["prompt"], ask_.text);
  EXPECT_EQ(data["media"]["uri"], "in.mp4");
  EXPECT_EQ(data["media"]["duration_ns"], 1'200'000'000'000);
  EXPECT_EQ(data["regions"][0]["name"], "lamp");
  EXPECT_THAT(data["regions"][0]["region"].get<std::string>(), HasSubstr("0.25"));
  EXPECT_EQ(data["labels"], Json({"person", "car"}));
  EXPECT_EQ(data["reading"]["unknown"][0]["words"], "soften");
  EXPECT_THAT(request["body"].get<std::string>(), Not(HasSubstr("/home/ada")));
}

TEST_F(Answers, AWrongOneIsRepairedOnce) {
  const std::string wrong =
      "reel: 1\nstages:\n  - uses: source\n    with: { uri: in.mp4 }\n  - uses: blurr\n"
      "  - uses: sink\n    with: { uri: out.mp4 }\n";
  emulator().steps({says(wrong), says(valid_pipeline)});
  EXPECT_EQ(outcome(), "language-model");
  ASSERT_EQ(requests().size(), 2U);
  const Json body = Json::parse(requests().at(1)["body"].get<std::string>());
  ASSERT_EQ(body["messages"].size(), 4U);
  EXPECT_EQ(body["messages"][2]["role"], "assistant");
  EXPECT_EQ(body["messages"][2]["content"], wrong);
  const std::string faults = body["messages"][3]["content"];
  const Json fault = Json::parse(faults.substr(faults.find('[')))[0];
  EXPECT_EQ(fault["line"], 5);
  EXPECT_EQ(fault["column"], 11);
  EXPECT_EQ(fault["code"], "unknown-stage");
  EXPECT_EQ(fault["hint"], "did you mean 'blur'?");
}

TEST_F(Answers, TwiceWrongLeavesTheReading) {
  reading_.yaml = valid_pipeline;
  emulator().steps({says("reel: 1\nstages: []\n"), says("reel: 2\nstages: []\n"), says(valid_pipeline)});
  const prompt::Understanding made = assisted();
  EXPECT_EQ(made.yaml, valid_pipeline);
  EXPECT_FALSE(made.complete());
  EXPECT_EQ(made.unknown.size(), 1U);
  ASSERT_EQ(made.notes.size(), 1U);
  EXPECT_EQ(made.notes[0].code, "language-model-failed");
  EXPECT_THAT(made.notes[0].text, HasSubstr("line 1: this program reads version 1 of the language"));
  EXPECT_EQ(requests().size(), 2U);
}

TEST_F(Answers, NoneIsNoPipeline) {
  for (const char* const text : {"", "NONE", " none.\n", "```\nNONE\n```"}) {
    std::filesystem::remove_all(folder());
    emulator().steps({says(text)});
    EXPECT_THAT(outcome(), HasSubstr("it knows no pipeline for this")) << text;
    EXPECT_EQ(requests().size(), 1U);
  }
}

TEST_F(Answers, WhatIsNoneIsNamed) {
  const std::pair<Json, const char*> cases[] = {
      {{{"body", "<html>Welcome</html>"}}, "it has no `choices`"},
      {{{"body", "{}"}}, "it has no `choices`"},
      {{{"body", ""}}, "it has no `choices`"},
      {{{"body", "{\"choices\": [7]}"}}, "it knows no pipeline"},
      {{{"body", std::string(100'000, '[')}}, "it has no `choices`"},
      {{{"recording", "refusal"}}, "it will not do this: I'm sorry"},
      {{{"recording", "cut_off"}}, "cut off after 8192 tokens"},
      {{{"recording", "no_model"}, {"status", 404}}, "model \"llama3.2\" not found, try pulling it first; is the"},
      {{{"recording", "no_balance"}, {"status", 429}}, "the account's balance is used up"},
      {{{"endless", 0}}, "larger than 1 MiB"},
      {{{"close", true}}, "does not answer"},
      {{{"status", 307}, {"headers", {{"Location", "http://127.0.0.1:1/v1"}}}}, "redirections are not followed"},
      {{{"status", 400}, {"body", "{\"error\": \"context too \\u001b[31m long\"}"}}, "400: context too  [31m long"}};
  for (const auto& [step, expected] : cases) {
    std::filesystem::remove_all(folder());
    emulator().steps({step, says(valid_pipeline)});
    EXPECT_THAT(outcome(), HasSubstr(expected)) << step;
    EXPECT_EQ(requests().size(), 1U) << step;
  }
}

TEST_F(Answers, WhatMayPassIsTriedAgain) {
  emulator().steps({{{"status", 500}, {"body", "oops"}},
                    {{"recording", "rate_limit"}, {"status", 429}, {"headers", {{"Retry-After", "1"}}}},
                    says(valid_pipeline)});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome(), "language-model");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_EQ(requests().size(), 3U);
}

TEST_F(Answers, ButNotForEver) {
  const Json loading{{"recording", "loading"}, {"status", 503}};
  emulator().steps({loading, loading, loading, says(valid_pipeline)});
  EXPECT_THAT(outcome(), HasSubstr("answered 503: Loading model; ask again later"));
  EXPECT_EQ(requests().size(), 3U);
  emulator().steps({{{"recording", "rate_limit"}, {"status", 429}, {"headers", {{"Retry-After", "3600"}}}}});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(outcome(), HasSubstr("Rate limit reached"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(requests().size(), 1U);
}

TEST_F(Answers, NewerModelsHaveOtherParameters) {
  emulator().steps({{{"recording", "max_tokens"}, {"status", 400}},
                    {{"recording", "temperature"}, {"status", 400}},
                    {{"recording", "hosted"}}});
  EXPECT_EQ(outcome(), "language-model");
  const Json body = Json::parse(requests().at(2)["body"].get<std::string>());
  EXPECT_EQ(body["max_completion_tokens"], 8192);
  EXPECT_FALSE(body.contains("max_tokens"));
  EXPECT_FALSE(body.contains("temperature"));
}

TEST_F(Answers, PatienceEnds) {
  setenv("REEL_LANGUAGE_MODEL_SECONDS", "1", 1);
  for (const Json& step : {Json{{"seconds", 20}}, Json{{"endless", 0.1}}}) {
    emulator().steps({step});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(outcome(), HasSubstr("does not answer"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
    EXPECT_EQ(requests().size(), 1U) << "what was sent may be paid for";
  }
}

TEST_F(Answers, WhoGivesUpIsHeard) {
  std::atomic<bool> stop = false;
  stop_ = &stop;
  emulator().steps({{{"seconds", 20}}});
  std::thread impatient([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop = true;
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(assisted(), base::Interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  impatient.join();
}

TEST_F(Answers, TheSameQuestionIsAskedOnce) {
  emulator().steps({{{"recording", "ollama"}}});
  EXPECT_EQ(outcome(), "language-model");
  EXPECT_EQ(outcome(), "language-model");
  EXPECT_EQ(requests().size(), 1U);
  EXPECT_THAT(installed().log, HasSubstr("for 20973 tokens"));
  EXPECT_THAT(installed().log, HasSubstr("has answered this before"));
  EXPECT_EQ(read(folder() / "tokens"), today() + " 20973\n");
  ask_.text += " or so";
  emulator().steps({says("NONE")});
  EXPECT_THAT(outcome(), HasSubstr("knows no pipeline"));
  EXPECT_EQ(requests().size(), 1U) << "another question";
  setenv("REEL_LANGUAGE_MODEL", "another", 1);
  emulator().steps({says(valid_pipeline)});
  EXPECT_EQ(outcome(), "language-model");
  EXPECT_EQ(requests().size(), 1U) << "another model";
}

TEST_F(Answers, TheBudgetOfTheDayHolds) {
  setenv("REEL_LANGUAGE_MODEL_DAILY_TOKENS", "60000", 1);
  std::filesystem::create_directories(folder());
  write(folder() / "tokens", today() + " 59999\n");
  emulator().steps({says(valid_pipeline)});
  EXPECT_THAT(outcome(), HasSubstr("the budget of the day is used up: 59999 of 60000 tokens"));
  EXPECT_EQ(requests().size(), 0U);
  write(folder() / "tokens", "2001-01-01 59999\n");
  EXPECT_EQ(outcome(), "language-model");
  EXPECT_EQ(read(folder() / "tokens"), today() + " 1000\n");
}

TEST_F(Answers, WhatFailsBeforeAnythingIsMadeCostsNothing) {
  const Json wrong{{"status", 400}, {"body", "{}"}};
  emulator().steps({wrong});
  outcome();
  EXPECT_EQ(read(folder() / "tokens"), today() + " 0\n");
  setenv("REEL_LANGUAGE_MODEL_SECONDS", "1", 1);
  emulator().steps({{{"seconds", 20}}});
  outcome();
  const std::string after = read(folder() / "tokens");
  EXPECT_GT(std::stoul(after.substr(after.find(' '))), 20'000U) << "it may have been made and charged";
}

TEST_F(Answers, TheKeyStaysSecret) {
  installed().secret = "sk-another-0987654321";
  emulator().steps({});
  EXPECT_THAT(outcome(), HasSubstr("401: Incorrect API key provided: (the key)."));
  installed().secret = key;
  emulator().steps({{{"recording", "wrong_key"}, {"status", 403}}});
  EXPECT_THAT(outcome(), HasSubstr("(the key). You can find"));  // outcome() looks for the key itself
  emulator().steps({says(valid_pipeline)});
  EXPECT_EQ(outcome(), "language-model");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
    EXPECT_THAT(entry.is_regular_file() ? read(entry.path()) : "", Not(HasSubstr("sk-")));
  installed().secret = "two\r\nlines";
  EXPECT_THAT(outcome(), HasSubstr("holds characters that no key has"));
  installed().secret = key;
  setenv("REEL_LANGUAGE_MODEL_URL", "http://models.example.org/v1", 1);
  EXPECT_THAT(outcome(), HasSubstr("must be an https address"));
  installed().secret = "";
  setenv("REEL_LANGUAGE_MODEL_URL", emulator().url().c_str(), 1);
  emulator().steps({});
  ask_.text += "!";
  EXPECT_THAT(assisted().notes.at(0).text, HasSubstr("is the secret language-model-key right?"));
  EXPECT_FALSE(requests().at(0)["headers"].contains("Authorization"));
}

TEST_F(Answers, TheHostsNetworkPolicyHolds) {
  installed().refused_address = "127.0.0.1 is an address of this machine";
  emulator().steps({says(valid_pipeline)});
  EXPECT_THAT(outcome(), HasSubstr("127.0.0.1 is an address of this machine"));
  EXPECT_EQ(requests().size(), 0U);
}

TEST_F(Answers, NobodyIsAskedUnlessConfigured) {
  for (const char* const name : {"REEL_LANGUAGE_MODEL_URL", "REEL_LANGUAGE_MODEL"}) {
    SetUp();
    unsetenv(name);
    EXPECT_EQ(catalog::available_prompt_planner(), nullptr);
    const auto planner = catalog::prompt_planners().at(0);
    EXPECT_EQ(planner->available(), "");
    EXPECT_THROW(planner->plan("{}", nullptr), base::InputError);
    const prompt::Understanding same = prompt::assisted(ask_, stages(), reading_, {*planner, check_});
    EXPECT_TRUE(same.notes.empty());
  }
  SetUp();
  ask_.text = std::string(100'000, 'a');
  emulator().steps({says(valid_pipeline)});
  EXPECT_THAT(outcome(), HasSubstr("the prompt is longer than"));
  EXPECT_EQ(requests().size(), 0U);
}

}  // namespace
