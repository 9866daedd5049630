/// Accounts: made, proved, changed, removed.
#include <array>

#include "cookies.hpp"
#include "core.hpp"
#include "records.hpp"

namespace reel::http {
namespace {

using nlohmann::json;
using Why = service::AccountRefused::Why;

service::Client client_of(const Request& request) {
  constexpr std::size_t longest = 300;
  return {std::string(request.headers.get("User-Agent").substr(0, longest)), request.peer};
}

const char* code_of(Why why) {
  switch (why) {
    case Why::bad_password:
      return "weak-password";
    case Why::email_taken:
      return "email-taken";
    case Why::wrong_credentials:
      return "wrong-credentials";
    case Why::too_many_tokens:
      return "too-many";
    case Why::bad_email:
    case Why::bad_token_name:
      break;
  }
  return "invalid-body";
}

/// Calls, and turns a refusal into a problem; `wrong` is the code where the credentials are.
template <class F>
auto allowed(const F& call, const char* wrong = "wrong-credentials") -> decltype(call()) {
  try {
    return call();
  } catch (const service::AccountRefused& refused) {
    const json extra = refused.hint().empty() ? json(nullptr) : json{{"hint", refused.hint()}};
    throw refusal(refused.why() == Why::wrong_credentials ? wrong : code_of(refused.why()), refused.what(), extra);
  }
}

Response register_user(Core& core, Call& call) {
  if (!core.config.accounts.registration)
    throw refusal("registration-closed", "accounts are made by an administrator here");
  auto& accounts = call.store->accounts();
  const auto id = allowed([&] {
    return core.accounts.register_user(accounts, call.body["email"], call.body["password"], client_of(call.request));
  });
  return json_response(201, to_json(accounts.user(id).value()));
}

Response logged_in(const Core& core, const Request& request, const service::Tokens& tokens, bool in_body) {
  json body{{"user", to_json(tokens.identity.user)}, {"access_expires_in", tokens.access_lifetime.count()}};
  if (in_body) {
    body["access_token"] = tokens.access;
    body["refresh_token"] = tokens.refresh;
  }
  Response response = json_response(200, body);
  if (!in_body) set_cookies(core, request, tokens, response);
  return response;
}

Response login(Core& core, Call& call) {
  const auto tokens = allowed([&] {
    return core.accounts.login(call.store->accounts(), call.body["email"], call.body["password"],
                               client_of(call.request));
  });
  return logged_in(core, call.request, tokens, call.body.value("deliver", "cookie") == "body");
}

Response refresh(Core& core, Call& call) {
  const bool in_body = !call.body.is_null();
  const std::string* const cookie = call.request.cookie("reel_refresh");
  if (!in_body && cookie == nullptr) throw refusal("unauthenticated", "there is no refresh token");
  const std::string token = in_body ? call.body["refresh_token"].get<std::string>() : *cookie;
  const auto tokens = core.accounts.refresh(call.store->accounts(), token);
  if (!tokens) throw refusal("session-ended", "the session has ended; log in again");
  return logged_in(core, call.request, *tokens, in_body);
}

Response logout(Core& core, Call& call) {
  const bool everywhere = call.body.is_object() && call.body.value("everywhere", false);
  auto& accounts = call.store->accounts();
  const std::string session = call.caller->session()->id;
  if (everywhere)
    accounts.end_sessions(call.user());
  else
    accounts.end_session(call.user(), session);
  core.events.drop(call.user(), [&](const auto& one) { return everywhere || one.session == session; });
  Response response = no_content();
  clear_cookies(core, call.request, response);
  return response;
}

Response who_am_i(Core& core, Call& call) {
  json me = account_json(core, *call.store, call.caller->user);
  const service::Session* const session = call.caller->session();
  me["session"] = session == nullptr ? json(nullptr) : json(session->id);
  return json_response(200, me);
}

Response change_password(Core& core, Call& call) {
  allowed(
      [&] {
        core.accounts.change_password(call.store->accounts(), *call.caller, call.body["old_password"],
                                      call.body["new_password"]);
      },
      "wrong-password");
  const std::string own = call.caller->session()->id;
  core.events.drop(call.user(), [&](const auto& one) { return !one.session.empty() && one.session != own; });
  return no_content();
}

/// The files that go with an account: read before the rows go.
struct OwnFiles {
  std::vector<service::VideoId> videos;
  std::vector<std::string> artifacts;
};

OwnFiles files_of(service::Store& store, service::UserId user) {
  constexpr int at_once = 100;
  OwnFiles files;
  service::VideoFilter videos{.user = user, .limit = at_once};
  for (auto page = store.videos().list(videos); !page.empty(); page = store.videos().list(videos)) {
    for (const auto& video : page) files.videos.push_back(video.id);
    videos.before = page.back().id;
  }
  service::RequestFilter requests{.user = user, .limit = at_once};
  for (auto page = store.requests().list(requests); !page.empty(); page = store.requests().list(requests)) {
    for (const auto& request : page)
      for (const std::string& uri : request.outcome.artifacts) files.artifacts.push_back(uri);
    requests.before = page.back().id;
  }
  return files;
}

Response delete_account(Core& core, Call& call) {
  const OwnFiles files = files_of(*call.store, call.user());
  allowed([&] { core.accounts.delete_account(call.store->accounts(), call.user(), call.body["password"]); },
          "wrong-password");
  core.events.drop(call.user(), [](const auto&) { return true; });
  core.files.remove_artifacts(files.artifacts);
  for (const service::VideoId video : files.videos) core.files.remove_video(video, {});
  Response response = no_content();
  clear_cookies(core, call.request, response);
  return response;
}

json token_json(const service::ApiToken& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"hint", token.hint},
          {"created_at", token.created_at},
          {"used_at", text_or_null(token.used_at)},
          {"expires_at", text_or_null(token.expires_at)}};
}

