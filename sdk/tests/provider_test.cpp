#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/provider.hpp>
#include <reel/sdk.hpp>

namespace {

using namespace reel;

/// Says in its answers what it was asked.
struct Echo : Provider<Echo> {
  static constexpr std::array stages{"acme-one", "acme-two"};
  using Provider::Provider;

  std::string prepare(const ProviderRequest& r) const {
    if (r.params == "{}") throw ParamError("prompt", "is missing");
    return r.stage + " " + r.params + " " + r.input.value_or("none") + " " + std::to_string(r.input_duration.count());
  }
  ProviderLimits limits(const std::string& prepared) const { return {"Echo", "account of " + prepared, 3, 7}; }
  ProviderEstimate estimate(const std::string&) const { return {.cents = 12}; }
  std::string create(const std::string& prepared, const std::string& input, const std::string& intent,
                     const Task& task) const {
    task.check();
    task.progress(0.5, "half");
    return prepared + "," + input + "," + intent;
  }
  std::string find(const std::string&, const std::string&, const LostAnswer& lost, const Task&) const {
    if (lost.taken.size() != 2) throw ExtensionError(REEL_ERROR_NOT_FOUND, "nothing");
    return lost.intent + lost.taken[1] + std::to_string(lost.since);
  }
  Generation look(const std::string&, const std::string& id, const Task&) const {
    if (id == "thrown") throw 7;
    return {
        .state = REEL_GENERATION_FAILED, .words = "failed", .failure = "no " + id, .failure_is = REEL_ERROR_REFUSED};
  }
  void fetch(const std::string&, const std::string&, const std::string&, const Task&) const {
    throw std::runtime_error("no disk");
  }
};

const reel_provider& table() { return *static_cast<const reel_provider*>(Echo::table()); }

struct Fault {
  GError* error = nullptr;
  ~Fault() { g_clear_error(&error); }
  void expect(reel_error code, const char* message) const {
    ASSERT_NE(error, nullptr);
    EXPECT_TRUE(g_error_matches(error, REEL_ERROR, code)) << error->message;
    EXPECT_STREQ(error->message, message);
  }
};

std::string taken(char* text) {
  const std::string copy = text != nullptr ? text : "(null)";
  table().release_text(text);
  return copy;
}

TEST(Provider, IsAPartOfAPlugin) {
  EXPECT_TRUE(detail::IsExtension<Echo>);
  EXPECT_STREQ(table().stages[1], "acme-two");
  EXPECT_EQ(table().stages[2], nullptr);
}

TEST(Provider, AnswersAsTheClassDoes) {
  const reel_provider_request request{"acme-one", "{1}", "https://a/b", 5};
  Fault none;
  EXPECT_EQ(taken(table().prepare(nullptr, &request, nullptr, &none.error)), "acme-one {1} https://a/b 5");
  reel_provider_limits limits{};
  ASSERT_TRUE(table().limits(nullptr, "x", &limits, &none.error));
  EXPECT_STREQ(limits.account, "account of x");
  EXPECT_EQ(limits.per_minute, 7U);
  reel_provider_estimate estimate{};
  ASSERT_TRUE(table().estimate(nullptr, "x", &estimate, &none.error));
  EXPECT_EQ(estimate.cents, 12);
  EXPECT_LT(estimate.seconds, 0);
  EXPECT_EQ(taken(table().create(nullptr, "x", nullptr, "word", nullptr, &none.error)), "x,,word");
  const char* const ids[]{"a", "b", nullptr};
  EXPECT_EQ(taken(table().find(nullptr, "x", nullptr, "word", 9, ids, nullptr, &none.error)), "wordb9");
  reel_generation g{};
  ASSERT_TRUE(table().look(nullptr, "x", "id", &g, nullptr, &none.error));
  EXPECT_STREQ(g.failure, "no id");
  EXPECT_EQ(g.preview, nullptr);
  table().clear_generation(&g);
  EXPECT_EQ(g.failure, nullptr);
  EXPECT_EQ(none.error, nullptr);
}

TEST(Provider, ExceptionsBecomeErrors) {
  const reel_provider_request request{"acme-one", "{}", nullptr, 0};
  Fault missing, nothing, odd, disk;
  const char* param = "";
  EXPECT_EQ(table().prepare(nullptr, &request, &param, &missing.error), nullptr);
  missing.expect(REEL_ERROR_INVALID, "prompt: is missing");
  EXPECT_STREQ(param, "prompt");
  EXPECT_EQ(table().find(nullptr, "x", nullptr, "word", 9, nullptr, nullptr, &nothing.error), nullptr);
  nothing.expect(REEL_ERROR_NOT_FOUND, "nothing");
  reel_generation g{};
  EXPECT_FALSE(table().look(nullptr, "x", "thrown", &g, nullptr, &odd.error));
  EXPECT_TRUE(g_error_matches(odd.error, REEL_ERROR, REEL_ERROR_FAILED));
  EXPECT_FALSE(table().fetch(nullptr, "x", "id", "/tmp/x", nullptr, &disk.error));
  disk.expect(REEL_ERROR_FAILED, "no disk");
}

TEST(Provider, TheCallerIsHeardAndTold) {
  struct Caller : reel_task {
    bool gives_up = false;
    std::string told;
  } caller{};
  caller.data = &caller;
  caller.cancelled = [](const reel_task* t) -> gboolean { return static_cast<Caller*>(t->data)->gives_up; };
  caller.progress = [](const reel_task* t, double fraction, const char* state) {
    static_cast<Caller*>(t->data)->told = std::to_string(fraction) + state;
  };
  Fault none, cancelled;
  EXPECT_EQ(taken(table().create(nullptr, "x", "in", "word", &caller, &none.error)), "x,in,word");
  EXPECT_EQ(caller.told, "0.500000half");
  caller.gives_up = true;
  EXPECT_EQ(table().create(nullptr, "x", "in", "word", &caller, &cancelled.error), nullptr);
  cancelled.expect(REEL_ERROR_CANCELLED, "cancelled");
}

}  // namespace
