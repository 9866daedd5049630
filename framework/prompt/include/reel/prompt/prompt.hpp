/// What a person says, as a pipeline that they can read. Nothing runs here and nothing is looked up: what is to be known of the
/// media, of what was drawn and of what can be found is handed in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reel/base/time.hpp"
#include "reel/model/media.hpp"
#include "reel/model/stage.hpp"
#include "reel/model/value.hpp"

namespace reel::prompt {

/// What the user drew, and perhaps named: `lamp`.
struct Drawn {
  std::string name;
  model::Region region;
};

struct Ask {
  std::string text;  ///< the prompt, UTF-8; what is no UTF-8 is passed over
  /// The media that are edited; none: there are none yet, as where a clip is to be generated.
  std::optional<model::MediaInfo> media;
  std::vector<Drawn> regions;
  std::vector<std::string> labels;  ///< what segmenters find, in lower case
  std::string input;                ///< the source's `uri`
  std::string output;               ///< the sink's `uri`; its extension becomes that of the format asked for
  /// YAML of the pipeline that the prompt changes; empty: it is about the media as they are. Must be valid.
  std::string pipeline;
};

/// A part of Ask::text, in bytes.
struct Words {
  std::size_t begin = 0, length = 0;
  friend bool operator==(const Words&, const Words&) = default;
};

/// A time in the prompt: as it becomes YAML, and on the clock of the original media. `at` without length is a moment.
struct ReadTime {
  base::TimePointRange written;
  base::TimeRange absolute;
};

/// One thing that was asked for and understood.
struct Clause {
  Words words;
  std::string stage;            ///< as in `uses:`; empty where it is about no stage, such as an undone one
  std::string meaning;          ///< a line of plain English: `Removes the person on the left`
  std::vector<ReadTime> times;  ///< empty: all of the time
};

/// Something that is said back about words of the prompt.
struct Remark {
  Words words;
  std::string code;  ///< stable, kebab-case: `which-object`, `how-long`, `out-of-scope`
  std::string text;  ///< a sentence or two
  std::vector<std::string>
      choices;  ///< of a question: what could be answered; of a refusal: the nearest things that can be done
};

struct Understanding {
  std::vector<Clause> clauses;    ///< in the order of the prompt
  std::vector<Remark> questions;  ///< what is missing or could mean several things
  std::vector<Remark> refusals;   ///< what cannot be done, or not here
  std::vector<Remark> unknown;    ///< words that were not understood
  std::vector<Remark> notes;      ///< how something was read where it could surprise: `read 'remvoe' as 'remove'`
  /// The pipeline of all that was understood, which validates against the same stages; empty where nothing was. Where anything is
  /// missing it is only for showing.
  std::string yaml;

  /// Whether `yaml` does all that was asked for: it may run.
  bool complete() const { return !yaml.empty() && questions.empty() && refusals.empty() && unknown.empty(); }
};

/// The built-in planner: a grammar of plain English over what the stages say of themselves. Always the same answer to the same
/// question; any thread. Throws base::InputError if Ask::pipeline is no valid pipeline, nothing else.
Understanding understand(const Ask& ask, const model::StageSource& stages);

}  // namespace reel::prompt
