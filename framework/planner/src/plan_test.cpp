#include "reel/planner/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <random>
#include <set>
#include <sstream>

namespace reel::planner {
namespace {

using namespace std::chrono_literals;
using base::Time;
using base::TimeRange;
using Kind = model::Contract::Kind;
using model::StageRole;

constexpr Time step = 100ms;

/// Packets in order of decoding, each by its place in the order of display: `I0 3 1 2 I4`. `I` is an entry, `O` an open one, `U` an open
/// one that has to be marked, `K` a keyframe that is none. Ten pictures a second.
model::MediaIndex index_of(const std::string& text) {
  model::MediaIndex index{.codec = "h264"};
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool entry = word[0] == 'I', unmarked = word[0] == 'U', open = word[0] == 'O' || unmarked,
               key = entry || open || word[0] == 'K';
    const int place = std::stoi(key ? word.substr(1) : word);
    index.packets.push_back(
        {.time = place * step, .bytes = 1000, .key = key, .entry = entry, .open_entry = open, .unmarked = unmarked});
    index.end = std::max(index.end, (place + 1) * step);
  }
  return index;
}

model::Stage stage(const std::string& id, StageRole role, std::size_t place) {
  model::Stage made;
  made.id = made.traits.name = id;
  made.traits.role = role;
  if (place > 0) made.inputs = {place - 1};
  return made;
}

base::TimePointRange points(const TimeRange& range) {
  return {range.begin, range.end == Time::max() ? std::nullopt : std::optional<base::TimePoint>(range.end)};
}

/// source → stages → sink.
class Case {
 public:
  explicit Case(const std::string& packets) : index_(index_of(packets)) {
    pipeline_.stages.push_back(stage("source", StageRole::source, 0));
  }
  Case& effect(const std::string& id, model::Contract contract, std::optional<TimeRange> during) {
    model::Stage made = stage(id, StageRole::filter, pipeline_.stages.size());
    made.traits.video = contract;
    if (during) made.during = points(*during);
    pipeline_.stages.push_back(std::move(made));
    return *this;
  }
  Case& blur(Time begin, Time end) { return effect("blur", {.kind = Kind::pointwise}, TimeRange{begin, end}); }
  /// Another source and what lays it over, by such a contract.
  Case& overlay(model::Contract contract, const TimeRange& during) {
    model::Stage beside = stage("beside", StageRole::source, 0);
    pipeline_.stages.push_back(beside);
    effect("overlay", contract, during);
    model::Stage& over = pipeline_.stages.back();
    over.traits.role = StageRole::join;
    over.inputs = {pipeline_.stages.size() - 3, pipeline_.stages.size() - 2};
    return *this;
  }
  Case& cut(const std::string& how, const std::vector<TimeRange>& ranges) {
    model::Stage made = stage("cut", StageRole::filter, pipeline_.stages.size());
    made.traits.video = made.traits.audio = {.kind = Kind::retime, .keep = "keep", .remove = "remove"};
    std::vector<base::TimePointRange> value;
    for (const TimeRange& r : ranges) value.push_back(points(r));
    made.settings.push_back({.name = how, .value = value});
    pipeline_.stages.push_back(std::move(made));
    return *this;
  }
  Case& hold(Time at, Time length) {
    model::Stage made = stage("freeze", StageRole::filter, pipeline_.stages.size());
    made.traits.video = made.traits.audio = {.kind = Kind::retime, .hold = "at", .length = "duration"};
    made.settings.push_back({.name = "at", .value = base::TimePoint(at)});
    made.settings.push_back({.name = "duration", .value = base::TimePoint(length)});
    pipeline_.stages.push_back(std::move(made));
    return *this;
  }
  Case& with_sound() {
    sound_ = true;
    return *this;
  }
  model::Pipeline& pipeline() { return pipeline_; }

