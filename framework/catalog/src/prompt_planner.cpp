#include "reel/catalog/prompt_planner.hpp"

#include <algorithm>
#include <mutex>

#include "call.hpp"
#include "extensions.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/extension/planner.h"

namespace reel::catalog {
namespace {

class PluginPlanner final : public model::PromptPlanner {
 public:
  PluginPlanner(const reel_planner& table, const reel_host* host) : table_(table), host_(host) {}

  std::string available() override {
    char* const who = table_.available(host_);
    return who == nullptr ? "" : base::printable(base::redacted(taken(who)));
  }

  std::string plan(const std::string& question, base::StopFlag stop) override {
    Call call(stop);
    char* const yaml = table_.plan(host_, question.c_str(), call.task(), call.error());
    if (yaml == nullptr) call.fail("the planner does not answer");
    return taken(yaml);
  }

 private:
  std::string taken(char* text) {
    std::string copy = text;
    table_.release_text(text);
    return copy;
  }

  const reel_planner& table_;
  const reel_host* host_;
};

struct KnownPlanners {
  std::mutex mutex;
  std::vector<std::shared_ptr<model::PromptPlanner>> planners;
};

KnownPlanners& known_planners() {
  static KnownPlanners all;
  return all;
}

}  // namespace

void add_planners(const reel_plugin& plugin, const reel_host* host) {
  const auto* const table = table_of<reel_planner>(plugin, REEL_PLANNER);
  if (table == nullptr) return;
  if (table->available == nullptr || table->plan == nullptr || table->release_text == nullptr)
    return base::log(base::Level::warning, std::string(plugin.id) + ": its planner is incomplete");
  const std::lock_guard lock(known_planners().mutex);
  known_planners().planners.push_back(std::make_shared<PluginPlanner>(*table, host));
}

std::vector<std::shared_ptr<model::PromptPlanner>> prompt_planners() {
  const std::lock_guard lock(known_planners().mutex);
  return known_planners().planners;
}

std::shared_ptr<model::PromptPlanner> available_prompt_planner() {
  const auto all = prompt_planners();
  const auto found = std::ranges::find_if(all, [](const auto& planner) { return !planner->available().empty(); });
  return found == all.end() ? nullptr : *found;
}

}  // namespace reel::catalog
