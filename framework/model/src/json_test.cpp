#include "reel/model/json.hpp"

#include <gtest/gtest.h>

#include "reel/base/error.hpp"

namespace reel::model {
namespace {

using namespace std::chrono_literals;

MediaInfo clip() {
  MediaInfo media{"video:12", "mov,mp4", 4711, 315'500ms, {}, {{{0s, 10s}, "Intro"}}, {{"title", "A walk"}}};
  StreamInfo pictures{0, "video", "", 40ms, 315s, 900'000, VideoStream{}, {}, true};
  pictures.video->codec = "h264";
  pictures.video->width = 480;
  pictures.video->height = 352;
  pictures.video->rotation = 90;
  pictures.video->frame_rate = {30000, 1001};
  pictures.video->color_matrix = "bt709";
  StreamInfo sound{1, "audio", "de", 0s, {}, {}, {}, AudioStream{"aac", "LC", "stereo", "fltp", 44100, 2}, true};
  media.streams = {pictures, sound};
  return media;
}

TEST(MediaJson, is_read_as_it_was_written) {
  const nlohmann::json written = to_json(clip());
  EXPECT_EQ(to_json(media_of(written)), written);
  EXPECT_EQ(media_of(written).video()->video->rotation, 90);
  EXPECT_EQ(media_of(written).duration, 315'500ms);
}

TEST(MediaJson, that_is_something_else_is_refused) {
  for (const char* const text : {"null", "[]", "{}", R"({"uri": 1})"})
    EXPECT_THROW(media_of(nlohmann::json::parse(text)), base::InputError) << text;
  nlohmann::json wrong = to_json(clip());
  wrong["streams"][0]["video"]["frame_rate"] = {30};
  EXPECT_THROW(media_of(wrong), base::InputError);
}

}  // namespace
}  // namespace reel::model
