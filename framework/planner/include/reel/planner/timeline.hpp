/// What happens to time along a pipeline.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reel/base/time.hpp"
#include "reel/model/media.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::planner {

/// The end of what has none.
constexpr base::Time forever = base::Time::max();

/// A piecewise linear map from a stage's input clock to its output clock. Times outside all pieces do not
/// survive. What lies between two pieces on the output clock shows on and on what the first of them ends with.
class TimeMap {
 public:
  struct Piece {
    base::TimeRange input;
    base::Time output{0};  ///< where input.begin lands
    double rate = 1.0;     ///< 2 plays twice as fast
  };

  static TimeMap identity();
  /// What a cut leaves: the pieces of [0, duration) that are kept, moved together.
  static TimeMap keep(const std::vector<base::TimeRange>& kept);
  static TimeMap remove(const std::vector<base::TimeRange>& removed);
  static TimeMap speed(double rate);
  /// What begins at `at` or before stays where it is, all else comes later by `length`.
  static TimeMap hold(base::Time at, base::Time length);

  const std::vector<Piece>& pieces() const { return pieces_; }
  /// How long piece `i` is shown on after its end, before the next begins.
  base::Time held_after(std::size_t i) const;
  bool holds() const;
  std::optional<base::Time> to_output(base::Time input) const;
  /// The input time shown at `output`; for a time past the end, the end.
  base::Time to_input(base::Time output) const;
  /// Output duration of an input that long.
  base::Time duration(base::Time input) const;
  /// This map, then `next`.
  TimeMap then(const TimeMap& next) const;

 private:
  explicit TimeMap(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}
  std::vector<Piece> pieces_;
};

/// Clocks of one stage's input and output.
struct StageClock {
  std::optional<base::Time> input_duration;  ///< none: not known (a live source)
  std::optional<base::Time> output_duration;
  TimeMap map = TimeMap::identity();          ///< of this stage
  TimeMap from_source = TimeMap::identity();  ///< from the clock of its main source to this stage's output
};

/// One a stage, in the pipeline's order. `durations` holds, for each stage, what its media last if it is a
/// source. Frame numbers must have been replaced by times before (engine::resolve_media()).
std::vector<StageClock> clocks(const model::Pipeline& pipeline,
                               const std::vector<std::optional<base::Time>>& durations);

}  // namespace reel::planner
