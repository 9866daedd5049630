/// How far a run is. Private to the engine.
#pragma once

#include <chrono>
#include <deque>

#include "graph/graph.hpp"
#include "reel/engine/run.hpp"

namespace reel::engine {

/// Turns a graph's counters into Progress. One thread.
class ProgressMeter {
 public:
  /// `start` and `share`: which part of the whole this graph is (a measuring pass comes before the real one).
  ProgressMeter(const Prepared& prepared, std::size_t shown_stage, double start, double share);

  Progress measure(const Graph& graph);
  /// Time for which the run was paused counts for nothing.
  void forget_speed() { samples_.clear(); }

 private:
  struct Sample {
    std::chrono::steady_clock::time_point at;
    std::uint64_t frames;
    base::Time position;
  };
  void rate(Progress& progress, std::uint64_t frames);

  const Prepared& prepared_;
  std::size_t shown_;
  double start_, share_;
  std::deque<Sample> samples_;
};

}  // namespace reel::engine
