#include "reel/planner/timeline.hpp"

#include <gtest/gtest.h>

#include <random>

namespace reel::planner {
namespace {

using namespace std::chrono_literals;
using base::Time;
using base::TimeRange;

TEST(TimeMap, of_nothing_changes_nothing) {
  const TimeMap map = TimeMap::identity();
  EXPECT_EQ(map.to_output(7s), Time{7s});
  EXPECT_EQ(map.to_input(7s), Time{7s});
  EXPECT_EQ(map.duration(10s), Time{10s});
}

TEST(TimeMap, of_kept_ranges_moves_them_together) {
  const TimeMap map = TimeMap::keep({{10s, 12s}, {2s, 5s}});
  EXPECT_EQ(map.to_output(2s), Time{0s});
  EXPECT_EQ(map.to_output(4s), Time{2s});
  EXPECT_EQ(map.to_output(5s), std::nullopt);
  EXPECT_EQ(map.to_output(11s), Time{4s});
  EXPECT_EQ(map.to_input(4s), Time{11s});
  EXPECT_EQ(map.duration(100s), Time{5s});
  EXPECT_EQ(map.duration(11s), Time{4s});
}

TEST(TimeMap, of_removed_ranges_keeps_the_rest) {
  const TimeMap map = TimeMap::remove({{2s, 3s}, {5s, Time::max()}});
  EXPECT_EQ(map.to_output(1s), Time{1s});
  EXPECT_EQ(map.to_output(2500ms), std::nullopt);
  EXPECT_EQ(map.to_output(4s), Time{3s});
  EXPECT_EQ(map.to_output(6s), std::nullopt);
  EXPECT_EQ(map.duration(100s), Time{4s});
}

TEST(TimeMap, of_speed_scales) {
  const TimeMap map = TimeMap::speed(2);
  EXPECT_EQ(map.to_output(10s), Time{5s});
  EXPECT_EQ(map.to_input(5s), Time{10s});
  EXPECT_EQ(map.duration(10s), Time{5s});
}

TEST(TimeMap, of_what_is_held_moves_what_is_behind_it) {
  const TimeMap map = TimeMap::hold(2s, 3s);
  EXPECT_EQ(map.to_output(1s), Time{1s});
  EXPECT_EQ(map.to_output(2s), Time{2s});
  EXPECT_EQ(map.to_output(2500ms), Time{5500ms});
  EXPECT_EQ(map.to_input(2s), Time{2s});
  EXPECT_EQ(map.to_input(4s), Time{2s} + Time{1});
  EXPECT_EQ(map.to_input(6s), Time{3s});
  EXPECT_EQ(map.duration(1s), Time{1s});
  EXPECT_EQ(map.duration(10s), Time{13s});
  EXPECT_TRUE(map.holds());
  EXPECT_EQ(map.held_after(0), Time{3s});
  EXPECT_FALSE(TimeMap::hold(2s, 0s).holds());
  EXPECT_FALSE(TimeMap::remove({{2s, 3s}}).holds());
  const TimeMap twice = map.then(TimeMap::hold(8s, 1s));
  EXPECT_EQ(twice.to_output(5s), Time{8s});
  EXPECT_EQ(twice.to_output(6s), Time{10s});
  EXPECT_EQ(twice.duration(10s), Time{14s});
}

TEST(TimeMap, maps_follow_one_another) {
  const TimeMap map = TimeMap::keep({{10s, 20s}}).then(TimeMap::speed(2)).then(TimeMap::remove({{1s, 2s}}));
  EXPECT_EQ(map.to_output(10s), Time{0s});
  EXPECT_EQ(map.to_output(13s), std::nullopt);
  EXPECT_EQ(map.to_output(15s), Time{1500ms});
  EXPECT_EQ(map.duration(100s), Time{4s});
}

std::vector<TimeRange> random_ranges(std::mt19937& random) {
  std::vector<TimeRange> ranges;
  for (int i = std::uniform_int_distribution(1, 5)(random); i > 0; --i) {
    const Time begin{std::uniform_int_distribution(0, 1'000'000)(random)};
    ranges.push_back({begin, begin + Time{std::uniform_int_distribution(1, 100'000)(random)}});
  }
  return ranges;
}

TEST(TimeMap, agrees_with_itself_on_random_maps) {
  std::mt19937 random(7);
  const auto any_time = [&] { return Time{std::uniform_int_distribution(0, 1'200'000)(random)}; };
  for (int round = 0; round < 500; ++round) {
    const TimeMap a = TimeMap::keep(random_ranges(random)), b = TimeMap::remove(random_ranges(random)),
                  c = TimeMap::keep(random_ranges(random));
    const TimeMap left = a.then(b).then(c), right = a.then(b.then(c));
    for (int i = 0; i < 50; ++i) {
      const Time t = any_time();
      EXPECT_EQ(left.to_output(t), right.to_output(t));
      const auto step = a.to_output(t);
      EXPECT_EQ(a.then(b).to_output(t), step ? b.to_output(*step) : std::nullopt);
      if (step) {
        EXPECT_EQ(a.to_input(*step), t);
      }
    }
    EXPECT_EQ(a.then(b).duration(Time{2'000'000}), b.duration(a.duration(Time{2'000'000})));
  }
}

model::Stage stage(const std::string& name, std::vector<std::size_t> inputs) {
  model::Stage made;
  made.id = made.traits.name = name;
  made.inputs = std::move(inputs);
  return made;
}

TEST(Clocks, run_through_the_pipeline) {
  model::Pipeline pipeline;
  pipeline.stages = {stage("source", {}), stage("cut", {0}), stage("speed", {1}), stage("sink", {2})};
  pipeline.stages[1].traits.video = {model::Contract::Kind::retime, 0, 0, "keep", "remove", ""};
  model::Setting keep;
  keep.name = "keep";
  keep.value = std::vector<base::TimePointRange>{{base::TimePoint{Time{10s}}, base::TimePoint{Time{30s}}}};
  pipeline.stages[1].settings = {keep};
  pipeline.stages[2].traits.audio = {model::Contract::Kind::retime, 0, 0, "", "", "rate"};
  model::Setting rate;
  rate.name = "rate";
  rate.value = 4.0;
  pipeline.stages[2].settings = {rate};

  const auto found = clocks(pipeline, {Time{60s}, std::nullopt, std::nullopt, std::nullopt});
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[1].input_duration, Time{60s});
  EXPECT_EQ(found[1].output_duration, Time{20s});
  EXPECT_EQ(found[3].output_duration, Time{5s});
  EXPECT_EQ(found[3].from_source.to_input(1s), Time{14s});
  EXPECT_EQ(found[3].from_source.to_output(14s), Time{1s});
}

TEST(Clocks, add_up_inputs_that_play_one_after_the_other) {
  model::Pipeline pipeline;
  pipeline.stages = {stage("first", {}), stage("second", {}), stage("transition", {0, 1}), stage("sink", {2})};
  pipeline.stages[2].traits.video = {.kind = model::Contract::Kind::retime, .append = "duration"};
  model::Setting duration;
  duration.name = "duration";
  duration.value = base::TimePoint{Time{2s}};
  pipeline.stages[2].settings = {duration};
  const auto known = clocks(pipeline, {Time{60s}, Time{30s}, std::nullopt, std::nullopt});
  EXPECT_EQ(known[2].input_duration, Time{60s});
  EXPECT_EQ(known[3].output_duration, Time{88s});
  EXPECT_EQ(clocks(pipeline, {Time{1s}, Time{30s}, std::nullopt, std::nullopt})[3].output_duration, Time{30s});
  EXPECT_EQ(clocks(pipeline, {Time{60s}, std::nullopt, std::nullopt, std::nullopt})[3].output_duration, std::nullopt);
}

TEST(Clocks, do_not_invent_durations) {
  model::Pipeline pipeline;
  pipeline.stages = {stage("source", {}), stage("blur", {0})};
  EXPECT_EQ(clocks(pipeline, {std::nullopt, std::nullopt})[1].output_duration, std::nullopt);
}

}  // namespace
}  // namespace reel::planner
