#include "reel/planner/plan.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "changes.hpp"
#include "path.hpp"
#include "pictures.hpp"
#include "sound.hpp"

namespace reel::planner {
namespace {

using base::Time;
using base::TimeRange;

constexpr Time longest_render = std::chrono::seconds(20);

/// Spans of one piece of the source that is left.
class Spans {
 public:
  Spans(const Pictures& pictures, const Path& path, std::vector<Span>& spans)
      : pictures_(pictures), path_(path), spans_(spans) {}

  /// `held`: how long its last picture is shown on after its end. False if no picture stands there.
  bool add(const TimeMap::Piece& piece, Time held) {
    piece_ = piece;
    const std::size_t end = pictures_.from(piece.input.end);
    if (held > Time{0} && (end <= pictures_.from(piece.input.begin) || !stands(end - 1, piece.input.end - Time{1})))
      return false;
    // A picture belongs where it begins.
    std::size_t at = pictures_.from(piece.input.begin);
    while (at < end) {
      const bool after_copy = !spans_.empty() && spans_.back().kind == Span::Kind::copy;
      const std::size_t copied = copy_end(at, end, after_copy);
      if (copied == at) {
        const std::size_t next = render_end(at, end);
        put_renders(at, next);
        at = next;
        continue;
      }
      if (pictures_.unmarked(at) && !spans_.empty()) put_marked(at++);
      if (at < copied) put(Span::Kind::copy, at, copied);
      at = copied;
    }
    if (held > Time{0}) hold(held);
    behind_held_ = held > Time{0};
    return true;
  }

 private:
  bool stands(std::size_t picture, Time moment) const {
    return pictures_.begin(picture) < pictures_.end(picture) && moment < pictures_.end(picture);
  }

  /// The last span is a render, since what is held is changed.
  void hold(Time held) {
    Span& span = spans_.back();
    const std::size_t last = span.end - 1;
    span.step = pictures_.end(last) - pictures_.begin(last);
    span.held = static_cast<std::size_t>((held + span.step / 2) / span.step);
    span.output.end += held + pictures_.end(last) - span.source.end;
  }

  bool shown_in(std::size_t picture, const TimeRange& range) const {
    return pictures_.begin(picture) < range.end && range.begin < pictures_.end(picture);
  }
  bool changed(std::size_t picture) const {
    return std::ranges::any_of(path_.changes, [&](const Change& c) { return shown_in(picture, c.source); });
  }

  /// How far packets can stay that begin at `at`; `at` itself where none can.
  std::size_t copy_end(std::size_t at, std::size_t end, bool after_copy) const {
    // A decoder takes an open entry for one only where nothing that it was made for stands before it.
    if (!pictures_.entry(at) || (pictures_.open_entry(at) && after_copy && !pictures_.unmarked(at))) return at;
    std::size_t stop = at;
    while (stop < end && !changed(stop)) ++stop;
    return std::max(at, pictures_.clean_before(stop));
  }

  /// Up to the first entry behind `at` from which packets can stay.
  std::size_t render_end(std::size_t at, std::size_t end) const {
    for (std::size_t next = pictures_.entry_after(at); next < end; next = pictures_.entry_after(next))
      if (copy_end(next, end, false) > next) return next;
    return end;
  }

  /// Parted at entries, so that parts can be rendered side by side and kept each for itself: where other stages set in, and before
  /// one gets too long.
  void put_renders(std::size_t first, std::size_t end) {
    for (std::size_t at = pictures_.entry_after(first); at < end; at = pictures_.entry_after(at)) {
      const bool others = stages_in(first, at) != stages_in(at, std::min(pictures_.entry_after(at), end));
      const bool long_enough = pictures_.begin(at) - pictures_.begin(first) >= longest_render;
      if ((!others && !long_enough) || begun_before(pictures_.begin(at))) continue;
      put(Span::Kind::render, first, at);
      first = at;
    }
    put(Span::Kind::render, first, end);
  }

  /// When the first thing began that goes on at this moment.
  std::optional<Time> begun_before(Time moment) const {
    std::optional<Time> first;
    for (const Change& c : path_.changes)
      if (c.begun && *c.begun < moment && c.source.begin <= moment && moment < c.source.end)
        first = std::min(first.value_or(*c.begun), *c.begun);
    return first;
  }

  void put_marked(std::size_t picture) {
    put(Span::Kind::render, picture, picture + 1);
    Span& span = spans_.back();
    span.marked = span.decode_from = span.decode_to = pictures_.packet(picture);
    span.reason = "not changed: its packet is marked as one where decoders can begin";
  }

  /// Those that change any of these pictures.
  std::vector<std::size_t> stages_in(std::size_t first, std::size_t end) const {
    const TimeRange shown{pictures_.begin(first), std::min(pictures_.end(end - 1), piece_.input.end)};
    std::vector<std::size_t> stages;
    for (const Change& change : path_.changes)
      if (change.source.end > shown.begin && shown.end > change.source.begin &&
          std::ranges::find(stages, change.stage) == stages.end())
        stages.push_back(change.stage);
    return stages;
  }

