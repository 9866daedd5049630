#include <algorithm>
#include <limits>
#include <map>

#include "check_stages.hpp"
#include "reel/base/text.hpp"

namespace reel::model {
namespace {

/// Kinds of media that a stage may give. Both, where it is not known.
struct Kinds {
  bool video = true, audio = true;
};

class Linker {
 public:
  Linker(std::vector<DraftStage>& drafts, Report& report) : drafts_(drafts), report_(report), used_(drafts.size()) {
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      if (drafts[i].has_id) ids_.emplace(drafts[i].stage.id, i);
      ids_known_ = ids_known_ && drafts[i].id_known;
    }
    faulty_ = !ids_known_;
  }

  void link() {
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      drafts_[i].from ? link_named(i) : link_previous(i);
      for (const std::size_t input : drafts_[i].stage.inputs) used_[input] = true;
      check_kinds(i);
    }
    check_ends();
    check_targets();
  }

 private:
  static bool is(const DraftStage& draft, StageRole role) { return draft.traits && draft.traits->role == role; }
  std::string quoted_name(std::size_t i) const { return show(drafts_[i].traits->name); }

  void fault(Mark mark, std::string code, std::string message, std::string hint = {}) {
    faulty_ = true;
    report_.error(mark, std::move(code), std::move(message), std::move(hint));
  }

  // -- inputs ---------------------------------------------------------------------------------------------

  void link_named(std::size_t i) {
    DraftStage& draft = drafts_[i];
    if (is(draft, StageRole::source))
      return fault(draft.from_mark, "source-with-input", quoted_name(i) + " takes no input", "remove 'from'");
    bool fine = draft.from_known;
    for (const auto& reference : *draft.from) fine = link_reference(i, reference) && fine;
    faulty_ = faulty_ || !fine;
    if (fine && draft.traits) check_count(i);
  }

  bool link_reference(std::size_t i, const DraftStage::Reference& reference) {
    const auto found = ids_.find(reference.id);
    if (found == ids_.end()) {
      // Where an id could not be read, it may be this one.
      if (ids_known_) unknown_reference(i, reference);
      return false;
    }
    const std::size_t target = found->second;
    const bool fine = target < i && !is(drafts_[target], StageRole::sink);
    if (fine)
      drafts_[i].stage.inputs.push_back(target);
    else if (target == i)
      fault(reference.mark, "cycle", "a stage cannot be its own input");
    else if (target > i)
      fault(reference.mark, "cycle",
            show(reference.id) + " stands further down, on line " + std::to_string(drafts_[target].stage.mark.line) +
                ": data flow from top to bottom",
            "move that stage up, before this one");
    else
      fault(reference.mark, "sink-as-input", show(reference.id) + " is a sink and passes nothing on",
            "name the stage that feeds it instead");
    return fine;
  }

  void unknown_reference(std::size_t i, const DraftStage::Reference& reference) {
    std::vector<std::string> known;
    for (const auto& [id, index] : ids_)
      if (index < i) known.push_back(id);
    const auto unnamed =
        std::find_if(drafts_.begin(), drafts_.end(), [&](const auto& draft) { return draft.stage.id == reference.id; });
    const std::string otherwise =
        unnamed == drafts_.end()
            ? "add 'id: " + base::printable(reference.id) + "' to the stage that you mean"
            : "add 'id: " + reference.id + "' to the stage on line " + std::to_string(unnamed->stage.mark.line);
    fault(reference.mark, "unknown-id", "no stage has the id " + show(reference.id),
          unnamed == drafts_.end() ? did_you_mean(reference.id, known, otherwise) : otherwise);
  }

  void check_count(std::size_t i) {
    const DraftStage& draft = drafts_[i];
    const StageTraits& traits = *draft.traits;
    const auto count = static_cast<int>(draft.stage.inputs.size());
    if (count >= traits.min_inputs && count <= traits.max_inputs) return;
    fault(draft.from_mark, "input-count",
          quoted_name(i) + " takes " + inputs_text(traits) + ", but 'from' names " + std::to_string(count),
          traits.max_inputs == 1 && count > 1 ? "join them with a stage such as 'overlay' first" : "");
  }

  static std::string inputs_text(const StageTraits& traits) {
    const auto plural = [](int n) { return base::counted(static_cast<std::uint64_t>(n), "input"); };
    if (traits.min_inputs == traits.max_inputs) return plural(traits.min_inputs);
    if (traits.max_inputs == std::numeric_limits<int>::max()) return plural(traits.min_inputs) + " or more";
    return std::to_string(traits.min_inputs) + " to " + plural(traits.max_inputs);
  }

  void link_previous(std::size_t i) {
    DraftStage& draft = drafts_[i];
    if (!draft.traits || is(draft, StageRole::source)) return;
    if (draft.traits->min_inputs > 1)
      return fault(draft.stage.mark, "input-count",
                   quoted_name(i) + " takes " + inputs_text(*draft.traits) + ": say which",
                   "add from: [ first, second ], with the ids of two stages");
    if (draft.traits->max_inputs == 0) return;
    if (i == 0)
      return fault(draft.stage.mark, "no-input", quoted_name(i) + " has no input: nothing stands before it",
                   "begin with a source");
    // A sink in mid-list is a side output: what fed it goes on.
    std::size_t previous = i - 1;
    while (is(drafts_[previous], StageRole::sink) && drafts_[previous].stage.inputs.size() == 1)
      previous = drafts_[previous].stage.inputs.front();
    if (!is(drafts_[previous], StageRole::sink)) return draft.stage.inputs.push_back(previous);
    if (drafts_[previous].stage.inputs.size() > 1)
      fault(draft.stage.mark, "no-input", quoted_name(i) + " has no input: the sink before it joins several stages",
            "say which one with 'from'");
    // Else the sink itself could not be linked, which has been reported.
  }

