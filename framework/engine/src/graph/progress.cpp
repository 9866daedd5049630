#include "graph/progress.hpp"

#include <algorithm>

namespace reel::engine {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// Speed is that of the last seconds: what lies ahead is like what was just done, not like the start.
constexpr std::chrono::seconds window{5};

}  // namespace

ProgressMeter::ProgressMeter(const Prepared& prepared, std::size_t shown_stage, double start, double share)
    : prepared_(prepared), shown_(shown_stage), start_(start), share_(share) {}

void ProgressMeter::rate(Progress& progress, std::uint64_t frames) {
  samples_.push_back({Clock::now(), frames, progress.position});
  while (samples_.size() > 2 && samples_.back().at - samples_[1].at > window) samples_.pop_front();
  const Sample &first = samples_.front(), &last = samples_.back();
  const double elapsed = Seconds(last.at - first.at).count();
  if (elapsed < 0.05) return;
  progress.frames_per_second = static_cast<double>(last.frames - first.frames) / elapsed;
  const double speed = Seconds(last.position - first.position).count() / elapsed;
  if (!progress.duration || speed <= 0) return;
  const double passes_left = (1 - start_ - share_) / share_;
  const Seconds media_left = *progress.duration - progress.position + passes_left * Seconds(*progress.duration);
  progress.remaining = std::chrono::duration_cast<base::Time>(std::max(media_left, Seconds(0)) / speed);
}

Progress ProgressMeter::measure(const Graph& graph) {
  Progress progress;
  for (std::size_t i = 0; i < prepared_.pipeline.stages.size(); ++i) {
    const StageCounters* const c = graph.counters(i);
    if (c == nullptr) continue;
    const model::Stage& stage = prepared_.pipeline.stages[i];
    const bool sink = stage.traits.role == model::StageRole::sink;
    progress.stages.push_back({stage.id, stage.traits.name, (sink ? c->frames_in : c->frames_out).load(),
                               base::Time{c->position.load()}, c->done.load()});
  }
  const auto& clock = prepared_.clocks[shown_];
  progress.duration = clock.output_duration ? clock.output_duration : clock.input_duration;
  std::uint64_t moved = 0;
  if (const StageCounters* const shown = graph.counters(shown_); shown != nullptr) {
    moved = std::max(shown->frames_in.load(), shown->frames_out.load());
    if (shown->counts_pictures) progress.frames = moved;
    progress.position = base::Time{shown->position.load()};
  }
  if (progress.duration && *progress.duration > base::Time{0}) {
    const double part = Seconds(progress.position).count() / Seconds(*progress.duration).count();
    progress.fraction = start_ + share_ * std::clamp(part, 0.0, 1.0);
  }
  rate(progress, progress.frames);
  return progress;
}

}  // namespace reel::engine
