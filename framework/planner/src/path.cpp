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

/// A range on the clock that `map` leads to, on the clock that it comes from: of what is held, its last moment. Only for maps that play at
/// rate 1.
std::vector<TimeRange> back(const TimeMap& map, const TimeRange& range) {
  std::vector<TimeRange> found;
  for (std::size_t i = 0; i < map.pieces().size(); ++i) {
    const TimeMap::Piece& piece = map.pieces()[i];
    const Time ends = output_end(piece), held = map.held_after(i);
    if (held > Time{0} && range.begin < ends + held && ends < range.end)
      found.push_back({piece.input.end - Time{1}, piece.input.end});
    const Time begin = std::max(range.begin, piece.output), end = std::min(range.end, ends);
    if (begin >= end) continue;
    found.push_back({piece.input.begin + (begin - piece.output),
                     end == forever ? forever : piece.input.begin + (end - piece.output)});
  }
  return found;
}

/// On the clock that `map` leads to: where its first piece ends, for a stage holds once.
TimeRange held_in(const TimeMap& map) {
  const Time end = output_end(map.pieces().front());
  return {end, end + map.held_after(0)};
}

/// Why no packet of the source outlives this stage; empty if some may.
std::string refusal_of(const model::Stage& stage, const model::Contract& contract, const StageClock& clock,
                       Media media) {
  const std::string name = "'" + stage.id + "'";
  switch (contract.kind) {
    case Kind::whole:
      return name + " depends on everything, or does not say on what";
    case Kind::retime:
      if (!contract.append.empty()) return name + " plays several inputs one after the other";
      if (std::ranges::any_of(clock.map.pieces(), [](const auto& p) { return p.rate != 1.0; }))
        return name + " changes the speed";
      if (clock.map.holds() && media == Media::sound) return name + " makes it wait";
      return {};
    default:
      return {};
  }
}

/// Whether a stage lays what a source plays over the main input, and leaves alone what it lays nothing of it over.
bool lays_over(const model::Stage& stage, const model::Stage& beside) {
  const auto in_place = [](Kind kind) { return kind == Kind::pointwise || kind == Kind::untouched; };
  return beside.traits.role == StageRole::source && in_place(stage.traits.video.kind) &&
         in_place(stage.traits.audio.kind);
}

class Walk {
 public:
  Walk(const model::Pipeline& pipeline, const std::vector<StageClock>& clocks, Media media)
      : pipeline_(pipeline), clocks_(clocks), media_(media) {}

  Path run(const Ends& ends, Time length) {
    path_.source = ends.source;
    path_.sink = ends.sink;
    for (const std::size_t stage : ends.line)
      if (path_.refusal.empty()) pass(stage);
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
    path_.refusal = refusal_of(stage, contract, clocks_[index], media_);
    if (path_.refusal.empty() && holds_ && contract.kind == Kind::retime && contract.hold.empty())
      path_.refusal = "'" + stage.id + "' cuts what is held";
    if (!path_.refusal.empty() || contract.kind == Kind::untouched) return;
    if (contract.kind == Kind::retime) {
      path_.retimers.push_back(index);
      holds_ = holds_ || clocks_[index].map.holds();
      if (clocks_[index].map.holds())
        for (const TimeRange& range : back(clocks_[index].map, held_in(clocks_[index].map)))
          for (const TimeRange& source : back(clocks_[stage.inputs.front()].from_source, range))
            path_.changes.push_back({index, source, {}});
      return;
    }
    path_.before += contract.before;
    path_.after += contract.after;
    const StageClock& clock = clocks_[stage.inputs.front()];
    const TimeMap& from_source = clock.from_source;
    const bool goes_on = stage.sets_any(contract.from_begin);
    for (const TimeRange& range : changed_ranges(stage, contract, clock.output_duration)) {
      const auto ranges = back(from_source, range);
      for (const TimeRange& source : ranges)
        path_.changes.push_back({index, source, goes_on ? std::optional(ranges.front().begin) : std::nullopt});
    }
  }

  const model::Pipeline& pipeline_;
  const std::vector<StageClock>& clocks_;
  Media media_;
  Path path_;
  bool holds_ = false;  ///< a stage so far does
};

}  // namespace

Ends ends_of(const model::Pipeline& pipeline) {
  Ends ends;
  const auto& stages = pipeline.stages;
  const auto is_sink = [](const model::Stage& s) { return s.traits.role == StageRole::sink; };
  if (std::ranges::count_if(stages, is_sink) != 1) return {.refusal = "there is more than one sink"};
  ends.sink = static_cast<std::size_t>(std::ranges::find_if(stages, is_sink) - stages.begin());
  std::vector<bool> used(stages.size());
  used[ends.sink] = true;
  for (std::size_t i = ends.sink; !stages[i].inputs.empty(); i = stages[i].inputs.front()) {
    if (i != ends.sink) ends.line.push_back(i);
    ends.source = stages[i].inputs.front();
    for (const std::size_t input : stages[i].inputs) {
      const bool aside = input != stages[i].inputs.front();
      if (used[input] || (aside && !lays_over(stages[i], stages[input])))
        return {.refusal = "'" + stages[i].id + "' branches or joins"};
      used[input] = true;
    }
  }
  std::ranges::reverse(ends.line);
  const auto idle = std::ranges::find(used, false);
  if (idle != used.end())
    ends.refusal = "'" + stages[static_cast<std::size_t>(idle - used.begin())].id + "' branches off";
  return ends;
}

Path path_of(const model::Pipeline& pipeline, const std::vector<StageClock>& clocks, Media media, Time length) {
  const Ends ends = ends_of(pipeline);
  if (!ends.refusal.empty()) return {.refusal = ends.refusal};
  return Walk(pipeline, clocks, media).run(ends, length);
}

}  // namespace reel::planner