  void put(Span::Kind kind, std::size_t first, std::size_t end) {
    Span span{.kind = kind, .first = first, .end = end};
    span.first_packet = kind == Span::Kind::copy ? pictures_.packet(first) : first;
    span.source = {pictures_.begin(first), std::min(pictures_.end(end - 1), piece_.input.end)};
    const auto moved = [&](Time t) { return piece_.output + (t - piece_.input.begin); };
    span.output = {moved(span.source.begin), moved(span.source.end)};
    if (kind == Span::Kind::render) explain(span);
    spans_.push_back(std::move(span));
  }

  void explain(Span& span) const {
    const auto before = static_cast<std::size_t>(path_.before), after = static_cast<std::size_t>(path_.after);
    std::size_t first = span.first;
    if (const auto begun = begun_before(span.source.begin)) {
      span.goes_on = true;
      first = std::min(first, pictures_.from(*begun));
    }
    span.decode_from = pictures_.packet(pictures_.entry_before(first - std::min(first, before)));
    span.decode_to = pictures_.clean_after(std::min(span.end + after, pictures_.count()));
    span.stages = stages_in(span.first, span.end);
    if (span.stages.empty())
      span.reason = std::string(behind_held_ ? "what is held" : "a cut") + " parts the group of pictures here";
  }

