/// The example pipelines run, on real clips; the examples of the reference show what their stages do.
#include <gtest/gtest.h>

#include <algorithm>

#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().stem().string());
  std::ranges::sort(found);
  return found;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

bool declares(const fs::path& pipeline, const std::string& param) {
  return read(pipeline).find("\n  " + param + ": {") != std::string::npos;
}

/// Twelve seconds of a real clip, copied packet for packet.
fs::path short_clip(const TemporaryFolder& folder) {
  const fs::path file = folder / "clip.mp4";
  EXPECT_EQ(
      shell("ffmpeg -nostdin -v error -t 14 -i " + quoted(clip("wannaworktogether.mp4")) + " -c copy " + quoted(file))
          .exit,
      0);
  return file;
}

class Example : public testing::TestWithParam<std::string> {};

TEST_P(Example, runs_on_a_real_clip) {
  const TemporaryFolder folder;
  const fs::path pipeline = source_folder() / "pipelines" / (GetParam() + ".yaml");
  const std::string ending = GetParam() == "archive-and-preview" ? ".webm" : ".mp4";
  const fs::path output = folder / ("out" + ending);
  const fs::path input = short_clip(folder), frame = folder / "frame.psd";
  std::string line = reel() + " run --progress none " + quoted(pipeline) + " --set input=" + quoted(input) +
                     " --output " + quoted(output);
  if (declares(pipeline, "second")) line += " --set second=" + quoted(clip("cockatoo.mp4"));
  if (declares(pipeline, "frame")) {
    const Result exported = shell(reel() + " export photoshop " + quoted(input) + " --at 90f -o " + quoted(frame));
    ASSERT_EQ(exported.exit, 0) << exported.output;
    line += " --set frame=" + quoted(frame);
  }
  if (declares(pipeline, "master")) line += " --set master=" + quoted(folder / "master.mkv");
  const Result result = shell(line);
  ASSERT_EQ(result.exit, 0) << result.output;
  if (GetParam() == "hide-all-faces") {
    EXPECT_TRUE(result.output.ends_with("no 'face' was found: nothing was hidden\n"))
        << result.output;  // none is in the clip
  } else {
    EXPECT_EQ(result.output, "");
  }
  const auto frames = gray_pictures(output, 16, 16);
  EXPECT_GT(frames.size(), 100U);
  EXPECT_GT(samples(output, 48000).size(), 48000U * 3);
  for (const auto& entry : fs::directory_iterator(folder.path()))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
}

INSTANTIATE_TEST_SUITE_P(Pipelines, Example, testing::ValuesIn(names_in(source_folder() / "pipelines")), test_name);

TEST(Examples, are_at_least_12) { EXPECT_GE(names_in(source_folder() / "pipelines").size(), 12U); }

class Reference : public testing::TestWithParam<std::string> {};

/// Average difference of two pictures, in grey levels.
double difference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

TEST_P(Reference, picture_shows_the_effect) {
  const std::string page = read(source_folder() / "docs/reference" / (GetParam() + ".md"));
  const bool has_picture = page.find("\n![") != std::string::npos;
  const TemporaryFolder folder;
  const fs::path pipeline = source_folder() / "docs/reference/examples" / (GetParam() + ".yaml");
  const fs::path picture = folder / "picture.png", plain = folder / "plain.png";
  if (!declares(pipeline, "input")) {  // a provider would have to be paid for a picture
    const Result checked = shell(reel() + " validate " + quoted(pipeline));
    EXPECT_EQ(checked.exit, 0) << checked.output;
    return;
  }
  const std::string input = " --set input=" + quoted(clip("cockatoo.mp4")) + " --at 0:03 -o ";
  std::string line = reel() + " preview " + quoted(pipeline) + input + quoted(picture);
  if (declares(pipeline, "second")) line += " --set second=" + quoted(clip("wannaworktogether.mp4"));
  const Result result = shell(line);
  ASSERT_EQ(result.exit, 0) << result.output;
  if (!has_picture) return;
  const fs::path shown = source_folder() / "docs/reference/pictures" / (GetParam() + ".jpg");
  ASSERT_TRUE(fs::exists(shown)) << "run docs/reference/make.sh";
  const auto now = gray_pictures(picture, 64, 64)[0];
  // What the page shows is what the stage does now ...
  EXPECT_LT(difference(now, gray_pictures(shown, 64, 64)[0]), 2.0) << "run docs/reference/make.sh";
  // ... and that is not what it was given.
  const fs::path untouched = source_folder() / "docs/reference/examples/source.yaml";
  ASSERT_EQ(shell(reel() + " preview " + quoted(untouched) + input + quoted(plain)).exit, 0);
  EXPECT_NE(read(picture), read(plain));
}

INSTANTIATE_TEST_SUITE_P(Stages, Reference, testing::ValuesIn(names_in(source_folder() / "docs/reference/examples")),
                         test_name);

}  // namespace
}  // namespace reel::tests