Response list_tokens(Core& /*core*/, Call& call) {
  json items = json::array();
  for (const auto& token : call.store->accounts().api_tokens(call.user())) items.push_back(token_json(token));
  return json_response(200, {{"items", items}});
}

Response make_token(Core& core, Call& call) {
  std::optional<std::chrono::seconds> lifetime;
  if (call.body.contains("expires_in_days") && !call.body["expires_in_days"].is_null())
    lifetime = std::chrono::hours(24 * call.body["expires_in_days"].get<int>());
  auto& accounts = call.store->accounts();
  const auto made =
      allowed([&] { return core.accounts.make_api_token(accounts, call.user(), call.body["name"], lifetime); });
  for (const auto& token : accounts.api_tokens(call.user()))
    if (token.id == made.id) return json_response(201, {{"token", token_json(token)}, {"secret", made.text}});
  throw base::RunError("the API token that was made is gone");
}

Response remove_token(Core& core, Call& call) {
  const std::int64_t id = call.id("token");
  if (!call.store->accounts().remove_api_token(call.user(), id)) throw not_found("token");
  core.events.drop(call.user(), [&](const auto& one) { return one.session.empty() && one.token == id; });
  return no_content();
}

constexpr std::array<Binding, 10> auth_bindings{{{"register", &register_user, "passwords"},
                                                 {"login", &login, "passwords"},
                                                 {"refreshSession", &refresh},
                                                 {"logout", &logout},
                                                 {"whoAmI", &who_am_i},
                                                 {"changePassword", &change_password, "passwords"},
                                                 {"deleteAccount", &delete_account, "passwords"},
                                                 {"listTokens", &list_tokens},
                                                 {"makeToken", &make_token},
                                                 {"removeToken", &remove_token}}};

}  // namespace

std::span<const Binding> auth_handlers() { return auth_bindings; }

}  // namespace reel::http
