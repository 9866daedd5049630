/// Cutting, to the frame and to the sample: a clip whose every picture carries its number and whose sound
/// clicks every second.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "media.hpp"

namespace reel::tests {
namespace {

constexpr int rate = 48000;
constexpr int bits = 12;

/// 40 s of 30000/1001 pictures a second. Twelve vertical bars hold the number of the picture in binary.
std::filesystem::path numbered_clip(const TemporaryFolder& folder) {
  const auto file = folder / "numbered.mkv";
  std::string bars = "0";
  for (int bit = 0; bit < bits; ++bit)
    bars += "+" + std::string("255*eq(floor(X/20)\\,") + std::to_string(bit) + ")*mod(floor(N/" +
            std::to_string(1 << bit) + ")\\,2)";
  const std::string line =
      "ffmpeg -nostdin -v error -f lavfi -i \"nullsrc=s=240x32:r=30000/1001:d=40,format=gray,geq=lum='" + bars + "'\"" +
      " -f lavfi -i \"aevalsrc='0.8*lt(mod(t,1),0.004)*sin(2*PI*2000*t+1)':s=48000:d=40.04\"" +
      " -c:v ffv1 -pix_fmt yuv420p -c:a pcm_s16le " + quoted(file);
  const Result result = shell(line);
  EXPECT_EQ(result.exit, 0) << result.output;
  return file;
}

int number_of(const std::vector<std::uint8_t>& picture) {
  int number = 0;
  for (int bit = 0; bit < bits; ++bit)
    if (picture[static_cast<std::size_t>(16 * 240 + bit * 20 + 10)] > 127) number |= 1 << bit;
  return number;
}

struct Range {
  double begin, end;
};

/// Ranges in milliseconds, sorted and apart.
std::vector<Range> random_ranges(std::mt19937& random) {
  const int count = std::uniform_int_distribution(1, 6)(random);
  std::vector<int> ends;
  for (int i = 0; i < 2 * count; ++i) ends.push_back(std::uniform_int_distribution(0, 39900)(random));
  std::ranges::sort(ends);
  std::vector<Range> ranges;
  for (std::size_t i = 0; i + 1 < ends.size(); i += 2)
    if (ends[i] < ends[i + 1] && (ranges.empty() || ranges.back().end < ends[i] / 1000.0))
      ranges.push_back({ends[i] / 1000.0, ends[i + 1] / 1000.0});
  if (ranges.empty()) ranges.push_back({1, 2});
  return ranges;
}

std::string yaml(const std::vector<Range>& ranges, bool keep) {
  std::string list;
  for (const Range& r : ranges) {
    char text[64];
    std::snprintf(text, sizeof text, "%s%.3fs..%.3fs", list.empty() ? "" : ", ", r.begin, r.end);
    list += text;
  }
  return "reel: 1\nparams:\n  input: { type: uri }\n  output: { type: uri }\nstages:\n  - uses: source\n    "
         "with: { uri: \"${input}\" }\n"
         "  - uses: cut\n    with: { " +
         std::string(keep ? "keep" : "remove") + ": [ " + list +
         " ] }\n"
         "  - uses: sink\n    with: { uri: \"${output}\", video-codec: ffv1, audio-codec: pcm }\n";
}

TEST(Cut, fifty_random_sets_of_ranges_are_exact) {
  const TemporaryFolder folder;
  const auto input = numbered_clip(folder);
  const auto times = picture_times(input);
  ASSERT_EQ(times.size(), 1199U);
  std::mt19937 random(20250101);
  for (int round = 0; round < 50; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const auto ranges = random_ranges(random);
    const bool keep = round % 2 == 0;
    const auto kept = [&](double t) {
      return keep ==
             std::ranges::any_of(ranges, [t](const Range& r) { return r.begin <= t + 1e-6 && t + 1e-6 < r.end; });
    };
    const auto mapped = [&](double t) {
      double out = 0, at = 0;
      for (const Range& r : ranges) {
        if (!keep)
          out += std::max(0.0, std::min(t, r.begin) - at), at = r.end;
        else
          out += std::max(0.0, std::min(t, r.end) - r.begin);
      }
      return keep ? out : out + std::max(0.0, t - at);
    };
    write(folder / "cut.yaml", yaml(ranges, keep));
    const auto output = folder / "out.mkv";
    const Result result = shell(reel() + " run --progress none " + quoted(folder / "cut.yaml") +
                                " --set input=" + quoted(input) + " --set output=" + quoted(output));
    ASSERT_EQ(result.exit, 0) << yaml(ranges, keep) << result.output;

    std::vector<int> expected;
    for (std::size_t i = 0; i < times.size(); ++i)
      if (kept(times[i])) expected.push_back(static_cast<int>(i));
    std::vector<int> got;
    for (const auto& picture : gray_pictures(output, 240, 32)) got.push_back(number_of(picture));
    ASSERT_EQ(got, expected) << yaml(ranges, keep);

    const auto out_times = picture_times(output);
    ASSERT_EQ(out_times.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(out_times[i], mapped(times[static_cast<std::size_t>(expected[i])]), 0.0015);

    std::vector<double> expected_clicks;
    for (int second = 0; second < 40; ++second)
      if (kept(second) && kept(second + 0.02) && (second == 0 || kept(second - 0.02)))
        expected_clicks.push_back(mapped(second));
    const auto sound = samples(output, rate);
    const auto heard = clicks(sound, rate);
    for (const double click : expected_clicks) {
      const bool found = std::ranges::any_of(
          heard, [click](std::size_t h) { return std::abs(static_cast<double>(h) / rate - click) < 0.001; });
      ASSERT_TRUE(found) << "no click at " << click << "\n" << yaml(ranges, keep);
    }
  }
}

}  // namespace
}  // namespace reel::tests
