#include "runner_provider.hpp"

#include <algorithm>
#include <utility>

#include "publish.hpp"
#include "reel/base/error.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;

/// For one call: a large clip over a slow line is one.
constexpr auto patience = 30min;
constexpr const char* fetched_name = "fetched";

RunnerSpec spec_of(const RunnerSetup& setup, RunnerLimits limits, ProvideJob job, const fs::path& folder) {
  RunnerSpec spec;
  spec.job = std::move(job);
  spec.setup = setup;
  limits.silence = patience;
  spec.limits = limits;
  spec.work_folder = folder;
  return spec;
}

[[noreturn]] void rethrow(const json& answer) {
  const std::string kind = answer.at("fault"), what = answer.at("what"), hint = answer.at("hint");
  if (kind == "not-found") throw model::NotFound(what, hint);
  if (kind == "uncertain") throw model::Uncertain(what, hint);
  if (kind == "input") throw base::InputError(what, hint);
  if (kind == "transient") throw base::TransientError(what, hint);
  if (kind == "interrupted") throw base::Interrupted(what, hint);
  throw base::RunError(what, hint);
}

std::string text(const json& value) { return value.get<std::string>(); }

std::optional<double> optional(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

}  // namespace

RunnerProvider::RunnerProvider(const RunnerSetup& setup, const RunnerLimits& limits, ProvideJob job,
                               const fs::path& folder, std::string uses,
                               std::function<void(const base::LogLine&)> on_log)
    : uses_(std::move(uses)),
      output_(job.output_folder),
      dialog_(spec_of(setup, limits, std::move(job), folder), "the plugin of '" + uses_ + "' gives no answer",
              {.on_log = std::move(on_log)}) {}

/// A stranger's answer: whatever is wrong with it, nothing was said.
template <class Read>
auto RunnerProvider::asked(json question, base::StopFlag stop, Read read) {
  question["uses"] = uses_;
  const json answer = dialog_.ask(question, stop);
  try {
    if (answer.contains("fault")) rethrow(answer);
    return read(answer.at("value"));
  } catch (const json::exception&) {
    dialog_.no_answer("what it says makes no sense");
  }
}

std::string RunnerProvider::prepare(const model::ProviderRequest& request, std::string*) {
  return asked({{"ask", "prepare"},
                {"factory", request.stage},
                {"params", request.params},
                {"input", request.input ? json(*request.input) : json(nullptr)},
                {"input_duration", request.input_duration.count()}},
               nullptr, text);
}

model::ProviderLimits RunnerProvider::limits(const std::string& prepared) {
  return asked({{"ask", "limits"}, {"prepared", prepared}}, nullptr, [](const json& limits) -> model::ProviderLimits {
    return {limits.at("service"), limits.at("account"), limits.at("concurrent"), limits.at("per_minute"),
            limits.at("takes_input")};
  });
}

model::ProviderEstimate RunnerProvider::estimate(const std::string& prepared) {
  return asked({{"ask", "estimate"}, {"prepared", prepared}}, nullptr, [](const json& estimate) {
    return model::ProviderEstimate{optional(estimate.at("cents")), optional(estimate.at("seconds"))};
  });
}

std::string RunnerProvider::create(const std::string& prepared, const std::string& input, const std::string& intent,
                                   base::StopFlag stop) {
  try {
    return asked({{"ask", "create"}, {"prepared", prepared}, {"input", input}, {"intent", intent}}, stop, text);
  } catch (const NoAnswer& error) {
    throw model::Uncertain(error.what());
  }
}

std::string RunnerProvider::find(const std::string& prepared, const std::string& input, const std::string& intent,
                                 std::chrono::sys_seconds since, const std::vector<std::string>& taken,
                                 base::StopFlag stop) {
  return asked({{"ask", "find"},
                {"prepared", prepared},
                {"input", input},
                {"intent", intent},
                {"since", since.time_since_epoch().count()},
                {"taken", taken}},
               stop, text);
}

model::Generation RunnerProvider::look(const std::string& prepared, const std::string& id, base::StopFlag stop) {
  return asked({{"ask", "look"}, {"prepared", prepared}, {"id", id}}, stop, [](const json& seen) -> model::Generation {
    constexpr int last = static_cast<int>(model::GenerationState::failed);
    return {static_cast<model::GenerationState>(std::clamp(seen.at("state").get<int>(), 0, last)),
            optional(seen.at("fraction")),
            seen.at("words"),
            seen.at("preview"),
            seen.at("failure"),
            optional(seen.at("cents"))};
  });
}

void RunnerProvider::fetch(const std::string& prepared, const std::string& id, const fs::path& file,
                           base::StopFlag stop) {
  fetched_fault_ = asked({{"ask", "fetch"}, {"prepared", prepared}, {"id", id}, {"file", fetched_name}}, stop, text);
  // By way of a folder that the child cannot reach.
  const fs::path taken = file.string() + ".taken";
  publish(output_, {fetched_name}, taken);
  fs::rename(taken / fetched_name, file);
  fs::remove(taken);
}

void RunnerProvider::check_fetched() const {
  if (!fetched_fault_.empty()) throw base::InputError(fetched_fault_);
}

}  // namespace reel::service
