#include "problems.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace reel::http {
namespace {

using nlohmann::json;

struct Kind {
  std::string_view code;
  int status;
  std::string_view title;
};

constexpr std::array kinds{
    Kind{"address-refused", 422, "The address may not be used"},
    Kind{"email-taken", 409, "The e-mail address has an account"},
    Kind{"forbidden", 403, "Not allowed"},
    Kind{"idempotency-key-reused", 422, "The idempotency key was used for something else"},
    Kind{"invalid-body", 400, "The body is not as expected"},
    Kind{"invalid-parameter", 400, "A parameter is not as expected"},
    Kind{"invalid-pipeline", 422, "The pipeline has faults"},
    Kind{"locked", 423, "The upload is being written"},
    Kind{"not-found", 404, "Not found"},
    Kind{"offset-mismatch", 409, "The upload is elsewhere"},
    Kind{"origin-mismatch", 403, "The call comes from another site"},
    Kind{"own-account", 409, "Not on one's own account"},
    Kind{"prompt-incomplete", 422, "The prompt leaves something open"},
    Kind{"quota-exceeded", 403, "The quota is used up"},
    Kind{"rate-limited", 429, "Too many calls"},
    Kind{"registration-closed", 403, "Registration is closed"},
    Kind{"request-active", 409, "The request has not ended"},
    Kind{"request-final", 409, "The request has ended"},
    Kind{"session-ended", 401, "The session has ended"},
    Kind{"too-large", 413, "Too large"},
    Kind{"too-many", 409, "Too many"},
    Kind{"too-many-jobs", 429, "Too many requests are waiting"},
    Kind{"too-many-streams", 429, "Too many event streams"},
    Kind{"unauthenticated", 401, "Not logged in"},
    Kind{"unavailable", 503, "The service is unavailable for now"},
    Kind{"unsupported-media-type", 415, "The media type is not supported"},
    Kind{"video-in-use", 409, "The video is in use"},
    Kind{"video-not-ready", 422, "The video is not ready"},
    Kind{"weak-password", 400, "The password is too weak"},
    Kind{"wrong-credentials", 401, "Wrong address or password"},
    Kind{"wrong-password", 403, "Wrong password"},
    Kind{"wrong-version", 412, "The version of the protocol is not supported"},
};

Response response(std::string_view code, const std::string& detail, const json& extra) {
  const auto* const kind = std::ranges::find(kinds, code, &Kind::code);
  if (kind == kinds.end()) throw std::logic_error("no such problem: " + std::string(code));
  Response response = problem(kind->status, code, kind->title, detail, extra);
  if (kind->status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

Refused refusal(std::string_view code, const std::string& detail, const json& extra) {
  return Refused(response(code, detail, extra));
}

Refused refusal_for(std::string_view code, const std::string& detail, long seconds) {
  Response refused = response(code, detail, nullptr);
  refused.headers.set("Retry-After", std::to_string(seconds));
  return Refused(std::move(refused));
}

Refused refusal(const service::NoRoom& error) {
  if (error.what_of() == service::NoRoom::Of::storage) return refusal("quota-exceeded", error.what());
  constexpr long later = 60;
  return refusal_for("too-many-jobs", error.what(), later);
}

Refused not_found(std::string_view what) { return refusal("not-found", "there is no such " + std::string(what)); }

json to_json(const Fault& fault) {
  json out{{"code", fault.code}, {"message", fault.message}};
  if (!fault.pointer.empty()) out["pointer"] = fault.pointer;
  if (!fault.hint.empty()) out["hint"] = fault.hint;
  return out;
}

json to_json(const std::vector<Fault>& faults) {
  json out = json::array();
  for (const Fault& fault : faults) out.push_back(to_json(fault));
  return out;
}

}  // namespace reel::http
