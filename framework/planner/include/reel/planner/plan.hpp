/// What a run has to do at least: which packets of the source can stay, and which pictures have to be rendered anew.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reel/base/time.hpp"
#include "reel/model/media.hpp"
#include "reel/model/pipeline.hpp"
#include "reel/planner/timeline.hpp"

namespace reel::planner {

/// Pictures of the source that go into the output one after the other and are treated alike.
struct Span {
  enum class Kind { copy, render };
  Kind kind = Kind::copy;
  /// Pictures in order of display, from the source's first on: [first, end). A copy begins and ends where the orders of
  /// display and of decoding agree, so these are its packets too.
  std::size_t first = 0, end = 0;
  /// Of a copy: the packet of its first picture, which is `first` unless pictures between are left out, since they are decoded behind
  /// it and shown before it.
  std::size_t first_packet = 0;
  /// Packets to decode, in order of decoding, for a render: [decode_from, decode_to). Empty for a copy.
  std::size_t decode_from = 0, decode_to = 0;
  base::TimeRange source;  ///< on the source's clock
  base::TimeRange output;  ///< on the output's clock
  std::vector<std::size_t>
      stages;          ///< indexes of those that change it; none: it stands in a group of pictures with others
  std::string reason;  ///< in words

  std::size_t pictures() const { return end - first; }
};

/// What happens to one kind of media as a whole.
enum class Treatment {
  none,    ///< there is none
  copy,    ///< every packet stays
  splice,  ///< some stay
  render,  ///< none stays
};

struct Plan {
  Treatment pictures = Treatment::none, sound = Treatment::none;
  std::string pictures_reason, sound_reason;  ///< why, in words
  std::vector<Span> spans;  ///< of the pictures, in order of output; empty where they are rendered in full
  std::size_t copied = 0, rendered = 0, decoded = 0;  ///< pictures, where spans are known

  /// Every picture or every sound has to be rendered in one piece, so nothing is gained by a plan.
  bool full() const {
    return pictures == Treatment::render || (pictures == Treatment::none && sound == Treatment::render);
  }
};

struct PlanInput {
  const model::Pipeline& pipeline;
  const std::vector<StageClock>& clocks;
  /// For each stage, the index of its media if it is a source of a file.
  const std::vector<std::optional<model::MediaIndex>>& indexes;
  const std::vector<std::optional<model::MediaInfo>>& media;
  /// Why the sink wants all pictures, or all sound, encoded anew (another codec was asked for, say); empty: it does not.
  std::string sink_pictures, sink_sound;
};

/// Why all pictures have to be rendered, as far as that can be told without `indexes`; empty: some may stay.
std::string why_all_pictures(const PlanInput& input);

/// Composes the contracts of the stages (design, section 1). Pure: no file is touched. Where a pipeline is of a kind that
/// cannot be planned (several sources or sinks), all is rendered, and the reason says why.
Plan plan(const PlanInput& input);

/// As an object: treatments with their reasons, counts, and each span with both clocks in seconds.
std::string to_json(const Plan& plan);
/// In lines of text: each span with its range on both clocks, its pictures and its reason.
std::string to_text(const Plan& plan);

}  // namespace reel::planner