  // -- kinds of media -------------------------------------------------------------------------------------

  Kinds inputs_of(std::size_t i) const {
    const auto& inputs = drafts_[i].stage.inputs;
    if (inputs.empty()) return {};
    Kinds kinds{false, false};
    for (const std::size_t input : inputs) {
      kinds.video = kinds.video || kinds_[input].video;
      kinds.audio = kinds.audio || kinds_[input].audio;
    }
    return kinds;
  }

  /// What a stage does not touch passes through it.
  void check_kinds(std::size_t i) {
    const DraftStage& draft = drafts_[i];
    const Kinds in = inputs_of(i);
    kinds_.push_back(in);
    if (!draft.traits) return;
    const StageTraits& traits = *draft.traits;
    if (traits.role == StageRole::source) {
      kinds_[i] = {traits.gives_video, traits.gives_audio};
      return;
    }
    const bool takes_any = traits.takes_video || traits.takes_audio;
    const bool served = (traits.takes_video && in.video) || (traits.takes_audio && in.audio);
    if (takes_any && !served && !draft.stage.inputs.empty()) return refuse_kind(i, in);
    if (traits.takes_video) kinds_[i].video = in.video && traits.gives_video;
    if (traits.takes_audio) kinds_[i].audio = in.audio && traits.gives_audio;
    kinds_[i].video = kinds_[i].video || (traits.gives_video && !traits.takes_video && served);
    kinds_[i].audio = kinds_[i].audio || (traits.gives_audio && !traits.takes_audio && served);
  }

  void refuse_kind(std::size_t i, const Kinds& in) {
    const StageTraits& traits = *drafts_[i].traits;
    const std::string needs = !traits.takes_audio ? "video" : !traits.takes_video ? "sound" : "video or sound";
    const std::string has = in.video ? "only video" : in.audio ? "only sound" : "neither";
    const std::size_t input = drafts_[i].stage.inputs.front();
    fault(drafts_[i].stage.mark, "kind-mismatch",
          quoted_name(i) + " needs " + needs + ", but " + show(drafts_[input].stage.id) + " on line " +
              std::to_string(drafts_[input].stage.mark.line) + " gives " + has);
    kinds_[i] = {};  // one fault is enough for the branch
  }

  // -- ends -----------------------------------------------------------------------------------------------

  /// Every branch must end in a sink. After a fault in the links, nothing can be said of that.
  void check_ends() {
    const auto unknown = [](const DraftStage& draft) { return !draft.traits; };
    const bool has_sink =
        std::any_of(drafts_.begin(), drafts_.end(), [](const auto& draft) { return is(draft, StageRole::sink); });
    if (std::any_of(drafts_.begin(), drafts_.end(), unknown)) return;
    if (!has_sink)
      report_.error(drafts_.back().stage.mark, "no-sink", "the pipeline has no sink, so it would write nothing",
                    "add a stage at the end: uses: sink, with: { uri: … }");
    if (faulty_) return;
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      const bool reported = !has_sink && i + 1 == drafts_.size();
      if (used_[i] || reported || is(drafts_[i], StageRole::sink)) continue;
      report_.error(drafts_[i].stage.mark, "leads-nowhere",
                    "the output of " + show(drafts_[i].stage.id) + " leads nowhere: no stage uses it",
                    "add a sink after it, name it in a 'from', or remove it");
    }
  }

  // -- what is read and written ---------------------------------------------------------------------------

  /// The path or URI in one spelling, as far as the text alone tells.
  static std::string normal_uri(std::string uri) {
    constexpr std::string_view file = "file://", here = "./";
    if (uri.starts_with(file)) uri.erase(0, file.size());
    while (uri.starts_with(here)) uri.erase(0, here.size());
    return uri;
  }

  template <class Use>
  void for_each_uri(StageRole role, Use use) {
    for (const DraftStage& draft : drafts_) {
      if (!is(draft, role)) continue;
      for (const Setting& setting : draft.stage.settings) {
        const ParamSchema* schema = draft.traits->param(setting.name);
        const auto* uri = std::get_if<std::string>(&setting.value);
        if (uri && !setting.secret && schema->type == ParamType::uri) use(setting, normal_uri(*uri));
      }
    }
  }

  void check_targets() {
    std::map<std::string, std::size_t> read, written;  // to the line
    for_each_uri(StageRole::source,
                 [&](const Setting& setting, const std::string& uri) { read.emplace(uri, setting.value_mark.line); });
    for_each_uri(StageRole::sink, [&](const Setting& setting, const std::string& uri) {
      if (const auto source = read.find(uri); source != read.end())
        fault(setting.value_mark, "same-file",
              "this would overwrite its own input, given on line " + std::to_string(source->second),
              "write to another file");
      else if (const auto [other, fresh] = written.emplace(uri, setting.value_mark.line); !fresh)
        fault(setting.value_mark, "same-file",
              "the sink on line " + std::to_string(other->second) + " writes to the same place",
              "write to another file");
    });
  }

  std::vector<DraftStage>& drafts_;
  Report& report_;
  std::map<std::string, std::size_t> ids_;
  std::vector<bool> used_;
  std::vector<Kinds> kinds_;
  bool ids_known_ = true;
  bool faulty_ = false;
};

}  // namespace

void link_stages(std::vector<DraftStage>& drafts, Report& report) { Linker(drafts, report).link(); }

}  // namespace reel::model
