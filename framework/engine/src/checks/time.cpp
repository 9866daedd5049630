#include <algorithm>

#include "checks/checks.hpp"

namespace reel::engine {
namespace {

using base::Time;

/// Containers round; an end that is off by less than a picture is not worth a word.
constexpr Time slack = std::chrono::milliseconds(50);

/// Times of one stage against how long its input lasts.
class StageTimes {
 public:
  StageTimes(const model::Stage& stage, Time length, Faults& faults)
      : stage_(stage), length_(length), faults_(faults) {}

  void check() {
    if (stage_.during) check(*stage_.during, "'during'", stage_.during_mark);
    for (const model::Setting& setting : stage_.settings) {
      const std::string what = "'" + setting.name + "'";
      if (const auto* const ranges = std::get_if<std::vector<base::TimePointRange>>(&setting.value))
        for (const auto& range : *ranges) check(range, what, setting.value_mark);
      if (const auto* const point = std::get_if<base::TimePoint>(&setting.value);
          point != nullptr && setting.name == held_at() && time(*point) >= length_)
        outside(setting.value_mark, what + " is " + base::format(*point));
      else if (point != nullptr && setting.name != held_for() && time(*point) > length_ + slack)
        partly(setting.value_mark, what + " is " + base::format(*point));
      if (!setting.keyframes.empty()) check_keyframes(setting, what);
    }
  }
  bool faulty() const { return faulty_; }

 private:
  static Time time(const base::TimePoint& point) { return std::get<Time>(point); }

  /// Names of the parameters of a stage that holds what is shown at a time; empty for others.
  const std::string& held_at() const {
    return stage_.traits.video.hold.empty() ? stage_.traits.audio.hold : stage_.traits.video.hold;
  }
  const std::string& held_for() const {
    return stage_.traits.video.length.empty() ? stage_.traits.audio.length : stage_.traits.video.length;
  }

  std::string lasts() const {
    return ", but what reaches '" + stage_.id + "' lasts only " + base::format_moment(length_);
  }
  void outside(model::Mark mark, const std::string& what) {
    faulty_ = true;
    faults_.error(mark, "past-the-end", what + lasts(), "mind that times count on the stage's own input");
  }
  void partly(model::Mark mark, const std::string& what) { faults_.warning(mark, "past-the-end", what + lasts()); }

  void check(const base::TimePointRange& range, const std::string& what, model::Mark mark) {
    if (range.begin && time(*range.begin) >= length_)
      return outside(mark, what + " begins at " + base::format(*range.begin));
    if (range.end && time(*range.end) > length_ + slack) partly(mark, what + " ends at " + base::format(*range.end));
  }

  void check_keyframes(const model::Setting& setting, const std::string& what) {
    const auto& first = setting.keyframes.front();
    const auto& last = setting.keyframes.back();
    if (time(first.at) > length_ + slack)
      outside(setting.value_mark, what + " has its first keyframe at " + base::format(first.at));
    else if (time(last.at) > length_ + slack)
      partly(setting.value_mark, what + " has a keyframe at " + base::format(last.at));
  }

  const model::Stage& stage_;
  Time length_;
  Faults& faults_;
  bool faulty_ = false;
};

}  // namespace

void check_times(const model::Pipeline& pipeline, const std::vector<planner::StageClock>& clocks, Faults& faults) {
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const model::Stage& stage = pipeline.stages[i];
    if (!clocks[i].input_duration) continue;
    StageTimes times(stage, *clocks[i].input_duration, faults);
    times.check();
    // Where a range lies past the end, that is why nothing is left.
    const bool empties = !times.faulty() && *clocks[i].input_duration > Time{0} && clocks[i].output_duration == Time{0};
    if (empties)
      faults.error(stage.mark, "nothing-left", "'" + stage.id + "' leaves nothing of what reaches it",
                   "keep a part of it");
  }
}

}  // namespace reel::engine
