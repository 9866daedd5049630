#include "check_stages.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::model {
namespace {

bool is_id(std::string_view text) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && lower(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '-'; });
}

class StageReader {
 public:
  StageReader(const StageSource& source, const CheckOptions& options, Scope& scope, Report& report)
      : source_(source), options_(options), scope_(scope), values_(scope, options, report), report_(report) {}

  DraftStage read(const Node& node) {
    DraftStage draft;
    draft.stage.mark = node.mark;
    if (node.kind != Node::Kind::map) {
      report_.error(node.mark, "wrong-type", "a stage must be a map, not " + std::string(describe(node)),
                    node.kind == Node::Kind::scalar ? "write 'uses: " + base::printable(node.scalar) + "'"
                                                    : "write 'uses:' and the name of a stage");
      draft.id_known = false;
      return draft;
    }
    check_keys(node, {"uses", "id", "from", "with", "during"}, "a stage", report_);
    read_uses(node, draft);
    if (const Node* id = node.find("id")) read_id(*id, draft);
    if (const Node* from = node.find("from")) read_from(*from, draft);
    if (const Node* during = node.find("during")) read_during(*during, draft);
    read_with(node.find("with"), draft);
    return draft;
  }

 private:
  /// A text that must be known to check anything: nothing if it is not, or faulty.
  std::optional<Text> word(const Node& node, std::string_view what) {
    if (node.kind != Node::Kind::scalar) {
      report_.error(node.mark, "wrong-type", std::string(what) + ", not " + std::string(describe(node)));
      return std::nullopt;
    }
    auto text = scope_.text(node);
    return text && text->known ? text : std::nullopt;
  }

  void read_uses(const Node& node, DraftStage& draft) {
    const Node* uses = node.find("uses");
    if (!uses)
      return report_.error(node.mark, "missing-key", "a stage needs 'uses'", "add 'uses:' and the name of a stage");
    draft.stage.mark = uses->mark;
    const auto name = word(*uses, "'uses' must be the name of a stage");
    if (!name) return;
    draft.traits = source_.find(name->value);
    if (draft.traits) {
      draft.stage.traits = *draft.traits;
      return;
    }
    if (const std::string reason = source_.why_not(name->value); !reason.empty())
      return report_.error(uses->mark, "refused-stage",
                           "the stage " + show(name->value) + " cannot be used: " + reason);
    const std::string near = nearest_stage(name->value, source_);
    report_.error(uses->mark, "unknown-stage", "there is no stage " + show(name->value),
                  near.empty() ? "`reel inspect` lists all stages" : "did you mean '" + near + "'?");
  }

  void read_id(const Node& node, DraftStage& draft) {
    const auto id = word(node, "'id' must be a name");
    draft.id_known = id && ids_.insert(id->value).second;
    if (!id) return;
    if (!is_id(id->value))
      report_.error(node.mark, "bad-name", show(id->value) + " cannot be an id",
                    "use lower case letters, digits and '-', and begin with a letter");
    if (!draft.id_known)
      return report_.error(node.mark, "duplicate-id", "the id " + show(id->value) + " is taken by a stage before",
                           "give each stage an id of its own");
    draft.stage.id = id->value;
    draft.has_id = true;
  }

  void read_from(const Node& node, DraftStage& draft) {
    draft.from.emplace();
    draft.from_mark = node.mark;
    const bool is_list = node.kind == Node::Kind::list;
    const std::size_t size = is_list ? node.items.size() : 1;
    for (std::size_t i = 0; i < size; ++i) {
      const Node& item = is_list ? node.items[i] : node;
      const auto id = word(item, "'from' must be an id or a list of ids");
      draft.from_known = draft.from_known && id.has_value();
      if (id) draft.from->push_back({id->value, item.mark});
    }
    if (size > 0) return;
    draft.from_known = false;
    report_.error(node.mark, "empty-list", "'from' needs at least one id",
                  "remove it to continue from the stage before");
  }

  void read_during(const Node& node, DraftStage& draft) {
    static const ParamSchema schema{.name = "during", .type = ParamType::ranges};
    draft.stage.during_mark = node.mark;
    if (draft.traits && !draft.traits->allows_during)
      return report_.error(node.mark, "during-not-allowed",
                           show(draft.traits->name) + " cannot be limited to a part of the time", "remove 'during'");
    if (node.kind != Node::Kind::scalar)
      return report_.error(node.mark, "wrong-type",
                           "'during' must be one range such as 5:00..5:15, not " + std::string(describe(node)),
                           node.kind == Node::Kind::list ? "use one stage for each range" : "");
    const auto value = values_.scalar(schema, node);
    if (const auto* ranges = value ? std::get_if<std::vector<base::TimePointRange>>(&*value) : nullptr)
      draft.stage.during = ranges->front();
  }

