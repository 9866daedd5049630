/// The way of an account, from registration to removal.
#include <gmock/gmock.h>

#include "world.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class AccountsTest : public ApiTest {
 protected:
  Answer login(const std::string& email, const std::string& password, const std::string& deliver = "body") {
    return send({.method = "POST",
                 .path = "/api/v1/auth/login",
                 .body = {{"email", email}, {"password", password}, {"deliver", deliver}}});
  }
  Answer with_cookies(const Call& given, const Answer& logged_in, bool own_origin = true) {
    Call call = given;
    std::string cookies;
    for (auto [at, end] = logged_in.headers.equal_range("set-cookie"); at != end; ++at)
      cookies += (cookies.empty() ? "" : "; ") + at->second.substr(0, at->second.find(';'));
    call.headers.emplace_back("Cookie", cookies);
    if (own_origin) call.headers.emplace_back("Origin", "http://127.0.0.1:" + std::to_string(port()));
    return send(call);
  }
};

TEST_F(AccountsTest, registers_logs_in_and_says_who_it_is) {
  const json credentials{{"email", "Ada@example.org"}, {"password", "correct horse battery"}};
  EXPECT_EQ(send({.method = "POST", .path = "/api/v1/auth/register", .body = credentials}).status, 201);
  const Answer again = send({.method = "POST", .path = "/api/v1/auth/register", .body = credentials});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "email-taken");
  const Answer logged_in = login("ada@example.org", "correct horse battery");
  ASSERT_EQ(logged_in.status, 200);
  const Answer me = send({.path = "/api/v1/auth/me", .token = logged_in.json()["access_token"]});
  EXPECT_EQ(me.json()["user"]["role"], "user");
  EXPECT_EQ(me.json()["usage"]["stored_bytes"], 0);
  EXPECT_EQ(me.json()["quota"]["storage_bytes"], 50'000'000'000);
  EXPECT_THAT(me.body, Not(HasSubstr("argon")));
}

TEST_F(AccountsTest, wrong_and_unknown_credentials_look_alike) {
  person("ada");
  const Answer wrong = login("ada@example.org", "not her password");
  const Answer unknown = login("eve@example.org", "not her password");
  EXPECT_EQ(wrong.status, 401);
  nlohmann::json one = wrong.json(), other = unknown.json();
  for (auto* const body : {&one, &other}) body->erase("instance");  // the call's own id
  EXPECT_EQ(one, other);
}

