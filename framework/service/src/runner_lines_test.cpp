#include "runner_lines.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/service/runner_job.hpp"

namespace reel::service {
namespace {

using ::testing::ElementsAre;

class Lines : public ::testing::Test {
 protected:
  Lines() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Lines() override {
    ::close(ends_[0]);
    if (ends_[1] >= 0) ::close(ends_[1]);
  }
  void write(const std::string& text) const { EXPECT_EQ(::write(ends_[1], text.data(), text.size()), text.size()); }
  void end() { ::close(std::exchange(ends_[1], -1)); }

  std::array<int, 2> ends_{};
  std::vector<std::string> lines_;
  LineReader::Take keep_ = [this](std::string_view line) { lines_.emplace_back(line); };
};

TEST_F(Lines, come_whole_however_they_were_written) {
  LineReader reader(ends_[0], 100);
  for (const char* const part : {"one\ntw", "o\n\nthr"}) write(part);
  end();
  while (!reader.ended()) reader.read(keep_);
  EXPECT_THAT(lines_, ElementsAre("one", "two", ""));
  reader.finish(keep_);
  EXPECT_THAT(lines_, ElementsAre("one", "two", "", "thr"));
  EXPECT_FALSE(reader.overflowed());
}

TEST_F(Lines, that_are_too_long_are_cut) {
  LineReader reader(ends_[0], 5);
  write("123456789\nabc\n12345678");
  end();
  while (!reader.ended()) reader.read(keep_);
  reader.finish(keep_);
  EXPECT_THAT(lines_, ElementsAre("12345", "abc", "12345"));
  EXPECT_TRUE(reader.overflowed());
}

TEST(RunnerMessages, come_back_as_they_were) {
  RunnerResult result;
  result.outcome.state = RequestState::failed;
  result.outcome.error = "it broke \xff";
  result.outcome.error_line = 7;
  result.made = {{"a.mp4", "sink", 12}};
  const auto back = std::get<RunnerResult>(read_message(to_line(result)));
  EXPECT_EQ(back.outcome.state, RequestState::failed);
  EXPECT_EQ(back.outcome.error_line, 7);
  EXPECT_THAT(back.outcome.artifacts, ElementsAre("a.mp4"));
  RunnerProgress progress;
  progress.record.fraction = 0.5;
  progress.remaining = std::chrono::seconds(3);
  progress.stages = {{"blur", "blur", "running", 3, -1}};
  const auto shown = std::get<RunnerProgress>(read_message(to_line(progress)));
  EXPECT_EQ(shown.remaining, base::Time(std::chrono::seconds(3)));
  EXPECT_EQ(shown.stages.at(0).frames, 3);
}

TEST(RunnerMessages, of_strangers_are_refused) {
  for (const std::string& line :
       {std::string("no JSON"), std::string("[]"), std::string("{}"), std::string("{\"is\": 3}"),
        std::string("{\"is\": \"result\", \"state\": \"running\"}"), std::string(100'000, '['),
        "{\"is\": \"log\", \"x\": " + std::string(1000, '[') + std::string(1000, ']') + "}",
        std::string("{\"is\": \"progress\", \"frames\": \"many\"}")})
    EXPECT_THROW(read_message(line), base::InputError) << line.substr(0, 60);
}

TEST(RunnerMessages, of_strangers_are_cut_to_what_may_be_kept) {
  const std::string huge = "ä" + std::string(5'000'000, 'x');
  const auto log = std::get<base::LogLine>(read_message(to_line(base::LogLine{base::Level::info, huge, huge})));
  EXPECT_LT(log.message.size(), 9000U);
  EXPECT_LT(log.stage.size(), 1000U);
  EXPECT_TRUE(log.message.starts_with("äxx") && log.message.ends_with("x…"));
  std::string wide;
  while (wide.size() < 20'000) wide += "ä";
  for (const std::string& text : {wide, "x" + wide})
    EXPECT_EQ(base::broken_utf8(std::get<base::LogLine>(read_message(to_line(base::LogLine{{}, "", text}))).message),
              std::string::npos);
  RunnerProgress progress;
  progress.stages.assign(5000, {huge.substr(0, 1000), huge.substr(0, 1000), "running", 3, -1});
  const auto shown = std::get<RunnerProgress>(read_message(to_line(progress)));
  EXPECT_EQ(shown.stages.size(), 1000U);
  EXPECT_LT(shown.stages.at(0).id.size() + shown.stages.at(0).uses.size(), 1000U);
}

TEST(RunnerMessages, of_results_are_cut_or_refused) {
  const std::string huge(5'000'000, 'x');
  RunnerResult result;
  result.outcome = {.state = RequestState::failed, .error = huge, .error_code = huge, .error_stage = huge};
  const Outcome outcome = std::get<RunnerResult>(read_message(to_line(result))).outcome;
  EXPECT_LT(outcome.error.size(), 9000U);
  EXPECT_LT(outcome.error_code.size() + outcome.error_stage.size(), 2000U);
  result.outcome.report_json = "{\"a\": \"" + huge + "\"}";
  EXPECT_THROW(read_message(to_line(result)), base::InputError);
  result.outcome.report_json.clear();
  result.made.assign(5000, {"a.mp4", "sink", 1});
  EXPECT_THROW(read_message(to_line(result)), base::InputError);
}

TEST(RunnerMessages, hold_texts_that_are_json_and_shallow) {
  constexpr std::array parts{&RunnerResult::media_json, &RunnerResult::assets_json};
  const auto with = [&](std::size_t part, std::string text) {
    RunnerResult result;
    result.outcome.state = RequestState::succeeded;
    (part < parts.size() ? result.*parts.at(part) : result.outcome.report_json) = std::move(text);
    return to_line(result);
  };
  for (std::size_t part = 0; part <= parts.size(); ++part) {
    EXPECT_NO_THROW(read_message(with(part, "")));
    EXPECT_NO_THROW(read_message(with(part, "{\"frames\": [1, 2]}")));
    for (const std::string& text : {std::string("no JSON"), std::string("[]"), std::string(5'000'000, '['),
                                    "{\"a\": " + std::string(1000, '[') + std::string(1000, ']') + "}"})
      EXPECT_THROW(read_message(with(part, text)), base::InputError) << part << text.substr(0, 60);
  }
}

TEST(RunnerSpecs, come_back_as_they_were) {
  RunnerSpec spec;
  RunJob job;
  job.yaml = "reel: 1\n";
  job.inputs = {{"video:12", "/var/lib/some where/12.mp4"}};
  job.secrets = {{"KEY", "value"}};
  job.span_cache = "/var/cache/spans";
  spec.job = job;
  spec.limits.cpu = std::chrono::seconds(12);
  spec.setup.deny_stages = {"gst/*"};
  const RunnerSpec back = read_spec(to_line(spec));
  EXPECT_EQ(std::get<RunJob>(back.job).inputs, job.inputs);
  EXPECT_EQ(std::get<RunJob>(back.job).span_cache, job.span_cache);
  EXPECT_EQ(back.limits.cpu, spec.limits.cpu);
  EXPECT_EQ(back.setup.deny_stages, spec.setup.deny_stages);
  EXPECT_THROW(read_spec("{\"kind\": \"dance\"}"), base::InputError);
}

}  // namespace
}  // namespace reel::service
