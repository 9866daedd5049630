/// Which packets of one stream are those of another, by what they hold. Private to the engine.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reel/planner/plan.hpp"

namespace reel::engine::proof {

/// The first half of the SHA-256 of a packet's bytes.
using Print = std::array<std::uint8_t, 16>;
using Prints = std::span<const Print>;

/// Packets that follow each other in both: source[source + i] is output[output + i].
struct Match {
  std::size_t source = 0, output = 0, count = 0;
  friend bool operator==(const Match&, const Match&) = default;
};

/// The source's packets in the output, in the source's order, as well as it can be told: where several packets hold the same, the
/// longest run counts, and of equal ones that at the same place. `keys` of the source, where they are of interest: packets behind one may
/// be left out.
std::vector<Match> runs_in_order(Prints source, Prints output, const std::vector<bool>& keys = {});

/// A stretch of the output, in packets; pictures of it are as many.
struct Stretch {
  planner::Span::Kind kind = planner::Span::Kind::copy;
  std::size_t source = 0, output = 0, count = 0;  ///< the first of either file
  bool placed = true;                             ///< its pictures are those of as many at `source`
  std::string reason;
  bool same = false;  ///< its packets are new, but its pictures have to be the source's
};

/// Where the output is not what was promised.
struct Misfit {
  enum class Kind {
    changed,  ///< not what the source has here
    missing,
    extra,
    swapped,   ///< with the one behind it
    no_entry,  ///< the source's again, but no decoder can begin here
  };
  Kind kind = Kind::changed;
  std::size_t output = 0;  ///< packet of the output at which it is seen; may be one past the last
  std::size_t count = 1;   ///< packets
  friend bool operator==(const Misfit&, const Misfit&) = default;
};

/// Each packet of the output with what it comes from.
struct Alignment {
  std::vector<Stretch> stretches;
  std::vector<std::optional<std::size_t>> from;  ///< by packet of the output: the same packet of the source
  std::vector<Misfit> misfits;
};

/// Holds the output against a plan. A packet too many or too few does not make strangers of those behind it.
Alignment align(const std::vector<planner::Span>& plan, Prints source, Prints output);

/// Nothing is the source's, by a plan that says so.
Alignment all_rendered(std::size_t packets, const std::string& reason);

/// Finds out what must have been copied. `keys`: at which packets of the source a decoder can begin, as its container says; a
/// copy that begins elsewhere is a misfit, except behind a new keyframe (by `output_keys`) in place of one of the source.
Alignment align(Prints source, Prints output, const std::vector<bool>& keys, const std::vector<bool>& output_keys = {});

}  // namespace reel::engine::proof