  void read_with(const Node* node, DraftStage& draft) {
    std::set<std::string> given;
    if (node && node->kind != Node::Kind::map)
      return report_.error(node->mark, "wrong-type",
                           "'with' must be a map of parameters, not " + std::string(describe(*node)));
    if (node)
      for (const auto& entry : node->entries) {
        given.insert(entry.key);
        draft.traits ? read_setting(entry, draft) : read_blindly(entry.value);
      }
    if (!draft.traits) return;
    for (const ParamSchema& param : draft.traits->params)
      if (param.required && !given.contains(param.name))
        report_.error(draft.stage.mark, "missing-parameter", show(draft.traits->name) + " needs " + show(param.name),
                      "add with: { " + param.name + ": … }");
  }

  void read_setting(const Node::Entry& entry, DraftStage& draft) {
    const ParamSchema* schema = draft.traits->param(entry.key);
    if (!schema) {
      read_blindly(entry.value);
      return unknown_param(entry, *draft.traits);
    }
    Setting setting{.name = entry.key, .key_mark = entry.key_mark, .value_mark = entry.value.mark};
    if (values_.read(*schema, entry.value, setting) && resolve(*draft.traits, *schema, setting))
      draft.stage.settings.push_back(std::move(setting));
  }

  /// False: the host refuses what the setting names.
  bool resolve(const StageTraits& stage, const ParamSchema& schema, Setting& setting) {
    auto* const text = std::get_if<std::string>(&setting.value);
    const bool names_file = schema.type == ParamType::uri || schema.type == ParamType::file;
    if (!options_.resolve || !names_file || text == nullptr) return true;
    try {
      *text = options_.resolve(stage, schema, *text);
      return true;
    } catch (const base::InputError& e) {
      report_.error(setting.value_mark, "refused-uri", show(*text) + " may not be used: " + e.what(), e.hint());
      return false;
    }
  }

  void unknown_param(const Node::Entry& entry, const StageTraits& traits) {
    std::vector<std::string> known;
    for (const ParamSchema& param : traits.params) known.push_back(param.name);
    const std::string message =
        show(traits.name) + (known.empty() ? " takes no parameters, so no " : " has no parameter ");
    report_.error(entry.key_mark, "unknown-parameter", message + show(entry.key),
                  did_you_mean(entry.key, known, known.empty() ? "" : "`reel inspect " + traits.name + "` lists them"));
  }

  /// Of values whose type is not known: what they substitute can be checked, and counts as used.
  void read_blindly(const Node& node) {
    if (node.kind == Node::Kind::scalar) scope_.text(node, true);
    for (const Node& item : node.items) read_blindly(item);
    for (const auto& entry : node.entries) read_blindly(entry.value);
  }

  const StageSource& source_;
  const CheckOptions& options_;
  Scope& scope_;
  ValueReader values_;
  Report& report_;
  std::set<std::string> ids_;
};

/// Names the stages that the author did not: `blur`, `blur-2`.
void name_stages(std::vector<DraftStage>& drafts) {
  std::set<std::string> taken;
  std::map<std::string, int> last_number;
  for (const DraftStage& draft : drafts) taken.insert(draft.stage.id);
  for (DraftStage& draft : drafts) {
    if (!draft.stage.id.empty() || !draft.traits) continue;
    const std::string& name = draft.traits->name;
    const std::string base_id = name.substr(name.rfind('/') + 1);  // npos + 1 is 0
    int& number = last_number[base_id];
    do {
      draft.stage.id = ++number == 1 ? base_id : base_id + "-" + std::to_string(number);
    } while (!taken.insert(draft.stage.id).second);
  }
}

}  // namespace

std::vector<DraftStage> read_stages(const Node& list, const StageSource& source, const CheckOptions& options,
                                    Scope& scope, Report& report) {
  StageReader reader(source, options, scope, report);
  std::vector<DraftStage> drafts;
  drafts.reserve(list.items.size());
  for (const Node& item : list.items) drafts.push_back(reader.read(item));
  name_stages(drafts);
  return drafts;
}

}  // namespace reel::model
