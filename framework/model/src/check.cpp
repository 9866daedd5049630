#include <algorithm>
#include <sstream>

#include "check_params.hpp"
#include "check_stages.hpp"

namespace reel::model {
namespace {

constexpr std::string_view language_version = "1";

/// A top-level text such as `name`. Nothing is substituted in it.
std::string top_text(const Node& root, std::string_view key, Report& report) {
  const Node* node = root.find(key);
  if (!node) return {};
  if (node->kind == Node::Kind::scalar) return node->scalar;
  report.error(node->mark, "wrong-type", show(key) + " must be a text, not " + std::string(describe(*node)));
  return {};
}

void check_version(const Node& root, Report& report) {
  const Node* version = root.find("reel");
  if (!version)
    return report.error(root.mark, "missing-key", "a pipeline begins with 'reel: 1', the version of its language",
                        "add 'reel: 1' at the top");
  if (version->kind == Node::Kind::scalar && version->scalar == language_version && version->quoted)
    return report.error(version->mark, "unknown-version",
                        "the version of the language is a number, not a text in quotes", "write 'reel: 1'");
  if (version->kind != Node::Kind::scalar || version->scalar != language_version)
    report.error(version->mark, "unknown-version",
                 "this program reads version 1 of the language, not " +
                     (version->kind == Node::Kind::scalar ? show(version->scalar) : std::string(describe(*version))),
                 "write 'reel: 1'");
}

/// The list of stages, if there is something to check in it.
const Node* stages_of(const Node& root, Report& report) {
  const Node* stages = root.find("stages");
  if (!stages) {
    report.error(root.mark, "missing-key", "a pipeline needs 'stages'", "add 'stages:' with a list of stages");
  } else if (stages->kind != Node::Kind::list) {
    report.error(stages->mark, "wrong-type", "'stages' must be a list, not " + std::string(describe(*stages)),
                 "begin each stage with '- uses:'");
  } else if (stages->items.empty()) {
    report.error(stages->mark, "empty-list", "'stages' must hold one stage at least",
                 "begin with a source and end with a sink");
  } else if (stages->items.size() > most_stages) {
    report.error(
        stages->items[most_stages].mark, "too-many-stages",
        "a pipeline may have " + std::to_string(most_stages) + " stages, not " + std::to_string(stages->items.size()),
        "split it into several pipelines");
  } else {
    return stages;
  }
  return nullptr;
}

bool is_pipeline(const Node& root, Report& report) {
  if (root.kind == Node::Kind::map) return true;
  const bool empty = root.kind == Node::Kind::null;
  report.error(root.mark, "no-pipeline",
               empty ? "the file holds no pipeline: it is empty"
                     : "a pipeline is a map with 'reel' and 'stages', not " + std::string(describe(root)),
               "see `reel new pipeline` for one to start from");
  return false;
}

std::vector<Stage> finished(std::vector<DraftStage> drafts) {
  std::vector<Stage> stages;
  stages.reserve(drafts.size());
  for (DraftStage& draft : drafts) stages.push_back(std::move(draft.stage));
  return stages;
}

}  // namespace

const Setting* Stage::setting(std::string_view setting_name) const {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [&](const Setting& s) { return s.name == setting_name; });
  return found == settings.end() ? nullptr : &*found;
}

bool Stage::sets_any(const std::string& names) const {
  std::istringstream list(names);
  for (std::string name; std::getline(list, name, ',');) {
    const Setting* const given = setting(name);
    const ParamSchema* const param = traits.param(name);
    if (given != nullptr && (param == nullptr || given->value != param->default_value)) return true;
  }
  return false;
}

std::optional<Pipeline> check_pipeline(const Document& document, const StageSource& stages, const CheckOptions& options,
                                       Diagnosed& diagnosed) {
  Report report(diagnosed);
  const Node& root = document.root;
  if (!document.complete || !is_pipeline(root, report)) return std::nullopt;
  Pipeline pipeline{.file = document.file, .text = document.text};
  check_keys(root, {"reel", "name", "description", "params", "stages"}, "a pipeline", report);
  check_version(root, report);
  pipeline.name = top_text(root, "name", report);
  pipeline.description = top_text(root, "description", report);
  Scope scope(options, report);
  pipeline.params = check_params(root, options, scope, report);
  if (const Node* list = stages_of(root, report)) {
    auto drafts = read_stages(*list, stages, options, scope, report);
    link_stages(drafts, report);
    warn_of_unused(pipeline.params, *list, report);
    pipeline.stages = finished(std::move(drafts));
  }
  report.remove_repeated();
  return diagnosed.has_errors() ? std::nullopt : std::optional(std::move(pipeline));
}

std::optional<Pipeline> load_pipeline(const std::string& file, const std::string& text, const StageSource& stages,
                                      const CheckOptions& options, Diagnosed& diagnosed) {
  const Document document = parse_document(file, text, diagnosed);
  return check_pipeline(document, stages, options, diagnosed);
}

}  // namespace reel::model
