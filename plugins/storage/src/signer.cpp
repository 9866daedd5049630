#include "signer.hpp"

#include <algorithm>

#include "address.hpp"
#include "digest.hpp"

namespace reel::storage {
namespace {

constexpr const char* algorithm = "AWS4-HMAC-SHA256";

std::string signed_names(const Headers& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

/// Without spaces at the ends, and one where there are several.
std::string trimmed(const std::string& value) {
  std::string out;
  for (const char c : value)
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string canonical_request(const Signable& r) {
  std::string text = r.method + "\n" + r.path + "\n" + canonical_query(r.query) + "\n";
  for (const auto& [name, value] : r.headers) text += name + ":" + trimmed(value) + "\n";
  return text + "\n" + signed_names(r.headers) + "\n" + r.body_hash;
}

}  // namespace

std::string timestamp(std::time_t time) {
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc)};
}

std::string canonical_query(const Query& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  for (const auto& [name, value] : query) encoded.emplace_back(percent_encoded(name), percent_encoded(value));
  std::sort(encoded.begin(), encoded.end());
  std::string text;
  for (const auto& [name, value] : encoded) text += (text.empty() ? "" : "&") + name + "=" + value;
  return text;
}

std::string Signer::scope() const {
  return timestamp(now).substr(0, 8) + "/" + region + "/" + service + "/aws4_request";
}

std::string Signer::signature(const Signable& request) const {
  const std::string text =
      std::string(algorithm) + "\n" + timestamp(now) + "\n" + scope() + "\n" + hex(sha256(canonical_request(request)));
  std::string key = hmac_sha256("AWS4" + secret_key, timestamp(now).substr(0, 8));
  for (const std::string& step : {region, service, std::string("aws4_request")}) key = hmac_sha256(key, step);
  return hex(hmac_sha256(key, text));
}

Headers Signer::signed_headers(Signable request) const {
  request.headers["host"] = request.host;
  request.headers["x-amz-date"] = timestamp(now);
  request.headers["x-amz-content-sha256"] = request.body_hash;
  if (!session_token.empty()) request.headers["x-amz-security-token"] = session_token;
  Headers headers = request.headers;
  headers["authorization"] = std::string(algorithm) + " Credential=" + access_key + "/" + scope() +
                             ",SignedHeaders=" + signed_names(request.headers) + ",Signature=" + signature(request);
  return headers;
}

std::string Signer::signed_query(Signable request, unsigned seconds) const {
  request.headers = {{"host", request.host}};
  request.body_hash = "UNSIGNED-PAYLOAD";
  request.query.emplace_back("X-Amz-Algorithm", algorithm);
  request.query.emplace_back("X-Amz-Credential", access_key + "/" + scope());
  request.query.emplace_back("X-Amz-Date", timestamp(now));
  request.query.emplace_back("X-Amz-Expires", std::to_string(seconds));
  request.query.emplace_back("X-Amz-SignedHeaders", "host");
  if (!session_token.empty()) request.query.emplace_back("X-Amz-Security-Token", session_token);
  return canonical_query(request.query) + "&X-Amz-Signature=" + signature(request);
}

}  // namespace reel::storage
