#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "check_fixture.hpp"
#include "reel/base/error.hpp"

namespace reel::model {
namespace {

const std::string tidy = R"(reel: 1
name: tidy
description: Hides a part.
params:
  input: { type: uri, description: The clip }
  size: { type: number, default: 12, min: 0, max: 50 }
stages:
  - uses: source
    id: main
    with: { uri: "${input}" }
  - uses: reel/blur
    during: 7:02..7:09
    with: { radius: [ { at: 7:02, value: 0 }, { at: 7:03, value: "${size}" } ] }
  - uses: blur
    with: { region: { polygon: [[0, 0], [1, 0], [1, 1]] } }
  - uses: sink
    with: { uri: side.mp4 }
  - uses: cut
    with: { remove: [ 12:00..14:30, 20:00..21:15 ] }
    id: short
  - uses: volume
    from: main
    id: loud
    with: { volume: 2 }
  - uses: overlay
    from: [ short, loud ]
  - uses: fade
    with: { duration: 2s, direction: out }
  - uses: sink
    with: { uri: out.mp4, container: mp4 }
)";

CheckOptions with(const std::map<std::string, std::string>& set) {
  CheckOptions options;
  options.set = set;
  return options;
}

TEST(CheckPipeline, stages_of_the_same_name_are_numbered) {
  const Checked checked = check(between("  - uses: blur\n  - uses: blur\n    id: blur-2\n  - uses: blur\n"));
  ASSERT_TRUE(checked.pipeline) << to_text(checked.diagnosed);
  const auto& stages = checked.pipeline->stages;
  EXPECT_EQ(stages[1].id + " " + stages[2].id + " " + stages[3].id, "blur blur-2 blur-3");
}

std::string blurs(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "  - uses: blur\n";
  return text;
}

TEST(CheckPipeline, has_an_end) {
  EXPECT_EQ(check(between(blurs(998))).faults(), "");
  EXPECT_EQ(check(between(blurs(999))).faults(), "1004:5 too-many-stages\n");
  // As many as fit into what a server takes: what it costs does not grow with their square.
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(check(between(blurs(30'000))).faults(), "1004:5 too-many-stages\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

TEST(CheckPipeline, types_a_whole_pipeline) {
  const Checked checked = check(tidy, with({{"input", "in.mp4"}}));
  ASSERT_TRUE(checked.pipeline) << to_text(checked.diagnosed);
  EXPECT_EQ(checked.faults(), "");
  const Pipeline& pipeline = *checked.pipeline;
  EXPECT_EQ(pipeline.file, "test.yaml");
  EXPECT_EQ(pipeline.text, tidy);
  EXPECT_EQ(pipeline.name, "tidy");
  ASSERT_EQ(pipeline.params.size(), 2U);
  EXPECT_EQ(pipeline.params[1].default_value, "12");
  EXPECT_EQ(pipeline.params[1].maximum, 50);
  std::vector<std::string> ids;
  std::vector<std::vector<std::size_t>> inputs;
  for (const Stage& stage : pipeline.stages) {
    ids.push_back(stage.id);
    inputs.push_back(stage.inputs);
  }
  EXPECT_EQ(ids,
            (std::vector<std::string>{"main", "blur", "blur-2", "sink", "short", "loud", "overlay", "fade", "sink-2"}));
  EXPECT_EQ(inputs, (std::vector<std::vector<std::size_t>>{{}, {0}, {1}, {2}, {2}, {0}, {4, 5}, {6}, {7}}))
      << "after a sink, what fed it goes on";
  EXPECT_EQ(pipeline.stages[1].traits.name, "blur");
  EXPECT_EQ(pipeline.stages[1].during, *base::parse_range("7:02..7:09"));
  EXPECT_EQ(pipeline.stages[1].settings[0].keyframes[1].value, Value{12.0});
  EXPECT_EQ(pipeline.stages[1].mark, (Mark{11, 11, 9}));
  EXPECT_EQ(std::get<std::string>(checked.value(0, "uri")), "in.mp4");
}

TEST(CheckPipeline, ids_that_are_given_come_before_made_ones) {
  const Checked checked = check(between("  - uses: blur\n  - uses: blur\n    id: blur\n  - uses: blur\n"));
  ASSERT_TRUE(checked.pipeline);
  EXPECT_EQ(checked.pipeline->stages[1].id, "blur-2");
  EXPECT_EQ(checked.pipeline->stages[2].id, "blur");
  EXPECT_EQ(checked.pipeline->stages[3].id, "blur-3");
}

// -- params

TEST(Params, missing_ones_are_errors_only_in_a_run) {
  EXPECT_EQ(check(tidy).faults(), "5:3 missing-parameter\n");
  CheckOptions options;
  options.require_params = false;
  const Checked checked = check(tidy, options);
  ASSERT_TRUE(checked.pipeline);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(checked.value(0, "uri")));
}

TEST(Params, given_values_are_checked) {
  const Checked wrong = check(tidy, with({{"input", "in.mp4"}, {"size", "51"}, {"siez", "1"}}));
  EXPECT_EQ(wrong.faults(), "0:0 unknown-parameter\n6:3 out-of-range\n");
  EXPECT_EQ(wrong.diagnosed.diagnostics[0].hint, "did you mean 'size'?");
  EXPECT_EQ(wrong.diagnosed.diagnostics[1].message, "the value given for 'size' must be from 0 to 50, not 51");
  EXPECT_EQ(check(between(""), with({{"x", "1"}})).diagnosed.diagnostics.at(0).hint, "it declares none");
}

TEST(Params, each_type_checks_its_values) {
  const auto faults = [](const std::string& declaration, const std::string& value) {
    return check("reel: 1\nparams:\n  p: " + declaration + "\n" +
                     between("  - uses: blur\n    id: \"b-${p}\"\n").substr(8),
                 with({{"p", value}}))
        .faults();
  };
  EXPECT_EQ(faults("{ type: choice, choices: [x, y] }", "x"), "");
  EXPECT_EQ(faults("{ type: choice, choices: [x, y] }", "z"), "3:3 unknown-choice\n");
  EXPECT_EQ(faults("{ type: boolean }", "true"), "");
  EXPECT_EQ(faults("{ type: boolean }", "yes"), "3:3 wrong-type\n");
  EXPECT_EQ(faults("{ type: integer }", "1.5"), "3:3 wrong-type\n");
  EXPECT_EQ(faults("{ type: time, max: 10s }", "11s"), "3:3 out-of-range\n");
  EXPECT_EQ(faults("{ type: file }", ""), "3:3 wrong-type\n");
  EXPECT_EQ(faults("{}", "any-thing"), "") << "the type is string unless told";
}

TEST(Params, unused_ones_are_warnings) {
  const Checked checked = check("reel: 1\nparams: { a: { default: 1 }, b: { default: 2 } }\n" +
                                between("  - uses: blur\n    with: { radius: \"${b}\" }\n").substr(8));
  EXPECT_EQ(checked.faults(), "2:11 unused-parameter\n");
  EXPECT_TRUE(checked.pipeline);
}

// -- stages and links

TEST(Stages, refused_ones_say_why) {
  FakeStages stages;
  stages.refuse("acme/negative", "its plugin was built for ABI 2, this host has ABI 1");
  const Checked checked = check(between("  - uses: acme/negative\n"), {}, stages);
  EXPECT_EQ(checked.faults(), "5:11 refused-stage\n");
  EXPECT_NE(checked.diagnosed.diagnostics[0].message.find("ABI 2"), std::string::npos);
}

TEST(Stages, foreign_elements_are_found_and_suggested) {
  FakeStages stages;
  stages.add(FakeStages::filter("gst/videoflip", true, false));
  EXPECT_TRUE(check(between("  - uses: gst/videoflip\n"), {}, stages).pipeline);
  for (const char* name : {"gst/videofilp", "videoflip"}) {
    const Checked checked = check(between("  - uses: " + std::string(name) + "\n"), {}, stages);
    EXPECT_EQ(checked.diagnosed.diagnostics.at(0).hint, "did you mean 'gst/videoflip'?");
  }
}

TEST(Links, kinds_of_media_must_fit) {
  FakeStages stages;
  StageTraits tone = FakeStages::filter("tone", false, true);
  tone.role = StageRole::source;
  tone.min_inputs = tone.max_inputs = 0;
  stages.add(tone);
  const auto pipeline = [](const std::string& middle) {
    return "reel: 1\nstages:\n  - uses: tone\n" + middle + "  - uses: sink\n    with: { uri: out.mp4 }\n";
  };
  EXPECT_TRUE(check(pipeline("  - uses: volume\n  - uses: fade\n"), {}, stages).pipeline);
  const Checked checked = check(pipeline("  - uses: volume\n  - uses: blur\n  - uses: blur\n"), {}, stages);
  EXPECT_EQ(checked.faults(), "5:11 kind-mismatch\n") << "and no follow-up";
  EXPECT_EQ(checked.diagnosed.diagnostics[0].message, "'blur' needs video, but 'volume' on line 4 gives only sound");
}

TEST(Links, media_kinds_can_be_made_and_lost_on_the_way) {
  FakeStages stages;
  StageTraits drop = FakeStages::filter("drop-video", true, false);
  drop.gives_video = false;
  StageTraits wave = FakeStages::filter("waveform", false, true);
  wave.gives_video = true;
  stages.add(drop);
  stages.add(wave);
  EXPECT_EQ(check(between("  - uses: drop-video\n  - uses: blur\n"), {}, stages).faults(), "6:11 kind-mismatch\n");
  EXPECT_EQ(check(between("  - uses: drop-video\n  - uses: waveform\n  - uses: blur\n"), {}, stages).faults(), "");
}

TEST(Links, a_sink_that_joins_gives_no_single_stream_on) {
  FakeStages stages;
  StageTraits sheet = *stages.find("sink");
  sheet.name = "contact-sheet";
  sheet.max_inputs = 9;
  stages.add(sheet);
  const std::string text =
      "reel: 1\nstages:\n  - uses: source\n    id: a\n    with: { uri: in.mp4 }\n  - uses: blur\n    id: b\n"
      "  - uses: contact-sheet\n    from: [ a, b ]\n    with: { uri: x.psd }\n  - uses: mute\n  - uses: "
      "sink\n    with: { uri: out.mp4 }\n";
  EXPECT_EQ(check(text, {}, stages).faults(), "11:11 no-input\n");
}

TEST(Links, several_sinks_may_follow_each_other) {
  const Checked checked =
      check(between("  - uses: sink\n    with: { uri: a.mp4 }\n  - uses: sink\n    with: { uri: b.mp4 }\n"));
  ASSERT_TRUE(checked.pipeline) << checked.faults();
  for (const std::size_t i : {1U, 2U, 3U}) EXPECT_EQ(checked.pipeline->stages[i].inputs, std::vector<std::size_t>{0});
}

TEST(Links, one_fault_brings_no_others) {
  EXPECT_EQ(check(between("  - uses: blru\n  - uses: volume\n")).faults(), "5:11 unknown-stage\n");
  EXPECT_EQ(check(between("  - uses: blur\n    id: Soft\n  - uses: mute\n    from: Soft\n")).faults(),
            "6:9 bad-name\n");
  EXPECT_EQ(check("reel: 1\nstages:\n  - uses: source\n    id: a\n    with: { uri: in.mp4 }\n  - uses: "
                  "source\n    id: a\n    with: { uri: b.mp4 }\n"
                  "  - uses: overlay\n    from: [ a, b ]\n  - uses: sink\n    with: { uri: out.mp4 }\n")
                .faults(),
            "7:9 duplicate-id\n");
}

TEST(CheckPipeline, says_nothing_of_what_it_could_not_read) {
  EXPECT_EQ(check("reel: 1\nstages:\n  - uses: blurr\n  - { uses: sink\n").faults(), "5:1 yaml-syntax\n");
}

// -- robustness and speed

TEST(CheckPipeline, survives_2000_mutations) {
  const FakeStages stages;
  const std::vector<std::string> pieces{"${",
                                        "}",
                                        "{",
                                        "[",
                                        "]",
                                        "&a ",
                                        "*a",
                                        "!!str ",
                                        "\t",
                                        "\"",
                                        "'",
                                        ": ",
                                        "- ",
                                        "\n",
                                        "|",
                                        "..",
                                        "0",
                                        "-1",
                                        "1e999",
                                        "\xFF",
                                        std::string(1, '\0'),
                                        "from: x",
                                        "#",
                                        ",",
                                        "~",
                                        "99999999999999999999f"};
  std::mt19937 random(20240501);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::size_t valid = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text = round % 2 == 0 ? tidy : between("  - uses: blur\n    with: { radius: 3 }\n");
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(text.size()), length = below(6);
      switch (below(4)) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, pieces[below(pieces.size())]);
          break;
        case 2:
          text[at] = static_cast<char>(below(256));
          break;
        default:
          text.insert(below(text.size()), text.substr(at, below(60)));
          break;
      }
    }
    const Checked checked = check(text, with({{"input", "in.mp4"}}), {});
    EXPECT_EQ(checked.pipeline.has_value(), !checked.diagnosed.has_errors());
    valid += checked.pipeline ? 1 : 0;
    for (const auto& diagnostic : checked.diagnosed.diagnostics) EXPECT_FALSE(diagnostic.message.empty());
    to_text(checked.diagnosed, true);
    to_json({checked.diagnosed});
    to_sarif({checked.diagnosed}, "1");
  }
  EXPECT_GT(valid, 10U);
  EXPECT_LT(valid, 1500U);
}

TEST(CheckFiles, have_the_names_that_the_host_gives_them) {
  CheckOptions options;
  options.resolve = [](const StageTraits& stage, const ParamSchema& param, const std::string& text) -> std::string {
    EXPECT_EQ(param.type, ParamType::uri);
    if (text == "in.mp4" && stage.role == StageRole::source) return "/files/12";
    throw base::InputError("it is not known", "upload it");
  };
  const Checked checked = check(between(""), options);
  EXPECT_EQ(checked.faults(), "6:18 refused-uri\n");
  EXPECT_EQ(checked.diagnosed.diagnostics.at(0).message, "'out.mp4' may not be used: it is not known");
  EXPECT_EQ(checked.diagnosed.diagnostics.at(0).hint, "upload it");
  options.resolve = [](const auto&, const auto&, const std::string& text) { return "/files/" + text; };
  EXPECT_EQ(std::get<std::string>(check(between(""), options).value(0, "uri")), "/files/in.mp4");
}

}  // namespace
}  // namespace reel::model
