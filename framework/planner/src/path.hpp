/// The way of one kind of media from its source to the sink, and what it meets there. Private to the planner.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reel/model/pipeline.hpp"
#include "reel/planner/timeline.hpp"

namespace reel::planner {

enum class Media { pictures, sound };

/// A range of the source's clock in which a stage changes what is seen or heard.
struct Change {
  std::size_t stage = 0;
  base::TimeRange source;
  /// Where the stage goes on with what it began earlier: the beginning of that.
  std::optional<base::Time> begun{};
};

/// What happens on the way, on the source's clock.
struct Path {
  std::size_t source = 0, sink = 0;
  std::vector<TimeMap::Piece> pieces;  ///< what is left of the source, in the order of output
  std::vector<Change> changes;
  int before = 0, after = 0;          ///< pictures that the stages with a window need around each
  std::vector<std::size_t> retimers;  ///< the stages that cut
  std::string refusal;                ///< why nothing can stay as it is; the rest then means nothing
};

/// The stages between the main source and the only sink. `length` is that of the source.
Path path_of(const model::Pipeline& pipeline, const std::vector<StageClock>& clocks, Media media, base::Time length);

/// The only sink in the pipeline and the source that its first inputs lead back to, where there is one path between them. Other sources may be
/// laid over it.
struct Ends {
  std::size_t source = 0, sink = 0;
  std::vector<std::size_t> line{};  ///< the stages between them, in the order of the flow
  std::string refusal;
};
Ends ends_of(const model::Pipeline& pipeline);

}  // namespace reel::planner
