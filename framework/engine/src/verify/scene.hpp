/// Two files, and which picture of the one is which of the other. Private to the engine.
#pragma once

#include <optional>
#include <vector>

#include "verify/file.hpp"
#include "verify/findings.hpp"
#include "verify/match.hpp"

namespace reel::engine::proof {

struct Scene {
  File source, output;
  std::optional<planner::Plan> plan;
  Alignment alignment;               ///< of the pictures
  std::vector<std::size_t> stretch;  ///< by packet of the output: its stretch; the number of stretches: none
  /// By place in the output's order of display: the place in the source's of the picture that belongs here.
  std::vector<std::optional<std::size_t>> shows;
  base::Time origin{0};  ///< where the plan's clock of the output begins on the output's own

  /// What the plan says of a stretch; null where there is no plan, or none of pictures.
  const planner::Span* planned(std::size_t number) const;
  bool copied(std::size_t packet) const { return alignment.from[packet].has_value(); }
  /// How much later the pictures of a stretch are shown than in the source; nothing where that is not known.
  std::optional<base::Time> shift(std::size_t stretch) const;
  /// A packet's time as people count it: from the beginning. One past the last is the end.
  base::Time moment(std::size_t packet) const;
};

/// Fills in `stretch`, `shows` and `origin`; the rest must be there.
void complete(Scene& scene);

void check_packets(const Scene& scene, Findings& findings);
/// Times of pictures: they grow, and are where the plan puts them, or all of a stretch moved alike.
void check_times(const Scene& scene, Findings& findings);
VerifiedSound check_sound(const Scene& scene, Findings& findings);

/// What decoding both files showed, by stretch.
struct Decoded {
  std::string decoder;
  std::vector<std::size_t> same;
  std::vector<std::optional<double>> square_error;  ///< mean of all pictures
};
struct DecodedTwice {
  Decoded libav, gstreamer;
};
DecodedTwice check_pictures(const Scene& scene, Findings& findings, const VerifyOptions& options);

}  // namespace reel::engine::proof
