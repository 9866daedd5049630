#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/catalog/provider.hpp"
#include "reel/engine/probe.hpp"
#include "reel/service/address_policy.hpp"
#include "stages.hpp"
#include "work.hpp"

namespace reel::runner {
namespace {

using nlohmann::json;

catalog::HostServices services_of(const service::ProvideJob& job, const Workplace& place) {
  const service::AddressPolicy addresses({.internal = job.internal});
  catalog::HostServices services;
  services.secret = [&job](const std::string& name) -> std::optional<std::string> {
    const auto secret = job.secrets.find(name);
    return secret == job.secrets.end() ? std::nullopt : std::optional(secret->second);
  };
  services.cache_folder = place.spec.work_folder;
  services.may_connect = [addresses](const std::string& uri, const sockaddr& address) {
    addresses.check_connection(uri, address);
  };
  return services;
}

json fault(const char* kind, const base::Error& error) {
  return {{"fault", kind}, {"what", base::redacted(error.what())}, {"hint", base::redacted(error.hint())}};
}

/// The members of model::Provider, by their names. What service::RunnerProvider asks.
class Providers {
 public:
  Providers(const service::ProvideJob& job, const Workplace& place)
      : stop_(place.stop.flag()),
        folder_(job.output_folder),
        stages_(load_stages(place.spec.setup, services_of(job, place), job.library)) {}

  json answer(const json& question) {
    try {
      return {{"value", call(question.at("ask"), question)}};
    } catch (const model::NotFound& error) {
      return fault("not-found", error);
    } catch (const model::Uncertain& error) {
      return fault("uncertain", error);
    } catch (const base::InputError& error) {
      return fault("input", error);
    } catch (const base::TransientError& error) {
      return fault("transient", error);
    } catch (const base::Interrupted& error) {
      return fault("interrupted", error);
    } catch (const base::Error& error) {
      return fault("run", error);
    }
  }

 private:
  /// Those of stages that the installation's policy refuses ask for nothing.
  model::Provider& provider(const std::string& uses) {
    const model::StageTraits* const stage = stages_->find(uses);
    const auto found = stage != nullptr ? catalog::provider_of(stage->factory) : nullptr;
    if (!found) throw base::InputError("no provider of this installation makes '" + uses + "'", stages_->why_not(uses));
    return *found;
  }

  json call(const std::string& what, const json& q) {
    model::Provider& asked = provider(q.at("uses"));
    if (what == "prepare") return asked.prepare(request_of(q));
    const std::string prepared = q.at("prepared");
    if (what == "limits") return json_of(asked.limits(prepared));
    if (what == "estimate") return json_of(asked.estimate(prepared));
    if (what == "create") return asked.create(prepared, q.at("input"), q.at("intent"), stop_);
    if (what == "find")
      return asked.find(prepared, q.at("input"), q.at("intent"),
                        std::chrono::sys_seconds(std::chrono::seconds(q.at("since").get<std::int64_t>())),
                        q.at("taken"), stop_);
    if (what == "look") return json_of(asked.look(prepared, q.at("id"), stop_));
    if (what == "fetch") return fetch(asked, prepared, q);
    throw base::InputError("the call '" + what + "', which no provider has");
  }

  static model::ProviderRequest request_of(const json& q) {
    model::ProviderRequest request;
    request.stage = q.at("factory");
    request.params = q.at("params");
    if (!q.at("input").is_null()) request.input = q.at("input").get<std::string>();
    request.input_duration = base::Time(q.at("input_duration").get<std::int64_t>());
    return request;
  }

  /// Why the file is no media; empty: it is. Nobody without walls looks into it.
  std::string fetch(model::Provider& asked, const std::string& prepared, const json& q) const {
    const std::filesystem::path file = folder_ / q.at("file").get<std::string>();
    std::filesystem::remove(file);
    asked.fetch(prepared, q.at("id"), file, stop_);
    try {
      engine::probe(file.string());
      return {};
    } catch (const base::InputError& error) {
      return error.what();
    }
  }

  static json json_of(const model::ProviderLimits& limits) {
    return {{"service", limits.service},
            {"account", limits.account},
            {"concurrent", limits.concurrent},
            {"per_minute", limits.per_minute},
            {"takes_input", limits.takes_input}};
  }
  static json json_of(const model::ProviderEstimate& estimate) {
    return {{"cents", optional(estimate.cents)}, {"seconds", optional(estimate.seconds)}};
  }
  static json json_of(const model::Generation& seen) {
    return {{"state", static_cast<int>(seen.state)},
            {"fraction", optional(seen.fraction)},
            {"words", seen.words},
            {"preview", seen.preview},
            {"failure", seen.failure},
            {"cents", optional(seen.cents)}};
  }
  static json optional(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

  base::StopFlag stop_;
  std::filesystem::path folder_;
  std::unique_ptr<catalog::Catalog> stages_;
};

}  // namespace

void provide(const service::ProvideJob& job, Workplace& place) {
  for (const auto& [name, value] : job.secrets) base::hide_in_logs(value);
  Providers providers(job, place);
  for (std::string line; !place.stop.asked() && std::getline(std::cin, line);) {
    const json answer{{"is", "answer"}, {"answer", providers.answer(json::parse(line))}};
    place.channel.write(answer.dump(-1, ' ', false, json::error_handler_t::replace));
  }
}

}  // namespace reel::runner
