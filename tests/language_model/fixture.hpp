/// The real plugin and the real stages, with a server of the chat API that says what the test wants.
#pragma once

#include <gmock/gmock.h>
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "language_model_emulator.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/catalog/catalog.hpp"
#include "reel/catalog/prompt_planner.hpp"
#include "reel/prompt/assisted.hpp"

namespace reel::tests {

using Json = nlohmann::json;

inline constexpr const char* key = "sk-test-1234567890";
inline constexpr const char* valid_pipeline =
    "reel: 1\nstages:\n  - uses: source\n    with: { uri: in.mp4 }\n  - uses: blur\n    during: 5:00..5:15\n"
    "    with: { radius: 12 }\n  - uses: sink\n    with: { uri: out.mp4 }\n";

/// What the one catalogue of the process was made with, for tests to change.
struct Installed {
  TemporaryFolder cache;
  std::string secret = key;
  std::string refused_address;  ///< why nothing may be connected to; empty: all may
  std::string log;
  base::LogListener listener{[this](const base::LogLine& line) { log += line.message + "\n"; },
                             base::LogListener::Stderr::instead};
  std::unique_ptr<catalog::Catalog> catalog;

  Installed() {
    gst_init(nullptr, nullptr);
    catalog::CatalogOptions options;
    options.folders = {std::filesystem::path(environment("REEL_BUILD_DIR")) / "lib/reelwork/plugins"};
    options.policy.deny_stages = {"gst/fakesink", "speed"};
    options.policy.deny_schemes = {"http", "ftp"};
    options.host_version = "test";
    options.services.secret = [this](const std::string& name) -> std::optional<std::string> {
      return name == "language-model-key" && !secret.empty() ? std::optional(secret) : std::nullopt;
    };
    options.services.cache_folder = cache.path();
    options.services.may_connect = [this](const std::string&, const sockaddr&) {
      if (!refused_address.empty()) throw base::InputError(refused_address);
    };
    catalog = std::make_unique<catalog::Catalog>(options);
  }
};

class LanguageModelTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    emulator_ = std::make_unique<LanguageModelEmulator>(key);
    if (!installed_) installed_ = std::make_unique<Installed>();
  }
  static void TearDownTestSuite() { emulator_.reset(); }

  void SetUp() override {
    setenv("REEL_LANGUAGE_MODEL_URL", emulator_->url().c_str(), 1);
    setenv("REEL_LANGUAGE_MODEL", "llama3.2", 1);
    unsetenv("REEL_LANGUAGE_MODEL_SECONDS");
    unsetenv("REEL_LANGUAGE_MODEL_DAILY_TOKENS");
    std::filesystem::remove_all(installed().cache / "language-model");
    installed().secret = key;
    installed().refused_address.clear();
    installed().log.clear();
    ask_.text = "soften the picture for a while after five minutes";
    ask_.input = "in.mp4";
    ask_.output = "out.mp4";
    reading_.unknown.push_back({{0, 6}, "unknown", "the words are not understood", {}});
    check_.refuse_uri = [](const std::string& uri) {
      return catalog::Policy{.deny_schemes = {"http", "ftp"}}.refuse_uri(uri);
    };
    check_.environment = [](const std::string&) { return std::optional<std::string>("of the host"); };
    check_.has_secret = [](const std::string&) { return true; };
  }
  void TearDown() override { EXPECT_THAT(installed().log, ::testing::Not(::testing::HasSubstr("sk-"))); }

  static LanguageModelEmulator& emulator() { return *emulator_; }
  static Installed& installed() { return *installed_; }
  static const model::StageSource& stages() { return *installed().catalog; }
  static Json says(const std::string& text) { return {{"says", text}}; }
  static Json requests() { return emulator().requests(); }
  static std::filesystem::path folder() { return installed().cache / "language-model"; }

  prompt::Understanding assisted() {
    const auto planner = catalog::available_prompt_planner();
    if (!planner) throw std::logic_error("no planner");
    prompt::Assistant assistant{*planner, check_};
    assistant.stop = stop_;
    return prompt::assisted(ask_, stages(), reading_, assistant);
  }
  /// What came of it: `language-model`, or the words of the note that says why there is no answer.
  std::string outcome() {
    const prompt::Understanding made = assisted();
    EXPECT_EQ(made.notes.size(), 1U);
    const prompt::Remark& note = made.notes.back();
    EXPECT_THAT(note.text, ::testing::Not(::testing::HasSubstr(installed().secret)));
    const bool answered = note.code == "language-model";
    EXPECT_EQ(made.complete(), answered);
    EXPECT_EQ(made.yaml.empty(), !answered);
    return answered ? note.code : note.text;
  }

  prompt::Ask ask_;
  prompt::Understanding reading_;
  model::CheckOptions check_;
  base::StopFlag stop_ = nullptr;

 private:
  static inline std::unique_ptr<LanguageModelEmulator> emulator_;
  static inline std::unique_ptr<Installed> installed_;
};

}  // namespace reel::tests