  const Pictures& pictures_;
  const Path& path_;
  std::vector<Span>& spans_;
  TimeMap::Piece piece_;
  bool behind_held_ = false;  ///< what the piece before ended with
};

std::string stages_in_words(const model::Pipeline& pipeline, const std::vector<std::size_t>& stages) {
  std::string words;
  for (const std::size_t s : stages) words += (words.empty() ? "'" : ", '") + pipeline.stages[s].id + "'";
  return words;
}

bool spans_join(const Span& left, const Span& right) {
  return left.kind == Span::Kind::copy && right.kind == Span::Kind::copy && left.end == right.first &&
         left.source.end == right.source.begin && left.output.end == right.output.begin;
}

/// Packets that stay and follow each other are one span, whatever lies between them in the pipeline.
std::vector<Span> joined(std::vector<Span> spans) {
  std::vector<Span> result;
  for (Span& span : spans) {
    if (result.empty() || !spans_join(result.back(), span)) {
      result.push_back(std::move(span));
      continue;
    }
    result.back().end = span.end;
    result.back().source.end = span.source.end;
    result.back().output.end = span.output.end;
  }
  return result;
}

void plan_pictures(const PlanInput& input, const Path& path, const model::MediaIndex& index, Plan& plan) {
  const auto give_up = [&](std::string why) {
    plan.pictures = Treatment::render;
    plan.pictures_reason = std::move(why);
  };
  if (!index.fault.empty()) return give_up(index.fault);
  const Pictures pictures(index);
  std::vector<Span> spans;
  if (path.changes.empty() && path.retimers.empty()) {
    spans.push_back({.end = pictures.count(),
                     .source = {pictures.begin(0), index.end},
                     .output = {pictures.begin(0), index.end},
                     .reason = "no stage changes pictures"});
    plan.pictures = Treatment::copy;
  } else {
    if (!index.refusal.empty()) return give_up(index.refusal);
    Spans builder(pictures, path, spans);
    for (std::size_t i = 0; i < path.pieces.size(); ++i) {
      const Time next = i + 1 < path.pieces.size() ? path.pieces[i + 1].output : Time{0};
      const Time end = path.pieces[i].output + (path.pieces[i].input.end - path.pieces[i].input.begin);
      if (!builder.add(path.pieces[i], std::max(Time{0}, next - end)))
        return give_up("no picture stands where one is held");
    }
    spans = joined(std::move(spans));
    plan.pictures = Treatment::splice;
  }
  for (Span& span : spans) {
    (span.kind == Span::Kind::copy ? plan.copied : plan.rendered) += span.pictures();
    plan.decoded += span.decode_to - span.decode_from;
    if (span.kind == Span::Kind::copy && span.reason.empty()) span.reason = "nothing changes it";
    if (!span.stages.empty()) span.reason = stages_in_words(input.pipeline, span.stages) + " changes pictures here";
  }
  if (plan.rendered == 0) plan.pictures = Treatment::copy;
  if (plan.copied == 0) return plan = {}, give_up("every group of pictures is changed");
  plan.spans = std::move(spans);
}

/// Why all sound has to be rendered, as far as that can be told without its packets; empty: some may stay.
std::string why_all_sound(const PlanInput& input, const Path& path) {
  if (!path.refusal.empty()) return path.refusal;
  if (!input.sink_sound.empty()) return input.sink_sound;
  if (path.retimers.size() > 1) return "several stages cut, one after the other";
  if (path.before + path.after > 0) return "a stage listens to what is around each moment";
  return {};
}

std::string change_in_words(const model::Pipeline& pipeline, const Path& path) {
  std::vector<std::size_t> stages = path.retimers;
  for (const Change& change : path.changes)
    if (std::ranges::find(stages, change.stage) == stages.end()) stages.push_back(change.stage);
  return stages_in_words(pipeline, stages) + " changes sound";
}

void plan_sound(const PlanInput& input, const Path& path, Time length, Plan& plan) {
  const auto set = [&](Treatment treatment, std::string why) {
    plan.sound = treatment;
    plan.sound_reason = std::move(why);
  };
  if (std::string why = why_all_sound(input, path); !why.empty()) return set(Treatment::render, std::move(why));
  if (path.changes.empty() && path.retimers.empty()) return set(Treatment::copy, "no stage changes sound");
  const std::string what = change_in_words(input.pipeline, path);
  const auto& index = input.sound_indexes[path.source];
  if (!index) return set(Treatment::render, what);
  if (!index->refusal.empty()) return set(Treatment::render, what + ", and " + index->refusal);
  Time crossfade{0};
  if (!path.retimers.empty()) {
    const model::Stage& cutter = input.pipeline.stages[path.retimers.front()];
    crossfade = time_setting(cutter, cutter.traits.audio.crossfade).value_or(crossfade);
  }
  SoundPlan parts = plan_sound_parts(*index, path, crossfade, length);
  if (parts.copied == 0) return set(Treatment::render, what + " all the time");
  for (SoundSpan& span : parts.spans)
    span.reason = span.kind == Span::Kind::copy ? "nothing changes it"
                  : span.stages.empty()         ? "a cut joins sound here"
                                                : stages_in_words(input.pipeline, span.stages) + " changes sound here";
  plan.parts = std::move(parts);
  set(Treatment::splice, what);
}

/// The only source whose media are known, or why there is none.
std::string why_no_source(const PlanInput& input, const Ends& ends) {
  if (!ends.refusal.empty()) return ends.refusal;
  return input.media[ends.source] ? "" : "its source is no file of this machine";
}

Time length_of(const PlanInput& input, const Ends& ends) {
  return input.media[ends.source]->duration.value_or(Time::max());
}

/// The stage that brings sound from beside, where the main source has none; nothing: it stays silent.
std::optional<std::size_t> bringer_of_sound(const PlanInput& input, const Ends& ends) {
  for (const std::size_t i : ends.line) {
    const model::Stage& stage = input.pipeline.stages[i];
    if (!stage.traits.takes_audio || !stage.traits.gives_audio) continue;
    for (const std::size_t beside : stage.inputs)
      if (beside != stage.inputs.front() && (!input.media[beside] || input.media[beside]->audio() != nullptr)) return i;
  }
  return std::nullopt;
}

}  // namespace

std::string why_all_pictures(const PlanInput& input) {
  const Ends ends = ends_of(input.pipeline);
  if (std::string why = why_no_source(input, ends); !why.empty()) return why;
  if (!input.sink_pictures.empty()) return input.sink_pictures;
  const Path path = path_of(input.pipeline, input.clocks, Media::pictures, length_of(input, ends));
  if (!path.refusal.empty()) return path.refusal;
  for (const Change& change : path.changes)
    if (change.source.begin <= Time{0} && change.source.end >= length_of(input, ends))
      return "'" + input.pipeline.stages[change.stage].id + "' changes every picture";
  return {};
}

bool needs_sound_index(const PlanInput& input) {
  const Ends ends = ends_of(input.pipeline);
  if (!why_no_source(input, ends).empty() || input.media[ends.source]->audio() == nullptr) return false;
  const Path path = path_of(input.pipeline, input.clocks, Media::sound, length_of(input, ends));
  return why_all_sound(input, path).empty() && !(path.changes.empty() && path.retimers.empty());
}

Plan plan(const PlanInput& input) {
  Plan plan;
  const Ends ends = ends_of(input.pipeline);
  if (const std::string why = why_no_source(input, ends); !why.empty()) {
    plan.pictures = plan.sound = Treatment::render;
    plan.pictures_reason = plan.sound_reason = why;
    return plan;
  }
  const auto& media = *input.media[ends.source];
  const auto& index = input.indexes[ends.source];
  if (const std::string why = why_all_pictures(input); media.video() != nullptr && (!why.empty() || !index)) {
    plan.pictures = Treatment::render;
    plan.pictures_reason = why.empty() ? "its packets are not known" : why;
  } else if (index && !index->packets.empty()) {
    const Time length = std::max(length_of(input, ends), index->end);
    plan_pictures(input, path_of(input.pipeline, input.clocks, Media::pictures, length), *index, plan);
  }
  const Time length = length_of(input, ends);
  if (media.audio() != nullptr) {
    plan_sound(input, path_of(input.pipeline, input.clocks, Media::sound, length), length, plan);
  } else if (const auto bringer = bringer_of_sound(input, ends)) {
    plan.sound = Treatment::render;
    plan.sound_reason = "'" + input.pipeline.stages[*bringer].id + "' brings it";
  }
  return plan;
}

}  // namespace reel::planner
