#include "sound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reel::planner {
namespace {

using base::Time;
using base::TimeRange;

constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max() / 4;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return -floor_div(-a, b); }

/// A piece of the source on the output's clock, in samples.
struct Lane {
  std::int64_t begin = 0, end = endless;
  std::int64_t moved = 0;  ///< packets
  Time at{0}, until{0};    ///< begin and end, exactly
};

/// Packets of the output: [first, end).
struct Run {
  std::int64_t first = 0, end = 0;
  std::vector<std::size_t> stages;
};

void add_stages(std::vector<std::size_t>& to, const std::vector<std::size_t>& more) {
  for (const std::size_t stage : more)
    if (std::ranges::find(to, stage) == to.end()) to.push_back(stage);
}

class Planner {
 public:
  Planner(const model::SoundIndex& index, const Path& path, Time crossfade, Time length)
      : grid_(index), path_(path), fade_(samples(crossfade)) {
    for (const TimeMap::Piece& piece : path.pieces) add_lane(piece, length);
  }

  SoundPlan run() {
    SoundPlan plan{.grid = grid_};
    if (!path_.retimers.empty()) {
      plan.cutter = path_.retimers.front();
      for (const Lane& lane : lanes_) plan.kept.push_back(kept(lane));
    }
    find_ends();
    if (lanes_.empty()) return plan;
    const std::vector<Run> rendered = renders();
    for (const Run& r : rendered)
      plan.spans.push_back({.kind = Span::Kind::render, .first = r.first, .end = r.end, .stages = r.stages});
    for (const Lane& lane : lanes_) add_copies(lane, rendered, plan.spans);
    std::ranges::sort(plan.spans, {}, &SoundSpan::first);
    for (const SoundSpan& s : plan.spans) (s.kind == Span::Kind::copy ? plan.copied : plan.rendered) += s.packets();
    return plan;
  }

 private:
  std::int64_t samples(Time t) const { return t == forever ? endless : grid_.sample_at(t); }
  std::int64_t packets_in(Time t) const {
    const long double exact = static_cast<long double>(t.count()) * static_cast<long double>(grid_.rate) / 1e9L;
    return std::llround(exact / static_cast<long double>(grid_.frame));
  }

  void add_lane(const TimeMap::Piece& piece, Time length) {
    const std::int64_t moved = packets_in(piece.input.begin - piece.output);
    const bool last = piece.input.end >= length;
    const Time until = last ? forever : piece.output + (piece.input.end - piece.input.begin);
    // A cut that comes to nothing on the grid is none.
    if (!lanes_.empty() && lanes_.back().moved == moved) {
      lanes_.back().end = samples(until);
      lanes_.back().until = until;
      return;
    }
    lanes_.push_back({samples(piece.output), samples(until), moved, piece.output, until});
  }

  TimeRange kept(const Lane& lane) const {
    const Time begin = grid_.time_of(lane.begin + lane.moved * grid_.frame);
    return {begin, lane.until == forever ? forever : begin + (lane.until - lane.at)};
  }

  /// Whether the lane begins with what the source begins with, so that nothing is joined there.
  bool at_source_start(const Lane& lane) const {
    return (lane.begin == 0 && lane.moved == 0) || grid_.begin_of(-lane.moved) >= lane.begin;
  }
  std::int64_t source_end(const Lane& lane) const { return grid_.packets - lane.moved; }

  /// Forgets lanes without sound, and finds the first and the last packet.
  void find_ends() {
    std::erase_if(lanes_, [&](const Lane& lane) {
      return grid_.begin_of(source_end(lane)) <= lane.begin || grid_.begin_of(-lane.moved) >= lane.end;
    });
    if (lanes_.empty()) return;
    const Lane &front = lanes_.front(), &back = lanes_.back();
    first_ =
        at_source_start(front)
            ? -front.moved
            : std::max(-front.moved, floor_div(front.begin - grid_.first, grid_.frame) - (grid_.before > 0 ? 1 : 0));
    end_ = back.end == endless ? source_end(back)
                               : std::min(source_end(back), ceil_div(back.end - grid_.first, grid_.frame));
  }

