/// The help of a language model, or of whatever else a plugin brings, where the built-in planner's reading is not enough.
#pragma once

#include <functional>

#include "reel/base/stop.hpp"
#include "reel/model/pipeline.hpp"
#include "reel/model/prompt_planner.hpp"
#include "reel/prompt/prompt.hpp"

namespace reel::prompt {

/// Who is asked, and what the answer must stand.
struct Assistant {
  model::PromptPlanner& planner;
  /// As for the user's own pipelines. Environment and secrets are not looked at: an answer can name none.
  model::CheckOptions check;
  /// Adds the faults that only show against the media, such as a range past their end. Empty: none are looked for.
  std::function<void(const model::Pipeline&, model::Diagnosed&)> check_media;
  base::StopFlag stop = nullptr;
};

/// Asks the planner for a pipeline, once more if anything is wrong with its answer, and gives back what that is, with the note
/// `language-model`; else `reading`, with the note `language-model-failed` that says why. `reading` alone where the planner is not
/// configured. Ask where `reading` is not complete(): what the grammar has understood needs no model.
///
/// An answer is refused unless it validates against `stages`, which stand for the policy, and `check`; reads nothing but Ask::input, writes
/// nothing but Ask::output and names made from it, but for files that the prompt, Ask::pipeline or `reading` name; takes nothing from the
/// environment or from secrets; and has no foreign element (`gst/…`) that Ask::pipeline has not. So no text, be it in the prompt, the
/// media or the answer, gets it further than the user could go, or to files of which nobody spoke.
///
/// Any thread. May take minutes. Throws base::Interrupted.
Understanding assisted(const Ask& ask, const model::StageSource& stages, const Understanding& reading,
                       const Assistant& assistant);

}  // namespace reel::prompt
