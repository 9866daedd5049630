/// Requests: watched, steered, fetched.
#include <array>

#include "files.hpp"
#include "pipeline_check.hpp"
#include "records.hpp"
#include "reel/base/text.hpp"
#include "submit.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

Response list_requests(Core& /*core*/, Call& call) {
  const int limit = call.params["limit"];
  service::RequestFilter filter{.user = call.user(), .before = cursor_of(call), .limit = limit + 1};
  if (call.params.contains("state"))
    filter.state = service::request_state(call.params["state"].get_ref<const std::string&>());
  const auto requests = call.store->requests().list(filter);
  return json_response(200, page_json(requests, limit, summary_json));
}

Response request_now(Call& call) { return json_response(200, details_json(own_request(call))); }

Response get_request(Core& /*core*/, Call& call) { return request_now(call); }

Response cancel_request(Core& /*core*/, Call& call) {
  const service::Request request = own_request(call);
  if (call.store->queue().cancel(request.id) == service::Cancelled::too_late)
    throw refusal("request-final", "the request has ended");
  return request_now(call);
}

Response set_paused(Call& call, bool paused) {
  const service::Request request = own_request(call);
  if (!call.store->queue().set_paused(request.id, paused)) throw refusal("request-final", "the request has ended");
  return request_now(call);
}

Response pause_request(Core& /*core*/, Call& call) { return set_paused(call, true); }
Response resume_request(Core& /*core*/, Call& call) { return set_paused(call, false); }

std::string log_text(const std::vector<service::LogRecord>& lines) {
  std::string text;
  for (const auto& line : lines) {
    text += line.timestamp + " " + std::string(base::name(line.level)) + " ";
    if (!line.stage.empty()) text += line.stage + ": ";
    text += line.message + "\n";
  }
  return text;
}

Response get_logs(Core& /*core*/, Call& call) {
  const service::Request request = own_request(call);
  std::int64_t after = 0;
  if (call.params.contains("cursor")) after = std::stoll(call.params["cursor"].get<std::string>());
  const auto lines = call.store->requests().logs(request.id, after, call.params["limit"]);
  if (call.params["format"] == "text") return text_response(200, log_text(lines));
  json page{{"items", json::array()}, {"next_cursor", std::to_string(lines.empty() ? after : lines.back().id)}};
  for (const auto& line : lines) page["items"].push_back(to_json(line));
  return json_response(200, page);
}

Response get_report(Core& /*core*/, Call& call) {
  const service::Request request = own_request(call);
  const json report = parsed_or_null(request.outcome.report_json);
  if (!report.is_object()) throw not_found("report: the request has not succeeded");
  return json_response(200, report);
}

Response get_graph(Core& core, Call& call) {
  const service::Request request = own_request(call);
  const auto checked = check_pipeline(core, *call.store, request.user, {request.pipeline_yaml, request.params}, false);
  if (!checked.valid())
    throw refusal("invalid-pipeline", "the pipeline is not valid any more", {{"errors", checked.faults}});
  return text_response(200, checked.answer.at("dot"), "text/vnd.graphviz; charset=utf-8");
}

std::string path_of(const service::Request& request, const std::string& name) {
  return "/api/v1/requests/" + std::to_string(request.id) + "/artifacts/" + base::percent_encoded(name);
}

Response list_artifacts(Core& core, Call& call) {
  const service::Request request = own_request(call);
  json items = json::array();
  for (const std::string& uri : request.outcome.artifacts) {
    const auto file = core.files.artifact(uri);
    std::error_code gone;
    if (!file || !std::filesystem::is_regular_file(*file, gone)) continue;
    const std::string name = file->filename().string();
    const auto bytes = std::filesystem::file_size(*file, gone);
    if (!gone)
      items.push_back(
          {{"name", name}, {"bytes", bytes}, {"media_type", media_type_of(name)}, {"path", path_of(request, name)}});
  }
  return json_response(200, {{"items", items}});
}

Response get_artifact(Core& core, Call& call) {
  const service::Request request = own_request(call);
  const std::string name = call.params["artifact"];
  for (const std::string& uri : request.outcome.artifacts) {
    const auto file = core.files.artifact(uri);
    if (file && file->filename() == name) return send_file(call, *file, name);
  }
  throw not_found("artifact");
}

constexpr std::array<Binding, 12> request_bindings{{{"listRequests", &list_requests},
                                                    {"submitRequest", &submit_request, "checks"},
                                                    {"getRequest", &get_request},
                                                    {"cancelRequest", &cancel_request},
                                                    {"retryRequest", &retry_request, "checks"},
                                                    {"pauseRequest", &pause_request},
                                                    {"resumeRequest", &resume_request},
                                                    {"getLogs", &get_logs},
                                                    {"getReport", &get_report},
                                                    {"getGraph", &get_graph, "checks"},
                                                    {"listArtifacts", &list_artifacts},
                                                    {"getArtifact", &get_artifact}}};

}  // namespace

std::span<const Binding> request_handlers() { return request_bindings; }

}  // namespace reel::http
