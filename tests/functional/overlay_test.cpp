/// A clip that is laid over another for a while: only there is anything rendered, and each of its pictures is seen at its time.
#include <gmock/gmock.h>

#include "installation.hpp"
#include "packets.hpp"

namespace reel::tests {
namespace {

class OverlayTest : public ::testing::Test {
 protected:
  OverlayTest() {
    small_clip(folder());
    ffmpeg("-i " + quoted(file("small.mp4")) + " -ss 2 -t 3 -vf hflip,negate -an " + quoted(file("over.mp4")));
    write(file("over.yaml"),
          "reel: 1\nstages:\n"
          "  - { id: main, uses: source, with: { uri: small.mp4 } }\n"
          "  - { id: over, uses: source, with: { uri: over.mp4 } }\n"
          "  - { uses: overlay, from: [ main, over ], during: 9s..12s, with: { width: 1, height: 1, start: 9s } }\n"
          "  - { uses: sink, with: { uri: out.mp4 } }\n");
  }
  std::filesystem::path folder() const { return installation.folder().path(); }
  std::filesystem::path file(const std::string& name) const { return folder() / name; }
  Pictures pictures(const std::string& name) const { return decoded_by_ffmpeg(file(name), file("scratch")); }

  const Installation installation;
};

TEST_F(OverlayTest, is_rendered_where_it_is_seen) {
  const Result done = installation.run(reel() + " run over.yaml --render auto --verify --progress none");
  ASSERT_EQ(done.exit, 0) << done.output;
  const Pictures main = pictures("small.mp4"), over = pictures("over.mp4"), out = pictures("out.mp4");
  ASSERT_EQ(out.size(), main.size());
  EXPECT_EQ(picture_times(file("out.mp4")), picture_times(file("small.mp4")));
  const auto at = [times = picture_times(file("small.mp4"))](double time) {
    return static_cast<std::size_t>(std::ranges::lower_bound(times, time - 1e-6) - times.begin());
  };
  for (std::size_t i = 0; i + 24 < at(9); ++i) ASSERT_TRUE(out[i] == main[i]) << i;
  for (std::size_t i = at(12) + 24; i < main.size(); ++i) ASSERT_TRUE(out[i] == main[i]) << i;
  for (std::size_t i = 0; i < over.size() - 1; ++i) EXPECT_GT(psnr(out.at(at(9) + i), over[i]), 28) << i;
  EXPECT_LT(psnr(out.at(at(9) - 1), over[0]), 15);
}

/// Whichever of the two files is read first: what is watched is the one whose packets are copied.
TEST_F(OverlayTest, takes_no_file_for_the_other) {
  ffmpeg("-i " + quoted(file("small.mp4")) + " -t 3 -r 17 -an " + quoted(file("slow.mp4")));
  write(file("near.yaml"),
        "reel: 1\nstages:\n"
        "  - { id: main, uses: source, with: { uri: small.mp4 } }\n"
        "  - { id: over, uses: source, with: { uri: slow.mp4 } }\n"
        "  - { uses: overlay, from: [ main, over ], during: 1s..2s, with: { width: 0.3 } }\n"
        "  - { uses: sink, with: { uri: out.mp4 } }\n");
  for (int i = 0; i < 5; ++i) {
    const Result done = installation.run(reel() + " run near.yaml --progress none");
    ASSERT_EQ(done.exit, 0) << done.output;
    EXPECT_EQ(done.output, "");
  }
}

TEST_F(OverlayTest, a_preview_shows_its_picture_of_that_moment) {
  const Result done = installation.run(reel() + " preview over.yaml --at 10.5s -o seen.png");
  ASSERT_EQ(done.exit, 0) << done.output;
  ffmpeg("-ss 1.5 -i " + quoted(file("over.mp4")) + " -frames:v 1 " + quoted(file("wanted.png")));
  EXPECT_GT(psnr(pictures("seen.png").at(0), pictures("wanted.png").at(0)), 28);
}

}  // namespace
}  // namespace reel::tests
