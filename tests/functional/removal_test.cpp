/// An object that is followed, in a film that is also cut and changed elsewhere.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "media.hpp"

namespace reel::tests {
namespace {

/// A red thing moves to the right before a ground without colour; a film of 300 pictures, with an entry each second.
class Removal : public ::testing::Test {
 protected:
  Removal() {
    EXPECT_EQ(shell("ffmpeg -nostdin -v error -f lavfi -i \"testsrc2=size=320x180:rate=25:duration=12,"
                    "geq=lum='90+60*sin(X/7)*cos(Y/9)+20*sin((X+Y)/23)':cb=128:cr=128\" "
                    "-f lavfi -i color=red:size=24x40:rate=25:duration=12 "
                    "-filter_complex \"[0][1]overlay=x='30+20*t':y=70\" "
                    "-c:v libx264 -g 25 -preset ultrafast -crf 18 -pix_fmt yuv420p " +
                    quoted(folder_ / "in.mp4"))
                  .output,
              "");
  }

  std::string run(const std::string& stages) {
    write(folder_ / "p.yaml", "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + (folder_ / "in.mp4").string() +
                                  " }\n" + stages +
                                  "  - uses: sink\n    with: { uri: " + (folder_ / "out.mp4").string() + " }\n");
    const Result result = shell("REEL_STATE=" + quoted(folder_ / "state") + " " + reel() +
                                " run --no-cache --progress none " + quoted(folder_ / "p.yaml"));
    EXPECT_EQ(result.exit, 0) << result.output;
    return result.output;
  }

  /// Of each picture of the result, whether anything red is in it.
  std::vector<bool> red() const {
    std::istringstream said(shell("ffmpeg -nostdin -v error -i " + quoted(folder_ / "out.mp4") +
                                  " -vf signalstats,metadata=print:key=lavfi.signalstats.VMAX:file=- -f null -")
                                .output);
    std::vector<bool> found;
    for (std::string line; std::getline(said, line);)
      if (const auto at = line.find("VMAX="); at != std::string::npos)
        found.push_back(std::stoi(line.substr(at + 5)) > 150);
    return found;
  }

  const TemporaryFolder folder_;
  const std::string followed_ =
      "  - uses: object-removal\n    during: 1s..10s\n"
      "    with: { region: { box: [46, 66, 32, 48], unit: px }, track: true }\n";
};

/// The groups of pictures in which another stage acts are rendered apart, and so are those behind a cut: still, the thing is where it
/// has got to, and no longer in the box.
TEST_F(Removal, follows_through_cuts_and_other_stages) {
  run(followed_ +
      "  - uses: blur\n    during: 8s..8.4s\n    with: { radius: 2, region: { box: [0, 0, 0.1, 0.1] } }\n"
      "  - uses: cut\n    with: { remove: [ 5.5s..6.2s ] }\n");
  const auto found = red();
  ASSERT_EQ(found.size(), 283U);  // 11.32 s
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], i < 25 || i >= 233) << i;
}

TEST_F(Removal, says_that_it_found_nothing) {
  const std::string said = run("  - uses: object-removal\n    during: 1s..2s\n    with: { target: face }\n");
  EXPECT_NE(said.find("no 'face' was found: nothing was removed"), std::string::npos) << said;
  EXPECT_EQ(red().size(), 300U);
  const std::string hidden = run("  - uses: anonymize\n    during: 1s..2s\n    with: { target: face }\n");
  EXPECT_NE(hidden.find("no 'face' was found: nothing was hidden"), std::string::npos) << hidden;
}

/// Where it began is cut away.
TEST_F(Removal, begins_in_what_is_cut_away) {
  run(followed_ + "  - uses: cut\n    with: { keep: [ 6.2s.. ] }\n");
  const auto found = red();
  ASSERT_EQ(found.size(), 145U);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], i >= 95) << i;
}

}  // namespace
}  // namespace reel::tests