  Plan plan(const std::string& sink_pictures = "") {
    model::Pipeline whole = pipeline_;
    whole.stages.push_back(stage("sink", StageRole::sink, whole.stages.size()));
    model::MediaInfo info{.duration = index_.end};
    info.streams.push_back({.kind = "video", .video = model::VideoStream{}, .is_default = true});
    if (sound_) info.streams.push_back({.kind = "audio", .audio = model::AudioStream{}, .is_default = true});
    std::vector<std::optional<model::MediaInfo>> media(whole.stages.size());
    std::vector<std::optional<model::MediaIndex>> indexes(whole.stages.size());
    std::vector<std::optional<Time>> durations(whole.stages.size());
    media[0] = info;
    indexes[0] = index_;
    durations[0] = index_.end;
    const auto found = clocks(whole, durations);
    const std::vector<std::optional<model::SoundIndex>> sound_indexes(whole.stages.size());
    return planner::plan({whole, found, indexes, media, sound_indexes, sink_pictures, ""});
  }

 private:
  model::Pipeline pipeline_;
  model::MediaIndex index_;
  bool sound_ = false;
};

/// `copy 0..4` or `render 4..8 from 4`, and `+3` where the last picture comes three times more.
std::string text(const Plan& plan) {
  std::string text;
  for (const Span& s : plan.spans) {
    if (s.marked) {
      text += ", mark " + std::to_string(s.first) + " of packet " + std::to_string(*s.marked);
      continue;
    }
    text += (text.empty() ? "" : ", ") + std::string(s.kind == Span::Kind::copy ? "copy " : "render ") +
            std::to_string(s.first) + ".." + std::to_string(s.end);
    if (s.kind == Span::Kind::render)
      text += " from " + std::to_string(s.decode_from) + " to " + std::to_string(s.decode_to);
    if (s.held > 0) text += " +" + std::to_string(s.held);
  }
  return text.empty() ? "full: " + plan.pictures_reason : text;
}

const char* const three_groups = "I0 3 1 2 I4 7 5 6 I8 11 9 10";
const char* const all_entries = "I0 I1 I2 I3 I4 I5";

TEST(Plan, of_a_change_within_a_group_renders_from_it_to_the_next_entry) {
  EXPECT_EQ(text(Case(three_groups).blur(500ms, 600ms).plan()), "copy 0..5, render 5..8 from 4 to 8, copy 8..12");
}

TEST(Plan, leaves_the_head_of_a_group_up_to_a_clean_boundary) {
  EXPECT_EQ(text(Case("I0 1 2 5 3 4 6 I7 8").blur(400ms, 500ms).plan()),
            "copy 0..3, render 3..7 from 0 to 7, copy 7..9");
}

TEST(Plan, of_a_change_at_either_end) {
  EXPECT_EQ(text(Case(three_groups).blur(0s, 1ms).plan()), "render 0..4 from 0 to 4, copy 4..12");
  EXPECT_EQ(text(Case(three_groups).blur(1100ms, 9s).plan()), "copy 0..9, render 9..12 from 8 to 12");
  EXPECT_EQ(text(Case(three_groups).blur(1199ms, 9s).plan()), "copy 0..9, render 9..12 from 8 to 12");
}

TEST(Plan, of_a_change_that_begins_at_an_entry_or_beside_it) {
  EXPECT_EQ(text(Case(three_groups).blur(400ms, 500ms).plan()), "copy 0..4, render 4..8 from 4 to 8, copy 8..12");
  EXPECT_EQ(text(Case(three_groups).blur(399ms, 500ms).plan()), "copy 0..1, render 1..8 from 0 to 8, copy 8..12");
  EXPECT_EQ(text(Case(three_groups).blur(500ms, 800ms).plan()), "copy 0..5, render 5..8 from 4 to 8, copy 8..12");
  EXPECT_EQ(text(Case(three_groups).blur(500ms, 801ms).plan()), "copy 0..5, render 5..12 from 4 to 12");
}

TEST(Plan, of_two_changes_in_one_group_renders_once) {
  Case two(three_groups);
  two.blur(400ms, 450ms).effect("text", {.kind = Kind::pointwise}, TimeRange{700ms, 750ms});
  const Plan plan = two.plan();
  EXPECT_EQ(text(plan), "copy 0..4, render 4..8 from 4 to 8, copy 8..12");
  EXPECT_THAT(plan.spans[1].stages, testing::ElementsAre(1, 2));
}

TEST(Plan, parts_renders_where_another_stage_sets_in) {
  Case two(three_groups);
  two.blur(0ms, 400ms).effect("text", {.kind = Kind::pointwise}, TimeRange{400ms, 500ms});
  EXPECT_EQ(text(two.plan()), "render 0..4 from 0 to 4, render 4..8 from 4 to 8, copy 8..12");
}

TEST(Plan, parts_long_renders_at_entries) {
  std::string file;
  for (int i = 0; i < 600; ++i) file += (i % 30 == 0 ? " I" : " ") + std::to_string(i);
  const Plan plan = Case(file).blur(100ms, 50s).plan();
  EXPECT_EQ(text(plan),
            "copy 0..1, render 1..210 from 0 to 210, render 210..420 from 210 to 420, render 420..510 from 420 to 510, "
            "copy 510..600");
}

TEST(Plan, where_every_picture_is_an_entry_renders_only_what_changes) {
  EXPECT_EQ(text(Case(all_entries).blur(200ms, 300ms).plan()), "copy 0..2, render 2..3 from 2 to 3, copy 3..6");
}

TEST(Plan, goes_on_to_the_next_entry_behind_an_open_group) {
  EXPECT_EQ(text(Case("I0 1 2 K5 3 4 6 I7 8").blur(100ms, 150ms).plan()),
            "copy 0..1, render 1..7 from 0 to 7, copy 7..9");
}

TEST(Plan, renders_what_leads_an_open_entry) {
  const char* const open = "I0 1 2 O5 3 4 6 O9 7 8 10";
  const Plan plan = Case(open).blur(100ms, 150ms).plan();
  EXPECT_EQ(text(plan), "copy 0..1, render 1..5 from 0 to 6, copy 5..11");
  EXPECT_EQ(plan.spans[2].first_packet, 3U);
  EXPECT_EQ(text(Case(open).blur(400ms, 500ms).plan()), "copy 0..3, render 3..5 from 0 to 6, copy 5..11");
  EXPECT_EQ(text(Case(open).blur(500ms, 600ms).plan()),
            "copy 0..3, render 3..5 from 0 to 6, render 5..9 from 3 to 10, copy 9..11");
  // What begins the output needs nothing before it; what follows a copy would be taken for a part of it.
  EXPECT_EQ(text(Case(open).cut("keep", {{500ms, Time::max()}}).plan()), "copy 5..11");
  EXPECT_EQ(text(Case(open).cut("remove", {{300ms, 500ms}}).plan()), "copy 0..3, render 5..9 from 3 to 10, copy 9..11");
}

TEST(Plan, marks_an_entry_that_decoders_would_not_take_for_one) {
  const char* const open = "I0 1 2 U5 3 4 6 U9 7 8 10";
  const Plan plan = Case(open).blur(100ms, 150ms).plan();
  EXPECT_EQ(text(plan), "copy 0..1, render 1..5 from 0 to 6, mark 5 of packet 3, copy 6..11");
  EXPECT_EQ(plan.spans[3].first_packet, 6U);
  EXPECT_EQ(plan.decoded, 6U);
  EXPECT_EQ(text(Case(open).cut("keep", {{500ms, Time::max()}}).plan()), "copy 5..11");
  EXPECT_EQ(text(Case(open).cut("remove", {{300ms, 500ms}}).plan()), "copy 0..3, mark 5 of packet 3, copy 6..11");
  EXPECT_EQ(text(Case(open).blur(600ms, 650ms).plan()),
            "copy 0..6, render 6..9 from 3 to 10, mark 9 of packet 7, copy 10..11");
  EXPECT_EQ(text(Case("I0 U1 U2 U3").blur(100ms, 150ms).plan()),
            "copy 0..1, render 1..2 from 1 to 2, mark 2 of packet 2, copy 3..4");
}

TEST(Plan, leaves_what_leads_a_file_as_it_is) {
  const char* const open = "O3 0 1 2 4 U7 5 6 8";
  EXPECT_EQ(text(Case(open).blur(500ms, 550ms).plan()),
            "copy 0..5, render 5..7 from 0 to 8, mark 7 of packet 5, copy 8..9");
}

TEST(Plan, of_a_window_decodes_more_but_renders_the_same) {
  Case denoise(three_groups);
  denoise.effect("denoise", {.kind = Kind::window, .before = 2, .after = 1}, TimeRange{400ms, 500ms});
  EXPECT_EQ(text(denoise.plan()), "copy 0..4, render 4..8 from 0 to 9, copy 8..12");
}

/// What is followed cannot be picked up in the middle.
TEST(Plan, of_what_goes_on_since_its_beginning_renders_it_in_one) {
  const auto plan_of = [](bool follows, const std::function<void(Case&)>& more) {
    Case c(three_groups);
    c.effect("follow", {.kind = Kind::window, .before = 1, .after = 1, .from_begin = "other,track"},
             TimeRange{100ms, 1s});
    model::ParamSchema track{.name = "track", .type = model::ParamType::boolean, .description = "", .unit = ""};
    track.default_value = false;
    c.pipeline().stages.back().traits.params.push_back(track);
    c.pipeline().stages.back().settings.push_back({.name = "track", .value = follows});
    more(c);
    return c.plan();
  };
  const auto blur = [](Case& c) { c.blur(800ms, 900ms); };
  EXPECT_EQ(text(plan_of(false, blur)), "copy 0..1, render 1..8 from 0 to 9, render 8..12 from 4 to 12");
  EXPECT_EQ(text(plan_of(true, blur)), "copy 0..1, render 1..12 from 0 to 12");
  // A cut parts it; then the second part is played from the beginning.
  const auto cut = [](Case& c) { c.cut("remove", {{500ms, 900ms}}); };
  const Plan parted = plan_of(true, cut);
  EXPECT_EQ(text(parted), "copy 0..1, render 1..5 from 0 to 8, render 9..12 from 0 to 12");
  EXPECT_FALSE(parted.spans[1].goes_on);
  EXPECT_TRUE(parted.spans[2].goes_on);
  EXPECT_EQ(text(plan_of(false, cut)), "copy 0..1, render 1..5 from 0 to 8, render 9..12 from 8 to 12");
}

TEST(Plan, of_a_cut_renders_only_to_the_next_entry) {
  EXPECT_EQ(text(Case(three_groups).cut("remove", {{200ms, 500ms}}).plan()),
            "copy 0..1, render 1..2 from 0 to 4, render 5..8 from 4 to 8, copy 8..12");
  EXPECT_EQ(text(Case(three_groups).cut("remove", {{400ms, 800ms}}).plan()), "copy 0..4, copy 8..12");
  EXPECT_EQ(text(Case(three_groups).cut("keep", {{400ms, Time::max()}}).plan()), "copy 4..12");
}

TEST(Plan, of_a_cut_between_two_pictures_keeps_those_that_begin_in_it) {
  const Plan plan = Case(all_entries).cut("keep", {{250ms, 450ms}}).plan();
  EXPECT_EQ(text(plan), "copy 3..5");
  EXPECT_EQ(plan.spans[0].source, (TimeRange{300ms, 450ms}));
  EXPECT_EQ(plan.spans[0].output, (TimeRange{50ms, 200ms}));
}

TEST(Plan, of_an_effect_behind_a_cut_counts_on_the_new_clock) {
  const Plan plan = Case(three_groups).cut("remove", {{0ms, 400ms}}).blur(0ms, 100ms).plan();
  EXPECT_EQ(text(plan), "render 4..8 from 4 to 8, copy 8..12");
  EXPECT_EQ(plan.spans[1].output, (TimeRange{400ms, 800ms}));
}

TEST(Plan, of_what_is_held_renders_its_group_and_moves_the_rest) {
  const Plan plan = Case(three_groups).with_sound().hold(550ms, 1s).plan();
  EXPECT_EQ(text(plan), "copy 0..5, render 5..6 from 4 to 8 +10, render 6..8 from 4 to 8, copy 8..12");
  EXPECT_EQ(plan.spans[1].output, (TimeRange{500ms, 1600ms}));
  EXPECT_EQ(plan.spans[1].step, Time{100ms});
  EXPECT_THAT(plan.spans[1].stages, testing::ElementsAre(1));
  EXPECT_EQ(plan.spans[2].output, (TimeRange{1600ms, 1800ms}));
  EXPECT_EQ(plan.spans[2].reason, "what is held parts the group of pictures here");
  EXPECT_EQ(plan.spans[3].output, (TimeRange{1800ms, 2200ms}));
  EXPECT_EQ(plan.copied + plan.rendered, 22U);
  EXPECT_EQ(plan.sound, Treatment::render);
  EXPECT_EQ(plan.sound_reason, "'freeze' makes it wait");
}

TEST(Plan, of_a_held_picture_takes_that_which_begins_then) {
  EXPECT_EQ(text(Case(all_entries).hold(200ms, 200ms).plan()), "copy 0..2, render 2..3 from 2 to 3 +2, copy 3..6");
  EXPECT_EQ(text(Case(all_entries).hold(0ms, 200ms).plan()), "render 0..1 from 0 to 1 +2, copy 1..6");
  EXPECT_EQ(text(Case(all_entries).hold(599ms, 200ms).plan()), "copy 0..5, render 5..6 from 5 to 6 +2");
  // To the nearest whole number of pictures.
  EXPECT_EQ(text(Case(all_entries).hold(200ms, 149ms).plan()), "copy 0..2, render 2..3 from 2 to 3 +1, copy 3..6");
  EXPECT_EQ(text(Case(all_entries).hold(200ms, 49ms).plan()), "copy 0..2, render 2..3 from 2 to 3, copy 3..6");
  EXPECT_EQ(text(Case(all_entries).hold(200ms, 0ms).plan()), "copy 0..6");
}

TEST(Plan, of_a_change_behind_a_held_picture_counts_on_the_new_clock) {
  const Plan later = Case(all_entries).hold(200ms, 1s).blur(1400ms, 1500ms).plan();
  EXPECT_EQ(text(later), "copy 0..2, render 2..3 from 2 to 3 +10, copy 3..4, render 4..5 from 4 to 5, copy 5..6");
  // What changes nothing but what is held.
  const Plan within = Case(all_entries).hold(200ms, 1s).blur(600ms, 700ms).plan();
  EXPECT_EQ(text(within), "copy 0..2, render 2..3 from 2 to 3 +10, copy 3..6");
  EXPECT_THAT(within.spans[1].stages, testing::ElementsAre(1, 2));
}

TEST(Plan, of_two_held_pictures_and_of_one_behind_a_cut) {
  EXPECT_EQ(text(Case(all_entries).hold(100ms, 200ms).hold(600ms, 300ms).plan()),
            "copy 0..1, render 1..2 from 1 to 2 +2, copy 2..4, render 4..5 from 4 to 5 +3, copy 5..6");
  EXPECT_EQ(text(Case(all_entries).cut("remove", {{0ms, 200ms}}).hold(100ms, 200ms).plan()),
            "copy 2..3, render 3..4 from 3 to 4 +2, copy 4..6");
  EXPECT_EQ(text(Case(all_entries).hold(100ms, 200ms).cut("remove", {{0ms, 200ms}}).plan()),
            "full: 'cut' cuts what is held");
}

TEST(Plan, of_sound_that_is_brought_from_beside) {
  const auto plan_of = [](bool has_sound, const TimeRange& during) {
    Case mixed(three_groups);
    if (has_sound) mixed.with_sound();
    mixed.overlay({}, during);
    model::StageTraits& traits = mixed.pipeline().stages.back().traits;
    traits.audio = {.kind = Kind::pointwise};
    traits.takes_audio = traits.gives_audio = true;
    return mixed.plan();
  };
  EXPECT_EQ(text(plan_of(true, {500ms, 600ms})), "copy 0..12");
  EXPECT_EQ(plan_of(true, {500ms, 600ms}).sound_reason, "'overlay' changes sound");
  EXPECT_EQ(text(plan_of(false, {500ms, 600ms})), "copy 0..12");
  EXPECT_EQ(plan_of(false, {500ms, 600ms}).sound, Treatment::render);
  EXPECT_EQ(plan_of(false, {500ms, 600ms}).sound_reason, "'overlay' brings it");
}

TEST(Plan, of_nothing_copies_all) {
  const Plan plan = Case(three_groups).with_sound().plan();
  EXPECT_EQ(text(plan), "copy 0..12");
  EXPECT_EQ(plan.pictures, Treatment::copy);
  EXPECT_EQ(plan.sound, Treatment::copy);
}

TEST(Plan, of_a_change_of_pictures_leaves_the_sound) {
  EXPECT_EQ(Case(three_groups).with_sound().blur(0s, 1ms).plan().sound, Treatment::copy);
  EXPECT_EQ(Case(three_groups).with_sound().cut("remove", {{0ms, 400ms}}).plan().sound, Treatment::render);
}

TEST(Plan, of_a_change_of_sound_leaves_the_pictures) {
  Case mute(three_groups);
  mute.with_sound().effect("mute", {}, TimeRange{0s, 1s});
  mute.pipeline().stages.back().traits.audio = {.kind = Kind::pointwise};
  const Plan plan = mute.plan();
  EXPECT_EQ(plan.pictures, Treatment::copy);
  EXPECT_EQ(plan.sound, Treatment::render);
  EXPECT_EQ(plan.sound_reason, "'mute' changes sound");
}

TEST(Plan, of_all_pictures_leaves_the_sound) {
  const Plan plan = Case(three_groups).with_sound().effect("blur", {.kind = Kind::pointwise}, std::nullopt).plan();
  EXPECT_EQ(plan.pictures, Treatment::render);
  EXPECT_EQ(plan.sound, Treatment::copy);
  EXPECT_FALSE(plan.full());
}

TEST(Plan, knows_that_some_stages_change_only_the_edges) {
  const model::Contract fade{.kind = Kind::pointwise, .edges = "duration", .sides = "direction"};
  const auto faded = [&](const char* side, std::optional<TimeRange> during) {
    Case c("I0 I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 I13 I14");
    c.effect("fade", fade, during);
    c.pipeline().stages.back().settings = {{.name = "duration", .value = base::TimePoint{Time{200ms}}},
                                           {.name = "direction", .value = std::string(side)}};
    return text(c.plan());
  };
  EXPECT_EQ(faded("in", std::nullopt), "render 0..2 from 0 to 2, copy 2..15");
  // Where the media end is known to half a second.
  EXPECT_EQ(faded("out", std::nullopt), "copy 0..8, render 8..15 from 8 to 15");
  EXPECT_EQ(faded("both", TimeRange{300ms, 900ms}),
            "copy 0..3, render 3..5 from 3 to 5, copy 5..7, render 7..9 from 7 to 9, copy 9..15");
  EXPECT_EQ(faded("both", TimeRange{300ms, 600ms}), "copy 0..3, render 3..6 from 3 to 6, copy 6..15");
}

TEST(Plan, of_a_clip_that_is_laid_over_renders_where_it_is_seen) {
  EXPECT_EQ(text(Case(three_groups).overlay({.kind = Kind::pointwise}, {500ms, 600ms}).plan()),
            text(Case(three_groups).blur(500ms, 600ms).plan()));
  EXPECT_EQ(text(Case(three_groups).blur(0s, 1ms).overlay({.kind = Kind::pointwise}, {900ms, 1s}).plan()),
            text(Case(three_groups).blur(0s, 1ms).blur(900ms, 1s).plan()));
  EXPECT_EQ(text(Case(three_groups).overlay({.kind = Kind::whole}, {500ms, 600ms}).plan()),
            "full: 'overlay' branches or joins");
  Case filtered(three_groups);
  filtered.overlay({.kind = Kind::pointwise}, {500ms, 600ms});
  filtered.pipeline().stages[1].traits.role = StageRole::filter;
  filtered.pipeline().stages[1].inputs = {0};
  EXPECT_EQ(text(filtered.plan()), "full: 'overlay' branches or joins");
}

TEST(Plan, renders_in_full_and_says_why) {
  EXPECT_EQ(text(Case(three_groups).effect("blur", {.kind = Kind::pointwise}, std::nullopt).plan()),
            "full: 'blur' changes every picture");
  EXPECT_EQ(text(Case(three_groups).blur(0s, 450ms).blur(450ms, 850ms).plan()),
            "full: every group of pictures is changed");
  EXPECT_EQ(text(Case(three_groups).effect("steady", {.kind = Kind::whole}, TimeRange{0s, 1s}).plan()),
            "full: 'steady' depends on everything, or does not say on what");
  EXPECT_EQ(text(Case(three_groups).blur(0s, 1ms).plan("another codec was asked for")),
            "full: another codec was asked for");
}

TEST(Plan, knows_when_keyframes_change_nothing) {
  Case fading(three_groups);
  fading.effect("blur", {.kind = Kind::pointwise}, std::nullopt);
  model::ParamSchema radius{.name = "radius", .default_value = 8.0, .identity = 0.0};
  fading.pipeline().stages.back().traits.params = {radius};
  fading.pipeline().stages.back().settings = {
      {.name = "radius", .keyframes = {{400ms, 0.0}, {500ms, 3.0}, {600ms, 0.0}}}};
  EXPECT_EQ(text(fading.plan()), "copy 0..4, render 4..8 from 4 to 8, copy 8..12");
}

/// What holds for every plan, whatever the file and the edit.
void check(const Plan& plan, const model::MediaIndex& index, const std::set<int>& kept, const std::set<int>& changed) {
  std::vector<int> shown;
  Time at{0};
  bool after_copy = false, after_mark = false;
  for (const Span& s : plan.spans) {
    ASSERT_LT(s.first, s.end);
    EXPECT_EQ(s.output.begin, at);
    at = s.output.end;
    for (std::size_t i = s.first; i < s.end; ++i) shown.push_back(static_cast<int>(i));
    if (s.marked) {
      EXPECT_EQ(s.kind, Span::Kind::render);
      EXPECT_TRUE(index.packets[*s.marked].unmarked);
      EXPECT_EQ(index.packets[*s.marked].time, static_cast<std::int64_t>(s.first) * step);
      EXPECT_FALSE(changed.contains(static_cast<int>(s.first)));
      EXPECT_GT(s.output.begin, Time{0}) << "at the front, no mark is needed";
      after_mark = true;
      continue;
    }
    if (s.kind == Span::Kind::render) {
      EXPECT_TRUE(index.packets[s.decode_from].entry || index.packets[s.decode_from].open_entry);
      EXPECT_LE(s.decode_from, s.first);
      EXPECT_GE(s.decode_to, s.end);
      after_copy = after_mark = false;
      continue;
    }
    const model::IndexedPacket& first = index.packets[s.first_packet];
    EXPECT_TRUE(after_mark || first.entry || (first.open_entry && !after_copy));
    after_copy = true;
    after_mark = false;
    std::set<Time> decoded, displayed;
    for (std::size_t i = s.first; i < s.end; ++i) {
      decoded.insert(index.packets[i == s.first ? s.first_packet : i].time);
      displayed.insert(static_cast<std::int64_t>(i) * step);
      EXPECT_FALSE(changed.contains(static_cast<int>(i))) << i;
    }
    EXPECT_EQ(decoded, displayed);
  }
  EXPECT_THAT(shown, testing::ElementsAreArray(kept));
}

std::string random_file(std::mt19937& random, int pictures) {
  std::string text;
  const auto below = [&](int n) { return std::uniform_int_distribution(0, n - 1)(random); };
  for (int at = 0; at < pictures;) {
    const bool leads = at == 0 && below(3) == 0;  // some files begin with an open group
    if (!leads && (at == 0 || below(5) == 0)) {
      text += " I" + std::to_string(at++);
      continue;
    }
    const int reordered = std::min(below(4), pictures - at - 1);
    constexpr std::array kinds{" K", " O", " O", " U", " U", " ", " ", " ", " ", " "};
    text += (leads ? " U" : kinds[static_cast<std::size_t>(below(kinds.size()))]) + std::to_string(at + reordered);
    for (int i = 0; i < reordered; ++i) text += " " + std::to_string(at + i);
    at += reordered + 1;
  }
  return text;
}

TEST(Plan, holds_for_random_files_and_edits) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const int pictures = std::uniform_int_distribution(1, 60)(random);
    const std::string file = random_file(random, pictures);
    const auto place = [&] { return std::uniform_int_distribution(0, pictures)(random); };
    std::set<int> kept, changed;
    for (int i = 0; i < pictures; ++i) kept.insert(i);
    Case edit(file);
    const int a = place(), b = place();
    if (a < b) {
      edit.blur(a * step, b * step);
      for (int i = a; i < b; ++i) changed.insert(i);
    }
    std::vector<TimeRange> removed;
    for (int n = round % 4; n > 0; --n) {
      const int from = place(), to = place();
      if (from >= to || (from == 0 && to == pictures)) continue;
      removed.push_back({from * step, to * step});
      for (int i = from; i < to; ++i) kept.erase(i);
    }
    if (kept.empty()) continue;
    if (!removed.empty()) edit.cut("remove", removed);
    const Plan plan = edit.plan();
    SCOPED_TRACE(file + " → " + text(plan));
    if (plan.pictures == Treatment::render) continue;
    check(plan, index_of(file), kept, changed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace reel::planner
