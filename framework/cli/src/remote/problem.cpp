#include "remote/problem.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "reel/base/text.hpp"
#include "reel/base/time.hpp"
#include "remote/member.hpp"

namespace reel::cli::remote {
namespace {

using nlohmann::json;

model::Severity severity_of(const std::string& name) {
  if (name == "warning") return model::Severity::warning;
  return name == "note" ? model::Severity::note : model::Severity::error;
}

model::Diagnostic fault_of(const json& fault) {
  model::Diagnostic out;
  out.severity = severity_of(member<std::string>(fault, "severity"));
  out.code = member<std::string>(fault, "code");
  out.mark = {member<std::size_t>(fault, "line"), member<std::size_t>(fault, "column"),
              member<std::size_t>(fault, "length", 1)};
  const auto pointer = member<std::string>(fault, "pointer");
  out.message = base::printable((pointer.empty() || out.mark.line > 0 ? "" : pointer + ": ") +
                                member<std::string>(fault, "message"));
  out.hint = base::printable(member<std::string>(fault, "hint"));
  return out;
}

/// The detail, and after it the faults that it does not name itself.
std::string sentence(const Problem& problem) {
  std::string text = problem.detail;
  for (const auto& fault : problem.faults)
    if (text.find(fault.message) == std::string::npos) text += (text.empty() ? "" : "; ") + fault.message;
  return text;
}

/// Answers that others than a Reelwork server give, too, and that mean the same. HEAD has no reasons with it.
bool speaks_for_itself(int status) { return status >= 500 || status == 401 || status == 403 || status == 429; }

std::string hint_for(int status, const std::string& origin, const std::optional<std::chrono::seconds>& after) {
  switch (status) {
    case 401:
      return "`reel login --server " + origin + "` makes a new token; one in REEL_TOKEN goes before it";
    case 404:
      return "`reel jobs --server " + origin + "` lists the jobs there";
    case 429:
    case 503:
      return after ? "try again in " + base::format_duration(*after) : "try again later";
    default:
      return {};
  }
}

[[noreturn]] void throw_for(int status, const std::string& what, const std::string& hint) {
  if (status >= 500 || status == 408 || status == 423 || status == 429) throw base::TransientError(what, hint);
  throw base::InputError(what, hint);
}

}  // namespace

Problem problem_of(const Answer& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  Problem problem;
  problem.code = member<std::string>(body, "code");
  problem.detail = base::printable(member<std::string>(body, "detail"));
  problem.hint = base::printable(member<std::string>(body, "hint"));
  problem.request_id = base::printable(member<std::string>(body, "request_id"));
  problem.faults = faults_of(member<json>(body, "errors", json::array()));
  return problem;
}

std::vector<model::Diagnostic> faults_of(const json& list) {
  std::vector<model::Diagnostic> faults;
  for (const json& fault : list) faults.push_back(fault_of(fault));
  return faults;
}

std::optional<std::chrono::seconds> retry_after(const Answer& answer) {
  const std::string text = answer.header("retry-after");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

void misunderstood(const std::string& origin, const std::string& what) {
  throw base::RunError(origin + " does not answer as a Reelwork server does: " + what,
                       "check the address, and that server and `reel` are of about the same version");
}

void refuse(const Answer& answer, const std::string& origin) {
  const Problem problem = problem_of(answer);
  const std::string status = std::to_string(answer.status);
  if (answer.status / 100 == 3)
    throw base::InputError(origin + " sends callers elsewhere: " + base::printable(answer.header("location")),
                           "use that address, if you trust it");
  if (problem.code.empty() && !speaks_for_itself(answer.status))
    misunderstood(origin, "it gave the status " + status + " without a reason");
  std::string what = sentence(problem);
  if (what.empty()) what = "the server answered by the status " + status;
  if (answer.status >= 500 && !problem.request_id.empty()) what += " (call " + problem.request_id + ")";
  const std::string hint = hint_for(answer.status, origin, retry_after(answer));
  throw_for(answer.status, origin + ": " + what, problem.hint.empty() ? hint : problem.hint);
}

json json_of(const Answer& answer, const std::string& origin) {
  json body = json::parse(answer.body, nullptr, false);
  if (body.is_discarded()) misunderstood(origin, "expected JSON");
  return body;
}

}  // namespace reel::cli::remote
