#include "reel/prompt/assisted.hpp"

#include <algorithm>

#include "confinement.hpp"
#include "planner_question.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::prompt {
namespace {

constexpr int most_rounds = 2;
// Whoever says more means no edit, and each round costs what it is long.
constexpr std::size_t longest_prompt = 16'384, longest_answer = 262'144;

/// A pipeline that may be shown and run, with paths and URIs as they were written.
struct Judged {
  std::optional<model::Pipeline> pipeline;
  model::Diagnosed diagnosed;
};

class Judge {
 public:
  Judge(const Ask& ask, const model::StageSource& stages, const Understanding& reading, const Assistant& assistant)
      : stages_(stages),
        confinement_(ask, reading, stages, assistant.check),
        check_(assistant.check),
        check_media_(assistant.check_media) {
    check_.set.clear();
    check_.environment = nullptr;  // an answer takes nothing from the host
    check_.has_secret = nullptr;
    check_.require_params = true;
  }

  Judged judge(const std::string& yaml) const {
    Judged judged;
    model::CheckOptions as_written = check_;
    as_written.resolve = nullptr;
    judged.pipeline = model::load_pipeline("answer", yaml, stages_, as_written, judged.diagnosed);
    if (judged.pipeline) confinement_.check(*judged.pipeline, judged.diagnosed);
    if (!judged.diagnosed.has_errors()) judge_on_host(*judged.pipeline, judged.diagnosed);
    if (judged.diagnosed.has_errors()) judged.pipeline.reset();
    return judged;
  }

 private:
  /// With the files for which its names stand on this host, and the media.
  void judge_on_host(const model::Pipeline& as_written, model::Diagnosed& diagnosed) const {
    std::optional<model::Pipeline> resolved = as_written;
    if (check_.resolve) resolved = model::load_pipeline("answer", as_written.text, stages_, check_, diagnosed);
    if (resolved && check_media_) check_media_(*resolved, diagnosed);
  }

  const model::StageSource& stages_;
  Confinement confinement_;
  model::CheckOptions check_;
  const std::function<void(const model::Pipeline&, model::Diagnosed&)>& check_media_;
};

// -- what an answer means

/// Nothing where a frame's time is not known.
std::optional<base::Time> answered_time(const base::TimePoint& point, const Ask& ask) {
  if (const auto* const time = std::get_if<base::Time>(&point)) return *time;
  const model::StreamInfo* const video = ask.media ? ask.media->video() : nullptr;
  const double rate = video != nullptr && video->video ? video->video->frame_rate.value() : 0;
  if (rate <= 0) return std::nullopt;
  const std::chrono::duration<double> time(static_cast<double>(std::get<base::FrameNumber>(point).value) / rate);
  return std::chrono::duration_cast<base::Time>(time);
}

void add_answered_time(const base::TimePointRange& range, const Ask& ask, std::vector<ReadTime>& times) {
  const auto begin = range.begin ? answered_time(*range.begin, ask) : base::Time{0};
  const auto end = range.end ? answered_time(*range.end, ask) : base::Time::max();
  if (begin && end) times.push_back({range, {*begin, *end}});
}

std::string setting_in_words(const model::Setting& setting) {
  constexpr std::size_t longest = 60;
  return setting.name + " " +
         (setting.keyframes.empty() ? base::printable(base::beginning(model::to_yaml(setting.value), longest))
                                    : "by keyframes");
}

/// The ends of the pipeline go without saying.
bool is_plain_end(const model::Stage& stage) {
  const bool end = stage.traits.name == "source" || stage.traits.name == "sink";
  return end && std::ranges::all_of(stage.settings, [](const model::Setting& s) { return s.name == "uri"; });
}

Clause clause_of_stage(const model::Stage& stage, const Ask& ask) {
  Clause clause{.stage = stage.traits.name};
  clause.meaning = stage.traits.title.empty() ? stage.traits.name : stage.traits.title;
  for (std::size_t i = 0; i < stage.settings.size(); ++i)
    clause.meaning += (i == 0 ? ": " : ", ") + setting_in_words(stage.settings[i]);
  if (stage.during) add_answered_time(*stage.during, ask, clause.times);
  const model::Setting* const removed =
      stage.traits.video.remove.empty() ? nullptr : stage.setting(stage.traits.video.remove);
  if (removed != nullptr)
    if (const auto* const ranges = std::get_if<std::vector<base::TimePointRange>>(&removed->value))
      for (const base::TimePointRange& range : *ranges) add_answered_time(range, ask, clause.times);
  return clause;
}

Understanding understanding_of(const model::Pipeline& pipeline, const Ask& ask, const std::string& who) {
  Understanding made;
  made.yaml = pipeline.text;
  for (const model::Stage& stage : pipeline.stages)
    if (!is_plain_end(stage)) made.clauses.push_back(clause_of_stage(stage, ask));
  made.notes.push_back({.code = "language-model",
                        .text = "A language model (" + who + ") made this pipeline: see whether it is what you mean."});
  return made;
}

Understanding unassisted(Understanding reading, const std::string& text) {
  reading.notes.push_back({.code = "language-model-failed", .text = text});
  return reading;
}

std::string first_fault(const model::Diagnosed& diagnosed) {
  const auto found = std::ranges::find(diagnosed.diagnostics, model::Severity::error, &model::Diagnostic::severity);
  if (found == diagnosed.diagnostics.end()) return {};
  return (found->mark.line == 0 ? "" : "line " + std::to_string(found->mark.line) + ": ") +
         base::printable(found->message);
}

/// Throws base::Error.
Understanding ask_in_rounds(const Ask& ask, const model::StageSource& stages, const Understanding& reading,
                            const Assistant& assistant, const std::string& who) {
  using Json = nlohmann::json;
  const Judge judge(ask, stages, reading, assistant);
  Json question = planner_question(ask, stages, reading);
  std::string fault;
  for (int round = 0; round < most_rounds; ++round) {
    const std::string text = question.dump(-1, ' ', false, Json::error_handler_t::replace);
    const std::string answer = assistant.planner.plan(text, assistant.stop);
    if (answer.size() > longest_answer)
      throw base::RunError("its answer has " + base::format_bytes(answer.size()) + ", which no pipeline needs");
    const Judged judged = judge.judge(answer);
    if (judged.pipeline) return understanding_of(*judged.pipeline, ask, who);
    fault = first_fault(judged.diagnosed);
    question["repair"] = planner_repair(answer, judged.diagnosed);
  }
  return unassisted(reading, "A language model (" + who + ") was asked too, but its pipeline cannot be used: " + fault);
}

}  // namespace

Understanding assisted(const Ask& ask, const model::StageSource& stages, const Understanding& reading,
                       const Assistant& assistant) {
  const std::string who = assistant.planner.available();
  if (who.empty()) return reading;
  if (ask.text.size() > longest_prompt)
    return unassisted(
        reading, "No language model was asked: the prompt is longer than " + base::format_bytes(longest_prompt) + ".");
  try {
    return ask_in_rounds(ask, stages, reading, assistant, who);
  } catch (const base::Interrupted&) {
    throw;
  } catch (const base::Error& error) {
    return unassisted(reading, "A language model (" + who + ") was asked too, without success: " + error.what());
  }
}

}  // namespace reel::prompt
