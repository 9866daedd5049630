#include <algorithm>
#include <cmath>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/service/runner_job.hpp"
#include "runner_json.hpp"

namespace reel::service {
namespace {

using nlohmann::json;

// What a stranger may have kept of each thing that it says. A report grows with the spans of a film, so there it is much.
constexpr std::size_t longest_sentence = 8000, longest_name = 300, longest_embedded = 4'000'000;
constexpr std::size_t most_stages = 1000, most_artifacts = 1000, most_wanted = 100;

std::int64_t in_milliseconds(base::Time time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

/// A stranger's number: nothing may overflow.
base::Time from_milliseconds(const json& count) {
  constexpr std::int64_t century = 3'155'760'000'000;
  return std::chrono::milliseconds(std::clamp(count.get<std::int64_t>(), -century, century));
}

/// JSON has no infinity.
double finite(double value) { return std::isfinite(value) ? value : -1; }

json optional_milliseconds(const std::optional<base::Time>& time) {
  return time ? json(in_milliseconds(*time)) : json(nullptr);
}
std::optional<base::Time> optional_time(const json& count) {
  return count.is_null() ? std::nullopt : std::optional(from_milliseconds(count));
}

json write(const RunnerSandbox& s) {
  return {{"is", "started"},    {"no_new_privileges", s.no_new_privileges},
          {"limits", s.limits}, {"other_user", s.other_user},
          {"files", s.files},   {"network", s.network},
          {"calls", s.calls}};
}

json write(const RunnerProgress& p) {
  json stages = json::array();
  for (const StageRecord& s : p.stages)
    stages.push_back(
        {{"id", s.id}, {"uses", s.uses}, {"state", s.state}, {"frames", s.frames}, {"fraction", finite(s.fraction)}});
  return {{"is", "progress"},
          {"fraction", finite(p.record.fraction)},
          {"frames", p.record.frames},
          {"position", in_milliseconds(p.record.position)},
          {"duration", optional_milliseconds(p.record.duration)},
          {"fps", finite(p.record.frames_per_second)},
          {"remaining", optional_milliseconds(p.remaining)},
          {"stages", std::move(stages)}};
}

json write(const base::LogLine& l) {
  return {{"is", "log"}, {"level", base::name(l.level)}, {"stage", l.stage}, {"message", l.message}};
}

json write(const RunnerCrash& c) { return {{"is", "crash"}, {"stage", c.stage}, {"thread", c.thread}}; }

json write(const std::vector<WantedMedia>& wanted) {
  json all = json::array();
  for (const WantedMedia& w : wanted)
    all.push_back(
        {{"stage", w.stage}, {"uses", w.uses}, {"factory", w.factory}, {"params", w.params}, {"fresh", w.fresh}});
  return all;
}

json write(const RunnerResult& r) {
  json made = json::array();
  for (const RunnerArtifact& a : r.made) made.push_back({{"file", a.file}, {"stage", a.stage}, {"bytes", a.bytes}});
  return {{"is", "result"},
          {"state", name(r.outcome.state)},
          {"error", r.outcome.error},
          {"code", r.outcome.error_code},
          {"stage", r.outcome.error_stage},
          {"line", r.outcome.error_line},
          {"column", r.outcome.error_column},
          {"report", r.outcome.report_json},
          {"transient", r.transient},
          {"made", std::move(made)},
          {"wanted", write(r.wanted)},
          {"media", r.media_json},
          {"assets", r.assets_json}};
}

RunnerSandbox read_started(const json& m) {
  return {m.at("no_new_privileges"), m.at("limits"), m.at("other_user"), m.at("files"), m.at("network"), m.at("calls")};
}

std::string sentence(const json& text) { return base::beginning(text.get_ref<const std::string&>(), longest_sentence); }
std::string short_name(const json& text) { return base::beginning(text.get_ref<const std::string&>(), longest_name); }

RunnerProgress read_progress(const json& m) {
  RunnerProgress p;
  p.record = {m.at("fraction"), m.at("frames"), from_milliseconds(m.at("position")), optional_time(m.at("duration")),
              m.at("fps")};
  p.remaining = optional_time(m.at("remaining"));
  for (const json& s : m.at("stages")) {
    if (p.stages.size() == most_stages) break;
    p.stages.push_back({short_name(s.at("id")), short_name(s.at("uses")), short_name(s.at("state")), s.at("frames"),
                        s.at("fraction")});
  }
  return p;
}

base::LogLine read_log(const json& m) {
  const std::string level = m.at("level");
  for (const auto known : {base::Level::debug, base::Level::info, base::Level::warning, base::Level::error})
    if (base::name(known) == level) return {known, short_name(m.at("stage")), sentence(m.at("message"))};
  throw base::InputError("a log line of an unknown level");
}

/// JSON in a text, which others will parse who do not know whose it is.
std::string embedded(const json& text) {
  auto result = text.get<std::string>();
  if (!result.empty()) parse_object(result, longest_embedded);
  return result;
}

std::vector<RunnerArtifact> read_made(const json& made) {
  if (made.size() > most_artifacts) throw base::InputError("a result with " + std::to_string(made.size()) + " files");
  std::vector<RunnerArtifact> result;
  for (const json& a : made) result.push_back({a.at("file"), short_name(a.at("stage")), a.at("bytes")});
  return result;
}

std::vector<WantedMedia> read_wanted(const json& wanted) {
  if (wanted.size() > most_wanted)
    throw base::InputError("a result that wants " + std::to_string(wanted.size()) + " media");
  std::vector<WantedMedia> result;
  for (const json& w : wanted)
    result.push_back({short_name(w.at("stage")), short_name(w.at("uses")), short_name(w.at("factory")),
                      embedded(w.at("params")), w.at("fresh")});
  return result;
}

RunnerResult read_result(const json& m) {
  RunnerResult r;
  const auto state = request_state(m.at("state").get<std::string>());
  if (!state || !is_final(*state)) throw base::InputError("a result without a final state");
  r.outcome.state = *state;
  r.outcome.error = sentence(m.at("error"));
  r.outcome.error_code = short_name(m.at("code"));
  r.outcome.error_stage = short_name(m.at("stage"));
  r.outcome.error_line = m.at("line");
  r.outcome.error_column = m.at("column");
  r.outcome.report_json = embedded(m.at("report"));
  r.transient = m.at("transient");
  r.media_json = embedded(m.at("media"));
  r.assets_json = embedded(m.at("assets"));
  r.made = read_made(m.at("made"));
  r.wanted = read_wanted(m.at("wanted"));
  for (const RunnerArtifact& a : r.made) r.outcome.artifacts.push_back(a.file);
  return r;
}

}  // namespace

std::string to_line(const RunnerMessage& message) {
  return std::visit([](const auto& m) { return write(m); }, message)
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

RunnerMessage read_message(std::string_view line) {
  const json m = parse_object(line, longest_runner_line);
  try {
    const std::string is = m.at("is");
    if (is == "started") return read_started(m);
    if (is == "progress") return read_progress(m);
    if (is == "log") return read_log(m);
    if (is == "crash") return RunnerCrash{short_name(m.at("stage")), short_name(m.at("thread"))};
    if (is == "result") return read_result(m);
  } catch (const json::exception&) {
  }
  throw base::InputError("a message of an unknown form");
}

}  // namespace reel::service