  /// Packets whose samples are all the source's, moved: at a join they sound together with the piece before at first.
  Run whole(const Lane& lane) const {
    const std::int64_t behind = lane.begin == 0 ? 0 : fade_;
    const std::int64_t join = lane.begin + behind + (behind == 0 && grid_.before > 0 ? 1 : 0);
    const std::int64_t from =
        at_source_start(lane) ? -lane.moved : std::max(-lane.moved, ceil_div(join - grid_.first, grid_.frame));
    const std::int64_t to = lane.end == endless
                                ? source_end(lane)
                                : std::min(source_end(lane), floor_div(lane.end - grid_.first, grid_.frame));
    return {std::max(from, first_), std::min(to, end_), {}};
  }

  void add_changes(const Lane& lane, std::vector<Run>& runs) const {
    // Where sound has moved by up to half a packet, so has what was to be changed.
    const std::int64_t doubt = path_.retimers.empty() ? 0 : grid_.frame / 2 + 1;
    for (const Change& change : path_.changes) {
      const std::int64_t shift = lane.moved * grid_.frame;
      const std::int64_t begin = std::max(lane.begin, samples(change.source.begin) - shift - doubt - 1);
      const std::int64_t to = samples(change.source.end);
      const std::int64_t end = to >= endless ? lane.end : std::min(lane.end, to - shift + doubt + 1);
      if (begin >= end) continue;
      runs.push_back({floor_div(begin - grid_.first, grid_.frame),
                      end == endless ? end_ : ceil_div(end - grid_.first, grid_.frame),
                      {change.stage}});
    }
  }

  /// What is changed or joined, with the packets around it that hang on it.
  std::vector<Run> renders() const {
    std::vector<Run> runs;
    std::int64_t at = first_;
    for (const Lane& lane : lanes_) {
      const Run stays = whole(lane);
      if (stays.first >= stays.end) continue;
      if (at < stays.first) runs.push_back({at, stays.first, {}});
      at = stays.end;
    }
    if (at < end_) runs.push_back({at, end_, {}});
    for (const Lane& lane : lanes_) add_changes(lane, runs);
    return merged(std::move(runs));
  }

  std::vector<Run> merged(std::vector<Run> runs) const {
    std::ranges::sort(runs, {}, &Run::first);
    std::vector<Run> result;
    for (Run& run : runs) {
      run.first = std::max(first_, run.first - grid_.before);
      run.end = std::min(end_, run.end + grid_.after);
      if (run.first >= run.end) continue;
      if (result.empty() || result.back().end < run.first) {
        result.push_back(std::move(run));
        continue;
      }
      result.back().end = std::max(result.back().end, run.end);
      add_stages(result.back().stages, run.stages);
    }
    return result;
  }

  void add_copies(const Lane& lane, const std::vector<Run>& rendered, std::vector<SoundSpan>& spans) const {
    const Run stays = whole(lane);
    std::int64_t at = stays.first;
    const auto add = [&](std::int64_t end) {
      if (at < end) spans.push_back({.first = at, .end = end, .moved = lane.moved});
    };
    for (const Run& r : rendered) {
      if (r.end <= at) continue;
      if (r.first >= stays.end) break;
      add(r.first);
      at = r.end;
    }
    add(stays.end);
  }

  const model::SoundIndex& grid_;
  const Path& path_;
  const std::int64_t fade_;
  std::vector<Lane> lanes_;
  std::int64_t first_ = 0, end_ = 0;
};

}  // namespace

TimeRange SoundPlan::range_of(const SoundSpan& span) const {
  const auto time = [&](std::int64_t packet) { return grid.time_of(std::max<std::int64_t>(0, grid.begin_of(packet))); };
  return {time(span.first), time(span.end)};
}

SoundPlan plan_sound_parts(const model::SoundIndex& index, const Path& path, Time crossfade, Time length) {
  return Planner(index, path, crossfade, length).run();
}

}  // namespace reel::planner
