#include "reel/service/submission.hpp"

#include <gmock/gmock.h>

namespace reel::service {
namespace {

using ::testing::ElementsAre;

TEST(Submission, finds_each_video_once) {
  EXPECT_THAT(videos_named("with: { uri: video:3 } # video:4\n- video:3 video:x video:-1 video:", {{"a", "video:12"}}),
              ElementsAre(3, 4, 12));
}

TEST(Submission, finds_no_more_than_asked_for) {
  EXPECT_THAT(videos_named("video:1 video:2 video:3", {}, 2), ElementsAre(1, 2));
}

TEST(Submission, a_uri_is_a_video_or_not) {
  EXPECT_EQ(video_of("video:17"), 17);
  for (const char* const other : {"video:017", "video:17 ", "video:", "xvideo:17", "video:99999999999999999999"})
    EXPECT_EQ(video_of(other), std::nullopt) << other;
}

}  // namespace
}  // namespace reel::service
