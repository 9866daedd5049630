#include <algorithm>
#include <functional>
#include <map>

#include "checks/checks.hpp"
#include "graph/kinds.hpp"
#include "reel/base/error.hpp"
#include "reel/engine/probe.hpp"

namespace reel::engine {
namespace {

/// A fault at one place: what the message should say.
struct Unusable {
  std::string message, hint;
};

class FrameNumbers {
 public:
  FrameNumbers(model::Pipeline& pipeline, const Media& media, Faults& faults)
      : pipeline_(pipeline), media_(media), faults_(faults) {}

  void replace() {
    for (std::size_t i = 0; i < pipeline_.stages.size(); ++i) {
      model::Stage& stage = pipeline_.stages[i];
      times_.reset();
      if (stage.during) replace(i, *stage.during, stage.during_mark);
      for (model::Setting& setting : stage.settings) replace(i, setting);
    }
  }

 private:
  void replace(std::size_t stage, model::Setting& setting) {
    if (auto* const point = std::get_if<base::TimePoint>(&setting.value)) replace(stage, *point, setting.value_mark);
    if (auto* const ranges = std::get_if<std::vector<base::TimePointRange>>(&setting.value))
      for (auto& range : *ranges) replace(stage, range, setting.value_mark);
    for (model::Keyframe& key : setting.keyframes) {
      replace(stage, key.at, setting.value_mark);
      if (auto* const point = std::get_if<base::TimePoint>(&key.value)) replace(stage, *point, setting.value_mark);
    }
    const auto at = [](const model::Keyframe& k) {
      const auto* const time = std::get_if<base::Time>(&k.at);
      return time != nullptr ? *time : base::Time{0};
    };
    std::ranges::stable_sort(setting.keyframes, {}, at);
  }

  void replace(std::size_t stage, base::TimePointRange& range, model::Mark mark) {
    const bool mixed = range.begin && range.end && range.begin->index() != range.end->index();
    if (range.begin) replace(stage, *range.begin, mark);
    if (range.end) replace(stage, *range.end, mark);
    const auto time = [](const base::TimePoint& p) { return std::get_if<base::Time>(&p); };
    if (mixed && time(*range.begin) != nullptr && time(*range.end) != nullptr &&
        *time(*range.end) <= *time(*range.begin))
      faults_.error(mark, "reversed-range", "the range ends before it begins: here it is " + base::format(range),
                    "mind that one end counts frames");
  }

  void replace(std::size_t stage, base::TimePoint& point, model::Mark mark) {
    const auto* const number = std::get_if<base::FrameNumber>(&point);
    if (number == nullptr) return;
    try {
      point = time_of(stage, number->value);
    } catch (const Unusable& fault) {
      faults_.error(mark, "bad-frame-number", fault.message, fault.hint);
    }
  }

  base::Time time_of(std::size_t stage, std::int64_t number) {
    if (!times_) times_ = input_times(stage);
    const auto count = static_cast<std::int64_t>(times_->size()) - 1;  // the last one is the end
    if (number <= count) return (*times_)[static_cast<std::size_t>(number)];
    throw Unusable{"there is no picture " + std::to_string(number) + "f: what reaches '" + pipeline_.stages[stage].id +
                       "' has " + std::to_string(count) + ", counted from 0f",
                   "use a smaller number"};
  }

  /// When each picture of a stage's input is shown, and the end.
  std::vector<base::Time> input_times(std::size_t stage) {
    const std::size_t source = main_source(pipeline_, stage);
    if (!media_[source])
      throw Unusable{"frames of '" + pipeline_.stages[source].id + "' cannot be counted before it runs",
                     "write times, such as 2.5s"};
    const model::FrameIndex& index = index_of(source);
    planner::TimeMap map = planner::TimeMap::identity();
    // Numbers further up have been replaced already; those further down do not matter here.
    if (!pipeline_.stages[stage].inputs.empty()) map = map_to(pipeline_.stages[stage].inputs.front());
    std::vector<base::Time> times;
    for (const base::Time t : index.times)
      if (const auto shown = map.to_output(t)) times.push_back(*shown);
    times.push_back(map.duration(index.end));
    return times;
  }

  planner::TimeMap map_to(std::size_t stage) const {
    const auto clocks = planner::clocks(pipeline_, durations(media_));
    for (std::size_t i = stage; !pipeline_.stages[i].inputs.empty(); i = pipeline_.stages[i].inputs.front())
      if (clocks[i].map.holds())
        throw Unusable{
            "behind '" + pipeline_.stages[i].id + "', which shows one several times, frames cannot be counted",
            "write times, such as 2.5s"};
    return clocks[stage].from_source;
  }

  const model::FrameIndex& index_of(std::size_t source) {
    if (const auto known = indexes_.find(source); known != indexes_.end()) return known->second;
    try {
      return indexes_.emplace(source, index_frames(media_[source]->uri)).first->second;
    } catch (const base::InputError& e) {
      throw Unusable{e.what(), e.hint()};
    }
  }

  model::Pipeline& pipeline_;
  const Media& media_;
  Faults& faults_;
  std::map<std::size_t, model::FrameIndex> indexes_;
  std::optional<std::vector<base::Time>> times_;  ///< of the stage at hand
};

}  // namespace

void replace_frame_numbers(model::Pipeline& pipeline, const Media& media, Faults& faults) {
  FrameNumbers(pipeline, media, faults).replace();
}

}  // namespace reel::engine
