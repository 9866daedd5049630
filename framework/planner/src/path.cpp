#include "path.hpp"

#include <algorithm>

#include "changes.hpp"

namespace reel::planner {
namespace {

using base::Time;
using base::TimeRange;
using Kind = model::Contract::Kind;
using model::StageRole;

Time output_end(const TimeMap::Piece& piece) {
  return piece.input.end == forever ? forever : piece.output + (piece.input.end - piece.input.begin);
}

/// A range on the clock that `map` leads to, on the clock that it comes from. Only for maps that play at rate 1.
std::vector<TimeRange> back(const TimeMap& map, const TimeRange& range) {
  std::vector<TimeRange> found;
  for (const TimeMap::Piece& piece : map.pieces()) {
    const Time begin = std::max(range.begin, piece.output), end = std::min(range.end, output_end(piece));
    if (begin >= end) continue;
    found.push_back({piece.input.begin + (begin - piece.output),
                     end == forever ? forever : piece.input.begin + (end - piece.output)});
  }
  return found;
}

/// Why no packet of the source outlives this stage; empty if some may.
std::string refusal_of(const model::Stage& stage, const model::Contract& contract, const StageClock& clock) {
  const std::string name = "'" + stage.id + "'";
  switch (contract.kind) {
    case Kind::whole:
      return name + " depends on everything, or does not say on what";
    case Kind::retime:
      if (!contract.append.empty()) return name + " plays several inputs one after the other";
      if (std::ranges::any_of(clock.map.pieces(), [](const auto& p) { return p.rate != 1.0; }))
        return name + " changes the speed";
      return {};
    default:
      return {};
  }
}

class Walk {
 public:
  Walk(const model::Pipeline& pipeline, const std::vector<StageClock>& clocks, Media media)
      : pipeline_(pipeline), clocks_(clocks), media_(media) {}

  Path run(const Ends& ends, Time length) {
    path_.source = ends.source;
    path_.sink = ends.sink;
    for (std::size_t i = ends.source + 1; i < ends.sink && path_.refusal.empty(); ++i) pass(i);
    if (!path_.refusal.empty()) return path_;
    for (TimeMap::Piece piece : clocks_[pipeline_.stages[ends.sink].inputs.front()].from_source.pieces()) {
      piece.input.end = std::min(piece.input.end, length);
      if (piece.input.begin < piece.input.end) path_.pieces.push_back(piece);
    }
    return path_;
  }

 private:
  void pass(std::size_t index) {
    const model::Stage& stage = pipeline_.stages[index];
    const model::Contract& contract = media_ == Media::pictures ? stage.traits.video : stage.traits.audio;
    path_.refusal = refusal_of(stage, contract, clocks_[index]);
    if (!path_.refusal.empty() || contract.kind == Kind::untouched) return;
    if (contract.kind == Kind::retime) {
      path_.retimers.push_back(index);
      return;
    }
    path_.before += contract.before;
    path_.after += contract.after;
    const StageClock& clock = clocks_[stage.inputs.front()];
    const TimeMap& from_source = clock.from_source;
    for (const TimeRange& range : changed_ranges(stage, contract, clock.output_duration))
      for (const TimeRange& source : back(from_source, range)) path_.changes.push_back({index, source});
  }

  const model::Pipeline& pipeline_;
  const std::vector<StageClock>& clocks_;
  Media media_;
  Path path_;
};

}  // namespace

Ends ends_of(const model::Pipeline& pipeline) {
  Ends ends;
  const auto count = [&](StageRole role) {
    return std::ranges::count_if(pipeline.stages, [&](const auto& s) { return s.traits.role == role; });
  };
  if (count(StageRole::source) != 1) ends.refusal = "there is more than one source";
  if (count(StageRole::sink) != 1) ends.refusal = "there is more than one sink";
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const model::Stage& stage = pipeline.stages[i];
    if (stage.traits.role == StageRole::source) ends.source = i;
    if (stage.traits.role == StageRole::sink) ends.sink = i;
    if (i > 0 && stage.traits.role != StageRole::source && (stage.inputs.size() != 1 || stage.inputs.front() != i - 1))
      ends.refusal = "'" + stage.id + "' branches or joins";
  }
  return ends;
}

Path path_of(const model::Pipeline& pipeline, const std::vector<StageClock>& clocks, Media media, Time length) {
  const Ends ends = ends_of(pipeline);
  if (!ends.refusal.empty()) return {.refusal = ends.refusal};
  return Walk(pipeline, clocks, media).run(ends, length);
}

}  // namespace reel::planner