TEST_F(AccountsTest, weak_passwords_are_refused) {
  const Answer answer = send({.method = "POST",
                              .path = "/api/v1/auth/register",
                              .body = {{"email", "ada@example.org"}, {"password", "short"}}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "weak-password");
}

TEST_F(AccountsTest, registration_can_be_closed) {
  service::Config closed = config();
  closed.accounts.registration = false;
  restart(closed);
  const Answer answer = send({.method = "POST",
                              .path = "/api/v1/auth/register",
                              .body = {{"email", "ada@example.org"}, {"password", "correct horse battery"}}});
  EXPECT_EQ(answer.code(), "registration-closed");
}

TEST_F(AccountsTest, cookies_are_out_of_reach_for_scripts_and_other_sites) {
  const Person ada = person("ada");
  const Answer logged_in = login(ada.email, ada.password, "cookie");
  ASSERT_EQ(logged_in.headers.count("set-cookie"), 2U);
  for (auto [at, end] = logged_in.headers.equal_range("set-cookie"); at != end; ++at)
    EXPECT_THAT(at->second, ::testing::AllOf(HasSubstr("; HttpOnly"), HasSubstr("; SameSite=Strict")));
  EXPECT_FALSE(logged_in.json().contains("access_token"));
  EXPECT_EQ(with_cookies({.path = "/api/v1/auth/me"}, logged_in, false).status, 200);
  const Call change{.method = "POST", .path = "/api/v1/webhooks", .body = {{"url", "http://127.0.0.1/"}}};
  EXPECT_EQ(with_cookies(change, logged_in, false).code(), "origin-mismatch");
  EXPECT_EQ(with_cookies(change, logged_in, true).code(), "address-refused");
  Call foreign = change;
  foreign.headers.emplace_back("Origin", "https://evil.example");
  EXPECT_EQ(with_cookies(foreign, logged_in, false).code(), "origin-mismatch");
}

TEST_F(AccountsTest, a_refresh_token_counts_once_and_its_reuse_ends_the_session) {
  const Person ada = person("ada");
  const auto refresh = [&](const std::string& token) {
    return send({.method = "POST", .path = "/api/v1/auth/refresh", .body = {{"refresh_token", token}}});
  };
  const Answer next = refresh(ada.refresh);
  ASSERT_EQ(next.status, 200);
  const std::string token = next.json()["access_token"];
  EXPECT_EQ(send({.path = "/api/v1/auth/me", .token = token}).status, 200);
  EXPECT_EQ(refresh(ada.refresh).code(), "session-ended");
  EXPECT_EQ(send({.path = "/api/v1/auth/me", .token = token}).status, 401);
  EXPECT_EQ(refresh(next.json()["refresh_token"]).status, 401);
}

TEST_F(AccountsTest, logout_ends_the_session_at_once_here_or_everywhere) {
  const Person ada = person("ada");
  const std::string second = log_in(ada).access, third = log_in(ada).access;
  EXPECT_EQ(post(ada, "/api/v1/auth/logout").status, 204);
  EXPECT_EQ(get(ada, "/api/v1/auth/me").status, 401);
  EXPECT_EQ(send({.path = "/api/v1/auth/me", .token = second}).status, 200);
  EXPECT_EQ(
      send({.method = "POST", .path = "/api/v1/auth/logout", .token = second, .body = {{"everywhere", true}}}).status,
      204);
  EXPECT_EQ(send({.path = "/api/v1/auth/me", .token = third}).status, 401);
}

TEST_F(AccountsTest, sessions_are_listed_and_ended) {
  const Person ada = person("ada");
  const auto other = log_in(ada);
  const json sessions = get(ada, "/api/v1/auth/sessions").json()["items"];
  ASSERT_EQ(sessions.size(), 2U);
  for (const json& session : sessions) EXPECT_EQ(session["current"], session["id"] == ada.session);
  const std::string path = "/api/v1/auth/sessions/" + other.identity.session()->id;
  EXPECT_EQ(send({.method = "DELETE", .path = path, .token = ada.token}).status, 204);
  EXPECT_EQ(send({.path = "/api/v1/auth/me", .token = other.access}).status, 401);
  EXPECT_EQ(send({.method = "DELETE", .path = path, .token = ada.token}).status, 404);
}

TEST_F(AccountsTest, a_changed_password_ends_the_other_sessions) {
  const Person ada = person("ada");
  const std::string other = log_in(ada).access;
  const Call change{.method = "PUT",
                    .path = "/api/v1/auth/password",
                    .token = ada.token,
                    .body = {{"old_password", ada.password}, {"new_password", "an entirely new one"}}};
  EXPECT_EQ(send(change).status, 204);
  EXPECT_EQ(get(ada, "/api/v1/auth/me").status, 200);
  EXPECT_EQ(send({.path = "/api/v1/auth/me", .token = other}).status, 401);
  EXPECT_EQ(send(change).code(), "wrong-password");
  EXPECT_EQ(login(ada.email, "an entirely new one").status, 200);
}

TEST_F(AccountsTest, api_tokens_work_until_they_are_removed) {
  const Person ada = person("ada");
  const json made = post(ada, "/api/v1/auth/tokens", {{"name", "nightly"}, {"expires_in_days", 3}}).json();
  const std::string secret = made["secret"];
  EXPECT_THAT(secret, ::testing::EndsWith(made["token"]["hint"].get<std::string>()));
  EXPECT_EQ(send({.path = "/api/v1/videos", .token = secret}).status, 200);
  const Answer listed = get(ada, "/api/v1/auth/tokens");
  EXPECT_THAT(listed.body, Not(HasSubstr(secret)));
  EXPECT_FALSE(listed.json()["items"][0]["used_at"].is_null());
  const std::string path = "/api/v1/auth/tokens/" + made["token"]["id"].dump();
  EXPECT_EQ(send({.method = "DELETE", .path = path, .token = ada.token}).status, 204);
  EXPECT_EQ(send({.path = "/api/v1/videos", .token = secret}).status, 401);
}

TEST_F(AccountsTest, a_removed_account_leaves_nothing) {
  const Person ada = person("ada");
  const auto video = ready_video(ada);
  const auto done = request(ada, video);
  succeed(done, "out.mp4", "bytes");
  ASSERT_TRUE(std::filesystem::exists(files.original(video)));
  const Call remove{
      .method = "DELETE", .path = "/api/v1/auth/me", .token = ada.token, .body = {{"password", ada.password}}};
  EXPECT_EQ(send(remove).status, 204);
  EXPECT_EQ(get(ada, "/api/v1/auth/me").status, 401);
  EXPECT_EQ(login(ada.email, ada.password).status, 401);
  EXPECT_FALSE(std::filesystem::exists(files.video(video)));
  EXPECT_FALSE(std::filesystem::exists(files.results({done, 1})));
}

TEST_F(AccountsTest, administrators_change_others_but_not_themselves) {
  const Person admin = person("admin", service::Role::admin), ada = person("ada");
  const auto change = [&](service::UserId id, const json& body) {
    return send(
        {.method = "PATCH", .path = "/api/v1/admin/users/" + std::to_string(id), .token = admin.token, .body = body});
  };
  EXPECT_EQ(change(ada.id, {{"quota", {{"storage_bytes", 5}}}}).json()["quota"]["storage_bytes"], 5);
  EXPECT_EQ(change(ada.id, {{"quota", {{"concurrent_jobs", 7}}}}).json()["quota"]["storage_bytes"], 5);
  EXPECT_EQ(change(ada.id, {{"quota", {{"storage_bytes", nullptr}}}}).json()["quota"]["storage_bytes"], 50'000'000'000);
  EXPECT_EQ(change(admin.id, {{"role", "user"}}).code(), "own-account");
  EXPECT_EQ(change(ada.id, {{"disabled", true}}).json()["user"]["disabled"], true);
  EXPECT_EQ(get(ada, "/api/v1/auth/me").status, 401);
  const json users = get(admin, "/api/v1/admin/users?limit=1").json();
  EXPECT_EQ(users["items"].size(), 1U);
  EXPECT_EQ(
      get(admin, "/api/v1/admin/users?cursor=" + users["next_cursor"].get<std::string>()).json()["items"][0]["email"],
      ada.email);
}

}  // namespace
}  // namespace reel::api_test
