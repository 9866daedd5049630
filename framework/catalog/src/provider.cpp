#include "reel/catalog/provider.hpp"

#include "call.hpp"
#include "extensions.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/extension/provider.h"

namespace reel::catalog {
namespace {

std::optional<double> known(double value) { return value < 0 ? std::nullopt : std::optional(value); }
std::string or_empty(const char* text) { return text != nullptr ? base::printable(text) : ""; }

class PluginProvider final : public model::Provider {
 public:
  PluginProvider(const reel_provider& table, const reel_host* host) : table_(table), host_(host) {}

  std::string prepare(const model::ProviderRequest& request, std::string* param) override {
    const reel_provider_request asked{request.stage.c_str(), request.params.c_str(),
                                      request.input ? request.input->c_str() : nullptr, request.input_duration.count()};
    const char* wrong = nullptr;
    Call call(nullptr);
    char* const text = table_.prepare(host_, &asked, &wrong, call.error());
    if (text == nullptr && param != nullptr) *param = or_empty(wrong);
    return take(call, text, "the request cannot be made");
  }

  model::ProviderLimits limits(const std::string& prepared) override {
    reel_provider_limits found{};
    Call call(nullptr);
    if (table_.limits(host_, prepared.c_str(), &found, call.error()) == FALSE) call.fail("the service cannot be used");
    return {or_empty(found.service), or_empty(found.account), found.concurrent, found.per_minute,
            found.takes_input != FALSE};
  }

  model::ProviderEstimate estimate(const std::string& prepared) override {
    reel_provider_estimate found{-1, -1};
    Call call(nullptr);
    if (table_.estimate == nullptr || table_.estimate(host_, prepared.c_str(), &found, call.error()) == FALSE)
      return {};
    return {known(found.cents), known(found.seconds)};
  }

  std::string create(const std::string& prepared, const std::string& input, const std::string& intent,
                     base::StopFlag stop) override {
    Call call(stop);
    char* const id = table_.create(host_, prepared.c_str(), or_null(input), intent.c_str(), call.task(), call.error());
    return take(call, id, "the service did not take the request");
  }

  std::string find(const std::string& prepared, const std::string& input, const std::string& intent,
                   std::chrono::sys_seconds since, const std::vector<std::string>& taken,
                   base::StopFlag stop) override {
    std::vector<const char*> ids;
    for (const std::string& id : taken) ids.push_back(id.c_str());
    ids.push_back(nullptr);
    Call call(stop);
    char* const id = table_.find(host_, prepared.c_str(), or_null(input), intent.c_str(),
                                 since.time_since_epoch().count(), ids.data(), call.task(), call.error());
    return take(call, id, "the service does not say whether it took the request");
  }

  model::Generation look(const std::string& prepared, const std::string& id, base::StopFlag stop) override {
    reel_generation seen{};
    Call call(stop);
    if (table_.look(host_, prepared.c_str(), id.c_str(), &seen, call.task(), call.error()) == FALSE)
      call.fail("the service does not say how far it is");
    model::Generation generation;
    generation.state = seen.state == REEL_GENERATION_DONE      ? model::GenerationState::done
                       : seen.state == REEL_GENERATION_FAILED  ? model::GenerationState::failed
                       : seen.state == REEL_GENERATION_WORKING ? model::GenerationState::working
                                                               : model::GenerationState::queued;
    generation.fraction = known(seen.fraction);
    generation.words = or_empty(seen.words);
    generation.preview = or_empty(seen.preview);
    generation.failure = or_empty(seen.failure);
    generation.cents = known(seen.cents);
    table_.clear_generation(&seen);
    return generation;
  }

  void fetch(const std::string& prepared, const std::string& id, const std::filesystem::path& file,
             base::StopFlag stop) override {
    Call call(stop);
    if (table_.fetch(host_, prepared.c_str(), id.c_str(), file.c_str(), call.task(), call.error()) == FALSE)
      call.fail("what was made cannot be fetched");
  }

 private:
  static const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }
  std::string take(Call& call, char* text, const char* failed) {
    if (text == nullptr) call.fail(failed);
    std::string copy = text;
    table_.release_text(text);
    return copy;
  }

  const reel_provider& table_;
  const reel_host* host_;
};

Registry<std::shared_ptr<model::Provider>>& providers() {
  static Registry<std::shared_ptr<model::Provider>> all;
  return all;
}

bool complete(const reel_provider& t) {
  return t.stages != nullptr && t.prepare != nullptr && t.limits != nullptr && t.create != nullptr &&
         t.find != nullptr && t.look != nullptr && t.clear_generation != nullptr && t.fetch != nullptr &&
         t.release_text != nullptr;
}

}  // namespace

void add_providers(const reel_plugin& plugin, const reel_host* host) {
  const auto* const table = table_of<reel_provider>(plugin, REEL_PROVIDER);
  if (table == nullptr) return;
  if (!complete(*table))
    return base::log(base::Level::warning, std::string(plugin.id) + ": its provider is incomplete");
  const auto provider = std::make_shared<PluginProvider>(*table, host);
  for (const char* const* stage = table->stages; *stage != nullptr; ++stage) providers().add(*stage, provider);
}

std::shared_ptr<model::Provider> provider_of(std::string_view factory) { return providers().find(factory); }

}  // namespace reel::catalog
