#include "substitute.hpp"

#include <gtest/gtest.h>

#include "check_fixture.hpp"

namespace reel::model {
namespace {

const std::string with_params =
    "reel: 1\nparams:\n  a: { default: one }\n  dollar: { default: $ }\n  n: { type: integer, default: 7 }\n"
    "  nested: { type: string }\n  unset: { type: number }\n";

/// The uri of a source after substitution.
Checked uri(const std::string& written, const std::map<std::string, std::string>& set = {{"nested", "x"}}) {
  CheckOptions options;
  options.set = set;
  options.require_params = false;
  options.environment = [](const std::string& name) {
    return name == "HOME_OF_TEST" ? std::optional<std::string>("/home/${a}") : std::nullopt;
  };
  options.has_secret = [](const std::string& name) { return name == "key"; };
  return check(with_params + "stages:\n  - uses: source\n    with: { uri: \"" + written +
                   "\" }\n  - uses: sink\n    with: { uri: out.mp4 }\n",
               options);
}

std::string text(const Checked& checked) {
  const auto* value = std::get_if<std::string>(&checked.value(0, "uri"));
  return value ? *value : "(none)";
}

TEST(Substitution, puts_in_parameters_and_environment) {
  EXPECT_EQ(text(uri("x-${a}-${n}.mp4")), "x-one-7.mp4");
  EXPECT_EQ(text(uri("${env:HOME_OF_TEST}")), "/home/${a}") << "what is put in is final";
  EXPECT_EQ(text(uri("${nested}", {{"nested", "${a}"}})), "${a}");
}

TEST(Substitution, has_an_escape) {
  EXPECT_EQ(text(uri("$${a}")), "${a}");
  EXPECT_EQ(text(uri("$$${a}")), "$${a}");
  EXPECT_EQ(text(uri("$5 $ {a}$")), "$5 $ {a}$");
  EXPECT_EQ(text(uri("${a}$${a}${a}")), "one${a}one");
}

TEST(Substitution, leaves_secrets_for_later) {
  const Checked checked = uri("https://${a}?key=${secret:key}");
  ASSERT_TRUE(checked.pipeline);
  EXPECT_TRUE(checked.pipeline->stages[0].setting("uri")->secret);
  EXPECT_EQ(text(checked), "https://one?key=${secret:key}");
  EXPECT_EQ(resolve_secrets(text(checked), [](const auto& name) { return "<" + name + ">"; }), "https://one?key=<key>");
}

TEST(Substitution, parameters_cannot_smuggle_secrets_in) {
  const Checked checked = uri("${secret:key}${nested}", {{"nested", "${secret:key}"}});
  ASSERT_TRUE(checked.pipeline);
  EXPECT_EQ(resolve_secrets(text(checked), [](const auto&) { return "S"; }), "S${secret:key}");
  const Checked plain = uri("${nested}", {{"nested", "${secret:key}"}});
  EXPECT_FALSE(plain.pipeline->stages[0].setting("uri")->secret) << "so nobody resolves it";
}

TEST(Substitution, templates_come_back_exactly) {
  for (const char* nested : {"$", "$$", "${", "$${", "}", "{", "${$}", "${secret:", "$$$", ""}) {
    const Checked checked = uri("${nested}${secret:key}{${nested}${secret:key}${nested}", {{"nested", nested}});
    const std::string n = nested;
    EXPECT_EQ(resolve_secrets(text(checked), [](const auto&) { return "S"; }), n + "S{" + n + "S" + n) << nested;
  }
}

TEST(ResolveSecrets, copes_with_any_text) {
  const auto secret = [](const std::string&) { return std::string("S"); };
  EXPECT_EQ(resolve_secrets("${secret:open", secret).size(), 1U);
  EXPECT_EQ(resolve_secrets("", secret), "");
  EXPECT_EQ(resolve_secrets("${other}", secret), "${other}");
}

TEST(Substitution, faults_are_at_the_dollar) {
  EXPECT_EQ(uri("a ${b} ${env:NO} ${secret:no} ${x:y}").faults(),
            "10:21 unknown-substitution\n10:26 missing-environment\n10:36 unknown-secret\n10:49 bad-substitution\n"
            "3:3 unused-parameter\n4:3 unused-parameter\n5:3 unused-parameter\n6:3 unused-parameter\n7:3 "
            "unused-parameter\n");
}

TEST(Substitution, without_a_value_the_type_is_not_checked) {
  CheckOptions options;
  options.require_params = false;
  const Checked checked = check(
      "reel: 1\nparams:\n  p: { type: string }\nstages:\n  - uses: source\n    with: { uri: \"${p}\" }\n"
      "  - uses: blur\n    during: \"${p}..5s\"\n    with: { radius: \"${p}\", region: { box: [0, 0, "
      "\"${p}\", 5] } }\n"
      "  - uses: cut\n    with: { keep: [ \"${p}\", 1s..2s, 1s..3s ] }\n"
      "  - uses: sink\n    with: { uri: \"out-${p}.mp4\" }\n",
      options);
  EXPECT_EQ(checked.faults(), "9:59 out-of-range\n11:37 overlapping-ranges\n") << "what is known still is";
}

TEST(SubstitutedNames, are_found_everywhere) {
  Diagnosed diagnosed;
  const Document document = parse_document("x", "a: ['${b}', { c: '${d} ${env:E} $${f}' }]\n", diagnosed);
  EXPECT_EQ(substituted_names(document.root), (std::set<std::string>{"b", "d", "env:E"}));
}

}  // namespace
}  // namespace reel::model
