#include "google_credentials.hpp"

#include <nlohmann/json.hpp>

#include "digest.hpp"
#include "environment.hpp"

namespace reel::storage {
namespace {

using Json = nlohmann::json;

constexpr const char* scope = "https://www.googleapis.com/auth/devstorage.read_write";

/// What the key file of a service account says.
struct ServiceAccount {
  std::string email, key_id, private_key, token_url;
};

ServiceAccount parsed_account(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  const auto value = [&](const char* name) {
    return json.is_object() && json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : "";
  };
  if (value("type") != "service_account")
    throw ExtensionError(REEL_ERROR_DENIED,
                         "GOOGLE_APPLICATION_CREDENTIALS: expected the key of a service account (\"type\": "
                         "\"service_account\")");
  const std::string url = value("token_uri");
  return {value("client_email"), value("private_key_id"), value("private_key"),
          url.empty() ? "https://oauth2.googleapis.com/token" : url};
}

/// A JSON Web Token, signed by the account, that says who asks for what.
std::string assertion(const ServiceAccount& account) {
  const std::time_t now = std::time(nullptr);
  const Json head{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", account.key_id}};
  const Json claims{
      {"iss", account.email}, {"scope", scope}, {"aud", account.token_url}, {"iat", now}, {"exp", now + 3600}};
  const std::string text = base64_url(head.dump()) + "." + base64_url(claims.dump());
  return text + "." + base64_url(rsa_sha256(account.private_key, text));
}

Credentials token_of(const Http& http, const ServiceAccount& account, const Cancelled& cancelled) {
  const std::string form = canonical_query(
      {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", assertion(account)}});
  const Response response = retried(cancelled, [&] {
    Response answer = http.send({.method = "POST",
                                 .url = account.token_url,
                                 .headers = {{"content-type", "application/x-www-form-urlencoded"}},
                                 .body = form},
                                cancelled);
    if (answer.status >= 500) throw TransientError("Google's token service answers " + std::to_string(answer.status));
    return answer;
  });
  const Json json = Json::parse(response.body, nullptr, false);
  if (!response.good() || !json.is_object() || !json.contains("access_token") || !json["access_token"].is_string())
    throw ExtensionError(REEL_ERROR_DENIED, "Google gives no token to " + account.email + " (" +
                                                std::to_string(response.status) +
                                                "): is its key in GOOGLE_APPLICATION_CREDENTIALS still good?");
  const auto seconds =
      json.contains("expires_in") && json["expires_in"].is_number() ? json["expires_in"].get<int>() : 900;
  return {.bearer = json["access_token"].get<std::string>(),
          .from = "the service account " + account.email,
          .expires = std::time(nullptr) + seconds};
}

}  // namespace

Credentials google_credentials(const reel_host* host, const Cancelled& cancelled) {
  const std::string key = host_secret(host, "gs-access-key-id"), secret = host_secret(host, "gs-secret-access-key");
  if (!key.empty() && !secret.empty())
    return {.access_key = key, .secret_key = secret, .from = "the host's secret gs-access-key-id"};
  if (!variable("GS_ACCESS_KEY_ID").empty() && !variable("GS_SECRET_ACCESS_KEY").empty())
    return {.access_key = variable("GS_ACCESS_KEY_ID"),
            .secret_key = variable("GS_SECRET_ACCESS_KEY"),
            .from = "the environment variable GS_ACCESS_KEY_ID"};
  std::string account = host_secret(host, "google-application-credentials");
  if (const std::string file = variable("GOOGLE_APPLICATION_CREDENTIALS"); account.empty() && !file.empty())
    account = file_text(file, "named by GOOGLE_APPLICATION_CREDENTIALS");
  if (account.empty()) return {.from = "nowhere"};
  const ServiceAccount parsed = parsed_account(account);
  return *kept_credentials("service account " + parsed.email + parsed.key_id,
                           [&] { return token_of(Http(host), parsed, cancelled); });
}

}  // namespace reel::storage
