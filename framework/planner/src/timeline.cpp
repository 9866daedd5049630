#include "reel/planner/timeline.hpp"

#include <algorithm>
#include <cmath>

namespace reel::planner {
namespace {

using base::Time;
using base::TimeRange;

/// `t` at `rate`; what is for ever stays so. Exact where the rate is 1.
Time scaled(Time t, double rate) {
  if (t == forever || rate == 1.0) return t;
  return Time{std::llround(static_cast<long double>(t.count()) * static_cast<long double>(rate))};
}

Time plus(Time t, Time more) { return t == forever || more == forever ? forever : t + more; }

Time length(const TimeRange& range) { return range.end == forever ? forever : range.end - range.begin; }

TimeRange output_of(const TimeMap::Piece& piece) {
  return {piece.output, plus(piece.output, scaled(length(piece.input), 1 / piece.rate))};
}

std::vector<TimeRange> gaps(const std::vector<TimeRange>& ranges) {
  std::vector<TimeRange> found;
  Time at{0};
  for (const TimeRange& range : ranges) {
    if (at < range.begin) found.push_back({at, range.begin});
    at = range.end;
  }
  if (at != forever) found.push_back({at, forever});
  return found;
}

/// The ranges that a parameter of type `ranges` was given. Frame numbers are times by now.
std::vector<TimeRange> ranges_of(const model::Stage& stage, const std::string& name) {
  const model::Setting* const setting = name.empty() ? nullptr : stage.setting(name);
  if (setting == nullptr || !std::holds_alternative<std::vector<base::TimePointRange>>(setting->value)) return {};
  const auto time = [](const std::optional<base::TimePoint>& point, Time otherwise) {
    return point && std::holds_alternative<Time>(*point) ? std::get<Time>(*point) : otherwise;
  };
  std::vector<TimeRange> ranges;
  for (const auto& range : std::get<std::vector<base::TimePointRange>>(setting->value))
    ranges.push_back({time(range.begin, Time{0}), time(range.end, forever)});
  return base::normalized(std::move(ranges));
}

double rate_of(const model::Stage& stage, const std::string& name) {
  const model::Setting* const setting = name.empty() ? nullptr : stage.setting(name);
  if (setting == nullptr) return 1;
  if (const auto* const number = std::get_if<double>(&setting->value)) return *number;
  if (const auto* const number = std::get_if<std::int64_t>(&setting->value)) return static_cast<double>(*number);
  return 1;
}

/// A parameter of type `time` as it is set, or as it is by itself; nothing where the name is empty.
std::optional<Time> time_of(const model::Stage& stage, const std::string& name) {
  if (name.empty()) return std::nullopt;
  const model::Setting* const setting = stage.setting(name);
  const model::ParamSchema* const param = stage.traits.param(name);
  const model::Value* const value = setting != nullptr ? &setting->value
                                    : param != nullptr ? &param->default_value
                                                       : nullptr;
  const auto* const point = value != nullptr ? std::get_if<base::TimePoint>(value) : nullptr;
  const auto* const time = point != nullptr ? std::get_if<Time>(point) : nullptr;
  return time != nullptr ? *time : Time{0};
}

TimeMap map_of(const model::Stage& stage) {
  for (const model::Contract& contract : {stage.traits.video, stage.traits.audio}) {
    if (contract.kind != model::Contract::Kind::retime) continue;
    if (const auto kept = ranges_of(stage, contract.keep); !kept.empty()) return TimeMap::keep(kept);
    if (const auto removed = ranges_of(stage, contract.remove); !removed.empty()) return TimeMap::remove(removed);
    if (const auto at = time_of(stage, contract.hold))
      return TimeMap::hold(*at, time_of(stage, contract.length).value_or(Time{0}));
    if (const double rate = rate_of(stage, contract.rate); rate > 0) return TimeMap::speed(rate);
  }
  return TimeMap::identity();
}

/// How long the inputs of a stage that plays them one after the other overlap; nothing for other stages.
std::optional<Time> overlap_of(const model::Stage& stage) {
  for (const model::Contract& contract : {stage.traits.video, stage.traits.audio})
    if (const auto overlap = time_of(stage, contract.append)) return overlap;
  return std::nullopt;
}

/// The length of inputs that play one after the other; nothing where one has no known length.
std::optional<Time> appended(const model::Stage& stage, Time overlap, const std::vector<StageClock>& clocks) {
  std::optional<Time> total;
  for (const std::size_t input : stage.inputs) {
    const std::optional<Time> next = clocks[input].output_duration;
    if (!next) return std::nullopt;
    total = total ? *total + *next - std::min({overlap, *total, *next}) : *next;
  }
  return total;
}

}  // namespace

TimeMap TimeMap::identity() { return TimeMap({{{Time{0}, forever}, Time{0}, 1.0}}); }

TimeMap TimeMap::keep(const std::vector<TimeRange>& kept) {
  std::vector<Piece> pieces;
  Time at{0};
  for (const TimeRange& range : base::normalized(kept)) {
    pieces.push_back({range, at, 1.0});
    at = plus(at, length(range));
  }
  return TimeMap(std::move(pieces));
}

TimeMap TimeMap::remove(const std::vector<TimeRange>& removed) { return keep(gaps(base::normalized(removed))); }

TimeMap TimeMap::hold(Time at, Time length) {
  if (length <= Time{0}) return identity();
  // A picture that begins at that moment is the one that stays.
  const Time after = at + Time{1};
  return TimeMap({{{Time{0}, after}, Time{0}, 1.0}, {{after, forever}, after + length, 1.0}});
}

Time TimeMap::held_after(std::size_t i) const {
  return i + 1 < pieces_.size() ? pieces_[i + 1].output - output_of(pieces_[i]).end : Time{0};
}

bool TimeMap::holds() const {
  for (std::size_t i = 0; i < pieces_.size(); ++i)
    if (held_after(i) > Time{0}) return true;
  return false;
}

TimeMap TimeMap::speed(double rate) { return TimeMap({{{Time{0}, forever}, Time{0}, rate}}); }

std::optional<Time> TimeMap::to_output(Time input) const {
  for (const Piece& piece : pieces_)
    if (piece.input.contains(input)) return piece.output + scaled(input - piece.input.begin, 1 / piece.rate);
  return std::nullopt;
}

Time TimeMap::to_input(Time output) const {
  for (const Piece& piece : pieces_)
    if (output < output_of(piece).end)
      return piece.input.begin + scaled(std::max(Time{0}, output - piece.output), piece.rate);
  return pieces_.empty() ? Time{0} : pieces_.back().input.end;
}

Time TimeMap::duration(Time input) const {
  Time total{0};
  for (const Piece& piece : pieces_) {
    const Time end = std::min(piece.input.end, input);
    if (end > piece.input.begin) total = piece.output + scaled(end - piece.input.begin, 1 / piece.rate);
  }
  return total;
}

TimeMap TimeMap::then(const TimeMap& next) const {
  std::vector<Piece> pieces;
  for (const Piece& first : pieces_) {
    const TimeRange middle = output_of(first);
    for (const Piece& second : next.pieces_) {
      const TimeRange both{std::max(middle.begin, second.input.begin), std::min(middle.end, second.input.end)};
      if (both.end <= both.begin) continue;
      const auto back = [&](Time t) {
        return plus(first.input.begin, scaled(t == forever ? forever : t - middle.begin, first.rate));
      };
      pieces.push_back({{back(both.begin), both.end == middle.end ? first.input.end : back(both.end)},
                        second.output + scaled(both.begin - second.input.begin, 1 / second.rate),
                        first.rate * second.rate});
    }
  }
  return TimeMap(std::move(pieces));
}

std::vector<StageClock> clocks(const model::Pipeline& pipeline, const std::vector<std::optional<Time>>& durations) {
  std::vector<StageClock> clocks;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const model::Stage& stage = pipeline.stages[i];
    StageClock clock;
    clock.map = map_of(stage);
    if (stage.inputs.empty()) {
      clock.input_duration = durations[i];
    } else {
      // A join goes by its first input.
      const StageClock& before = clocks[stage.inputs.front()];
      clock.input_duration = before.output_duration;
      clock.from_source = before.from_source;
    }
    clock.from_source = clock.from_source.then(clock.map);
    if (const auto overlap = overlap_of(stage))
      clock.output_duration = appended(stage, *overlap, clocks);
    else if (clock.input_duration)
      clock.output_duration = clock.map.duration(*clock.input_duration);
    clocks.push_back(std::move(clock));
  }
  return clocks;
}

}  // namespace reel::planner
