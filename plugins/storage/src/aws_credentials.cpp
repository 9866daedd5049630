#include "aws_credentials.hpp"

#include <glib.h>

#include <nlohmann/json.hpp>

#include "address.hpp"
#include "environment.hpp"
#include "xml.hpp"

namespace reel::storage {
namespace {

using Found = std::optional<Credentials>;

Found complete(Credentials credentials) {
  if (credentials.access_key.empty() || credentials.secret_key.empty()) return {};
  return credentials;
}

std::string setting(const Settings& settings, const std::string& name) {
  const auto at = settings.find(name);
  return at != settings.end() ? at->second : std::string();
}

std::optional<std::time_t> parsed_time(const std::string& text) {
  const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> time(
      g_date_time_new_from_iso8601(text.c_str(), nullptr), g_date_time_unref);
  return time ? std::optional<std::time_t>(g_date_time_to_unix(time.get())) : std::nullopt;
}

Found from_host(const reel_host* host) {
  return complete({.access_key = host_secret(host, "aws-access-key-id"),
                   .secret_key = host_secret(host, "aws-secret-access-key"),
                   .session_token = host_secret(host, "aws-session-token"),
                   .from = "the host's secret aws-access-key-id"});
}

Found from_environment() {
  return complete({.access_key = variable("AWS_ACCESS_KEY_ID"),
                   .secret_key = variable("AWS_SECRET_ACCESS_KEY"),
                   .session_token = variable("AWS_SESSION_TOKEN"),
                   .from = "the environment variable AWS_ACCESS_KEY_ID"});
}

Found from_profile(const Settings& profile) {
  return complete({.access_key = setting(profile, "aws_access_key_id"),
                   .secret_key = setting(profile, "aws_secret_access_key"),
                   .session_token = setting(profile, "aws_session_token"),
                   .from = "the AWS profile"});
}

/// The form that container and instance metadata share.
Found from_json(const std::string& text, const char* from) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return {};
  const auto value = [&](const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  return complete({.access_key = value("AccessKeyId"),
                   .secret_key = value("SecretAccessKey"),
                   .session_token = value("Token"),
                   .from = from,
                   .expires = parsed_time(value("Expiration")).value_or(std::time(nullptr) + 900)});
}

std::string sts_endpoint(const std::string& region) {
  for (const char* const name : {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"})
    if (const std::string url = variable(name); !url.empty()) return url;
  return "https://sts." + region + ".amazonaws.com";
}

/// AssumeRoleWithWebIdentity: a token in a file, as Kubernetes puts it there, for credentials.
Found exchanged_token(const Http& http, const std::string& region, const Cancelled& cancelled) {
  const std::string token = file_text(variable("AWS_WEB_IDENTITY_TOKEN_FILE"), "named by AWS_WEB_IDENTITY_TOKEN_FILE");
  const std::string session = variable("AWS_ROLE_SESSION_NAME");
  const std::string form = canonical_query({{"Action", "AssumeRoleWithWebIdentity"},
                                            {"Version", "2011-06-15"},
                                            {"RoleArn", variable("AWS_ROLE_ARN")},
                                            {"RoleSessionName", session.empty() ? "reelwork" : session},
                                            {"WebIdentityToken", token}});
  const Request request{.method = "POST",
                        .url = sts_endpoint(region) + "/",
                        .headers = {{"content-type", "application/x-www-form-urlencoded"}},
                        .body = form};
  const Response response = retried(cancelled, [&] {
    Response answer = http.send(request, cancelled);
    if (answer.status >= 500) throw TransientError("AWS's token service answers " + std::to_string(answer.status));
    return answer;
  });
  const XmlElement xml = parse_xml_or_nothing(response.body);
  const XmlElement* const result = xml.find("AssumeRoleWithWebIdentityResult");
  const XmlElement* const got = result != nullptr ? result->find("Credentials") : nullptr;
  if (!response.good() || got == nullptr) {
    const XmlElement* const error = xml.find("Error");
    throw ExtensionError(REEL_ERROR_DENIED,
                         "AWS did not take the token of AWS_WEB_IDENTITY_TOKEN_FILE for AWS_ROLE_ARN: " +
                             (error != nullptr ? (*error)["Code"] : std::to_string(response.status)));
  }
  return complete({.access_key = (*got)["AccessKeyId"],
                   .secret_key = (*got)["SecretAccessKey"],
                   .session_token = (*got)["SessionToken"],
                   .from = "the web identity AWS_ROLE_ARN",
                   .expires = parsed_time((*got)["Expiration"]).value_or(std::time(nullptr) + 900)});
}

Found from_web_identity(const Http& http, const std::string& region, const Cancelled& cancelled) {
  if (variable("AWS_WEB_IDENTITY_TOKEN_FILE").empty() || variable("AWS_ROLE_ARN").empty()) return {};
  return kept_credentials("web identity " + variable("AWS_ROLE_ARN"),
                          [&] { return exchanged_token(http, region, cancelled); });
}

Response asked_here(const Http& http, Request request, const Cancelled& cancelled) {
  request.connect_seconds = 1;
  request.stall_seconds = 2;
  request.of_this_machine = true;
  return http.send(request, cancelled);
}

Found from_container(const Http& http, const Cancelled& cancelled) {
  const std::string relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const std::string url =
      relative.empty() ? variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") : "http://169.254.170.2" + relative;
  if (url.empty()) return {};
  return kept_credentials("container " + url, [&] {
    Request request{.url = url};
    std::string token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (const std::string file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !file.empty())
      token = file_text(file, "named by AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (!token.empty()) request.headers["authorization"] = token;
    return from_json(asked_here(http, request, cancelled).body, "the container's role");
  });
}

Found from_instance(const Http& http, const Cancelled& cancelled) {
  if (variable("AWS_EC2_METADATA_DISABLED") == "true") return {};
  std::string base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (base.empty()) base = "http://169.254.169.254";
  return kept_credentials("instance " + base, [&]() -> Found {
    try {
      const Response token = asked_here(http,
                                        {.method = "PUT",
                                         .url = base + "/latest/api/token",
                                         .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}}},
                                        cancelled);
      const Headers headers{{"x-aws-ec2-metadata-token", token.body}};
      const std::string roles = base + "/latest/meta-data/iam/security-credentials/";
      const Response role = asked_here(http, {.url = roles, .headers = headers}, cancelled);
      if (!token.good() || !role.good() || role.body.empty()) return {};
      const std::string first = role.body.substr(0, role.body.find('\n'));
      return from_json(asked_here(http, {.url = roles + first, .headers = headers}, cancelled).body,
                       "this machine's role");
    } catch (const TransientError&) {
      return {};  // not a machine of Amazon's
    }
  });
}

}  // namespace

Credentials aws_credentials(const reel_host* host, const Settings& profile, const std::string& region,
                            const Cancelled& cancelled) {
  const Http http(host);
  if (const Found found = from_host(host)) return *found;
  if (const Found found = from_environment()) return *found;
  if (const Found found = from_web_identity(http, region, cancelled)) return *found;
  if (const Found found = from_profile(profile)) return *found;
  if (const Found found = from_container(http, cancelled)) return *found;
  return from_instance(http, cancelled).value_or(Credentials{.from = "nowhere"});
}

}  // namespace reel::storage
