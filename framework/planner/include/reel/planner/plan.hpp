/// What a run has to do at least: which packets of the source can stay, and which pictures have to be rendered anew.
#pragma once

#include <cstddef>
#include <cstdint>
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
  /// Of a render: a stage goes on in it with what it began earlier, so that all from decode_from on has to be played.
  bool goes_on = false;
  /// Of a render of one picture that is not rendered in truth: its packet, which stays but for a mark that lets decoders begin there.
  std::optional<std::size_t> marked;
  /// Of a render: how many pictures more it has at its end, each the same as its last, `step` apart.
  std::size_t held = 0;
  base::Time step{0};
  base::TimeRange source;  ///< on the source's clock
  base::TimeRange output;  ///< on the output's clock
  std::vector<std::size_t>
      stages;             ///< indexes of those that change it; none: it stands in a group of pictures with others
  std::string reason;     ///< in words
  bool recalled = false;  ///< once it was run: an earlier run had rendered it

  std::size_t pictures() const { return end - first + held; }
  /// Whether its pictures are encoded anew.
  bool encoded() const { return kind == Kind::render && !marked; }
};

/// Packets of sound in the output that are treated alike. They are counted on the grid of the source's: packet n begins
/// at SoundIndex::begin_of(n), now on the output's clock.
struct SoundSpan {
  using Kind = Span::Kind;
  Kind kind = Kind::copy;
  std::int64_t first = 0, end = 0;
  std::int64_t moved = 0;           ///< of a copy: packet n is the source's packet n + moved
  std::vector<std::size_t> stages;  ///< indexes of those that change it; none: it stands around a join
  std::string reason;               ///< in words

  std::int64_t packets() const { return end - first; }
};

/// The sound in detail, where some of its packets stay.
struct SoundPlan {
  model::SoundIndex grid;
  std::vector<SoundSpan> spans;  ///< in order of output
  /// What a cut has to keep of the sound so that it stays on the grid of the source's packets: the ranges that it was told,
  /// each moved by at most half a packet. Joins stay where they are on the output's clock. Empty: nothing is cut.
  std::vector<base::TimeRange> kept;
  std::size_t cutter = 0;  ///< the stage that cuts
  std::int64_t copied = 0, rendered = 0;

  base::TimeRange range_of(const SoundSpan& span) const;  ///< on the output's clock, as far as it can be heard
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
  SoundPlan parts;                                    ///< of the sound, where it is spliced

  /// All that there is has to be rendered, so nothing is gained by a plan.
  bool full() const {
    const auto stays = [](Treatment t) { return t == Treatment::copy || t == Treatment::splice; };
    return !stays(pictures) && !stays(sound);
  }
};

struct PlanInput {
  const model::Pipeline& pipeline;
  const std::vector<StageClock>& clocks;
  /// For each stage, the index of its media if it is a source of a file.
  const std::vector<std::optional<model::MediaIndex>>& indexes;
  const std::vector<std::optional<model::MediaInfo>>& media;
  /// Likewise of its sound; needed only where needs_sound_index() says so.
  const std::vector<std::optional<model::SoundIndex>>& sound_indexes;
  /// Why the sink wants all pictures, or all sound, encoded anew (another codec was asked for, say); empty: it does not.
  std::string sink_pictures, sink_sound;
};

/// Why all pictures have to be rendered, as far as that can be told without `indexes`; empty: some may stay.
std::string why_all_pictures(const PlanInput& input);

/// Whether the sound can only be spliced by those who know its packets.
bool needs_sound_index(const PlanInput& input);

/// Composes the contracts of the stages (design, section 1). Pure: no file is touched. Where a pipeline is of a kind that
/// cannot be planned (several sources or sinks), all is rendered, and the reason says why.
Plan plan(const PlanInput& input);

/// As an object: treatments with their reasons, counts, and each span with both clocks in seconds.
std::string to_json(const Plan& plan);
/// Reads that back, on its own or as `plan` of a larger object (a report, an explanation): treatments, and spans without what they
/// decode. Throws base::InputError.
Plan read_plan(const std::string& json);
/// In lines of text: each span with its range on both clocks, its pictures and its reason.
std::string to_text(const Plan& plan);

}  // namespace reel::planner
