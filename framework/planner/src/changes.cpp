#include "changes.hpp"

#include <algorithm>
#include <optional>
#include <variant>

namespace reel::planner {
namespace {

using base::Time;
using base::TimeRange;

constexpr TimeRange always{Time{0}, Time::max()};

Time time_of(const base::TimePoint& point) { return std::get<Time>(point); }

TimeRange during_of(const model::Stage& stage) {
  if (!stage.during) return always;
  return {stage.during->begin ? time_of(*stage.during->begin) : Time{0},
          stage.during->end ? time_of(*stage.during->end) : Time::max()};
}

bool is(const model::Value& value, double identity) {
  if (const auto* const number = std::get_if<double>(&value)) return *number == identity;
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number) == identity;
  return false;
}

/// When a parameter has another value than its identity.
std::vector<TimeRange> away_from(double identity, const model::ParamSchema& param, const model::Setting* setting) {
  if (setting == nullptr || setting->keyframes.empty()) {
    const bool at_identity = is(setting != nullptr ? setting->value : param.default_value, identity);
    return at_identity ? std::vector<TimeRange>{} : std::vector{always};
  }
  std::vector<TimeRange> ranges;
  const auto& frames = setting->keyframes;
  // The first value holds before its time, the last one for ever.
  if (!is(frames.front().value, identity)) ranges.push_back({Time{0}, time_of(frames.front().at)});
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Time begin = time_of(frames[i].at), end = i + 1 < frames.size() ? time_of(frames[i + 1].at) : Time::max();
    const bool holds = i + 1 == frames.size() || frames[i].curve == model::Curve::hold;
    if (!is(frames[i].value, identity) || (!holds && !is(frames[i + 1].value, identity)))
      ranges.push_back({begin, end});
  }
  return ranges;
}

/// How far the length of the media as the stage learns it may be from what is known here.
constexpr Time doubt = std::chrono::milliseconds(500);

const model::Value* value_of(const model::Stage& stage, const std::string& name) {
  const model::Setting* const setting = name.empty() ? nullptr : stage.setting(name);
  const model::ParamSchema* const param = name.empty() ? nullptr : stage.traits.param(name);
  return setting != nullptr ? &setting->value : param != nullptr ? &param->default_value : nullptr;
}

/// The edges of a range, each so long. An end that is that of the media is only known about.
std::vector<TimeRange> edges_of(const TimeRange& range, Time edge, const std::string& side,
                                std::optional<Time> length) {
  const bool open = range.end == Time::max();
  if (open && !length && side != "in") return {range};
  std::vector<TimeRange> edges;
  if (side != "out") edges.push_back({range.begin, std::min(range.end, range.begin + edge)});
  if (side != "in") {
    const Time end = open ? *length - doubt : range.end;
    edges.push_back({std::max(range.begin, end - edge), range.end});
  }
  return edges;
}

}  // namespace

std::optional<Time> time_setting(const model::Stage& stage, const std::string& name) {
  const model::Value* const value = value_of(stage, name);
  const auto* const point = value != nullptr ? std::get_if<base::TimePoint>(value) : nullptr;
  const auto* const time = point != nullptr ? std::get_if<Time>(point) : nullptr;
  return time != nullptr ? std::optional(*time) : std::nullopt;
}

std::vector<TimeRange> changed_ranges(const model::Stage& stage, const model::Contract& contract,
                                      std::optional<Time> length) {
  const TimeRange during = during_of(stage);
  if (const auto edge = time_setting(stage, contract.edges)) {
    const model::Value* const side = value_of(stage, contract.sides);
    const auto* const name = side != nullptr ? std::get_if<std::string>(side) : nullptr;
    return base::normalized(edges_of(during, *edge, name != nullptr ? *name : "", length));
  }
  std::vector<TimeRange> away;
  bool can_be_identity = false;
  for (const model::ParamSchema& param : stage.traits.params) {
    if (!param.identity) continue;
    can_be_identity = true;
    const auto more = away_from(*param.identity, param, stage.setting(param.name));
    away.insert(away.end(), more.begin(), more.end());
  }
  if (!can_be_identity) return {during};
  std::vector<TimeRange> changed;
  for (const TimeRange& range : base::normalized(std::move(away))) {
    const TimeRange both{std::max(range.begin, during.begin), std::min(range.end, during.end)};
    if (both.begin < both.end) changed.push_back(both);
  }
  return changed;
}

}  // namespace reel::planner
