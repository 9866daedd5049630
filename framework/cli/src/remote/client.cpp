#include "remote/client.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reel/base/log.hpp"
#include "remote/problem.hpp"

namespace reel::cli::remote {
namespace {

/// Whether the same call may fare better in a while. What was refused for being too much was not done, whatever it is.
bool may_pass(const Call& call, const Answer& answer) {
  if (answer.status == 429) return retry_after(answer).has_value();
  return call.repeatable && !call.once && answer.status >= 500;
}

}  // namespace

Answer Client::send(Call call) {
  if (!access_.token.empty()) call.headers["Authorization"] = "Bearer " + access_.token;
  Backoff away(stop_, patience_), faulty(stop_, std::min<std::chrono::milliseconds>(patience_, short_patience));
  for (;;) {
    try {
      Answer answer = transport_.perform(call);
      answered_ = true;
      // A fault of the server seldom goes away, a server that is being started does.
      Backoff& backoff = answer.status == 500 ? faulty : away;
      if (!may_pass(call, answer) || !backoff.wait(retry_after(answer))) return answer;
    } catch (const Lost& lost) {
      if (call.once || !call.repeatable || !(lost.connected() || answered_) || !away.wait()) throw;
      base::log(base::Level::info, lost.what());
    }
  }
}

Answer Client::demand(Call call) {
  Answer answer = send(std::move(call));
  if (!answer.good()) refuse(answer, origin());
  return answer;
}

nlohmann::json Client::get(const std::string& target) { return json_of(demand({.target = target}), origin()); }

nlohmann::json Client::post(Call call, const nlohmann::json& body) {
  call.method = "POST";
  if (!body.is_null()) {
    call.headers["Content-Type"] = "application/json";
    call.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  const Answer answer = demand(std::move(call));
  return answer.body.empty() ? nlohmann::json() : json_of(answer, origin());
}

}  // namespace reel::cli::remote
