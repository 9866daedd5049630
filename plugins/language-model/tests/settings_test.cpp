#include "settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace reel::language_model {
namespace {

using ::testing::HasSubstr;

/// A host that has nothing but a key.
struct KeyHost : reel_host {
  explicit KeyHost(std::string k)
      : reel_host{REEL_ABI_MAJOR, REEL_ABI_MINOR, "test", "0", extension}, key(std::move(k)) {}
  std::string key;

 private:
  static const void* extension(const reel_host*, const char* id) {
    static const reel_host_secrets secrets{[](const reel_host* host, const char* name) {
                                             const bool ours = std::string(name) == "language-model-key";
                                             return ours ? g_strdup(static_cast<const KeyHost*>(host)->key.c_str())
                                                         : nullptr;
                                           },
                                           [](char* secret) { g_free(secret); }};
    return std::string(id) == REEL_HOST_SECRETS ? &secrets : nullptr;
  }
};

void set(const std::map<std::string, std::string>& variables) {
  for (const char* const name : {"REEL_LANGUAGE_MODEL_URL", "REEL_LANGUAGE_MODEL", "REEL_LANGUAGE_MODEL_SECONDS",
                                 "REEL_LANGUAGE_MODEL_DAILY_TOKENS"})
    unsetenv(name);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
}

std::string who_at(const std::string& url) {
  set({{"REEL_LANGUAGE_MODEL_URL", url}, {"REEL_LANGUAGE_MODEL", "m"}});
  return Settings::who();
}

/// The endpoint, or why there is none.
std::string endpoint_of(const std::string& url, const std::string& key = "") {
  set({{"REEL_LANGUAGE_MODEL_URL", url}, {"REEL_LANGUAGE_MODEL", "m"}});
  const KeyHost host(key);
  try {
    return Settings::of(Host(&host)).endpoint();
  } catch (const ExtensionError& e) {
    return e.what();
  }
}

TEST(Settings, need_an_address_and_a_model) {
  set({});
  EXPECT_EQ(Settings::who(), "");
  set({{"REEL_LANGUAGE_MODEL", "m"}});
  EXPECT_EQ(Settings::who(), "");
  EXPECT_EQ(who_at("http://127.0.0.1:11434/v1/"), "m at 127.0.0.1:11434");
  EXPECT_EQ(who_at("https://ada:word@api.example.org/v1"), "m at api.example.org") << "no password in it";
  EXPECT_EQ(who_at("http://"), "m at an unreadable address");
}

TEST(Settings, take_addresses_that_keep_the_key_secret) {
  EXPECT_EQ(endpoint_of("http://127.0.0.1:11434/v1/"), "http://127.0.0.1:11434/v1/chat/completions");
  EXPECT_EQ(endpoint_of("http://gpu:8000/v1"), "http://gpu:8000/v1/chat/completions");
  EXPECT_EQ(endpoint_of("https://api.example.org/v1", "k"), "https://api.example.org/v1/chat/completions");
  EXPECT_EQ(endpoint_of("http://[::1]:8000/v1", "k"), "http://[::1]:8000/v1/chat/completions");
  EXPECT_THAT(endpoint_of("http://gpu:8000/v1", "k"), HasSubstr("must be an https address"));
  EXPECT_THAT(endpoint_of("https://ada:word@api.example.org/v1"), HasSubstr("must hold no password"));
  EXPECT_THAT(endpoint_of("https://api.example.org/v1?key=x"), HasSubstr("must end with a path"));
  for (const char* const none : {"file:///etc/passwd", "gopher://x/", "http://", "127.0.0.1:80", "nothing at all"})
    EXPECT_THAT(endpoint_of(none), HasSubstr("must be an http or https address")) << none;
}

TEST(Settings, have_keys_and_numbers_that_can_be_ones) {
  EXPECT_EQ(endpoint_of("https://a.org", "key\n"), "https://a.org/chat/completions") << "a file ends in a line break";
  EXPECT_THAT(endpoint_of("https://a.org", "key\r\nX: y"), HasSubstr("characters that no key has"));
  for (const char* const wrong : {"-1", "1e6", "many", "99999999999999999999", "12 "}) {
    set({{"REEL_LANGUAGE_MODEL_DAILY_TOKENS", wrong}});
    EXPECT_THROW(Settings::of(Host(nullptr)), ExtensionError) << wrong;
  }
  set({{"REEL_LANGUAGE_MODEL_DAILY_TOKENS", "0"}, {"REEL_LANGUAGE_MODEL_SECONDS", "7"}});
  EXPECT_EQ(Settings::of(Host(nullptr)).daily_tokens, 0U);
  EXPECT_EQ(Settings::of(Host(nullptr)).patience, std::chrono::seconds(7));
}

}  // namespace
}  // namespace reel::language_model
