/// People who use a server, and what they do there.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "client.hpp"
#include "installation.hpp"

namespace reel::tests {

struct Person {
  std::string email, token;
};

inline Person add_person(const Installation& site, api_test::Client& client, const std::string& email) {
  site.add_user(email);
  const auto login = client.call({.method = "POST",
                                  .path = "/api/v1/auth/login",
                                  .body = {{"email", email}, {"password", "a long password"}, {"deliver", "body"}}});
  const auto made = client.call({.method = "POST",
                                 .path = "/api/v1/auth/tokens",
                                 .token = login.json().at("access_token"),
                                 .body = {{"name", "test"}}});
  return {email, made.json().at("secret")};
}

inline std::string path(std::int64_t request) { return "/api/v1/requests/" + std::to_string(request); }
inline std::string video_path(std::int64_t video) { return "/api/v1/videos/" + std::to_string(video); }

/// What a GET says, as soon as its `state` is none of `passing`; as it last was after two minutes.
inline nlohmann::json when_settled(api_test::Client& client, const Person& who, const std::string& path,
                                   const std::vector<std::string>& passing) {
  nlohmann::json answer;
  for (int i = 0; i < 1200; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(100))) {
    answer = client.call({.path = path, .token = who.token}).json();
    if (std::ranges::find(passing, answer.value("state", "")) == passing.end()) break;
  }
  return answer;
}

/// Uploads in one piece, and waits until it was looked into.
inline nlohmann::json upload(api_test::Client& client, const Person& who, const std::string& bytes) {
  const auto made = client.call({.method = "POST",
                                 .path = "/api/v1/uploads",
                                 .token = who.token,
                                 .headers = {{"Tus-Resumable", "1.0.0"},
                                             {"Upload-Length", std::to_string(bytes.size())},
                                             {"Content-Type", "application/offset+octet-stream"}},
                                 .bytes = bytes});
  EXPECT_EQ(made.status, 201) << made.body;
  return when_settled(client, who, video_path(std::stoll(made.header("reel-video"))), {"inspecting"});
}

}  // namespace reel::tests
