#include "reel/model/stage.hpp"

#include <gtest/gtest.h>

#include "reel/model/media.hpp"

namespace reel::model {
namespace {

TEST(Contract, is_told_in_words) {
  EXPECT_EQ(to_text(Contract{}), "untouched");
  EXPECT_EQ(to_text(Contract{.kind = Contract::Kind::pointwise}), "pointwise");
  EXPECT_EQ(to_text(Contract{.kind = Contract::Kind::window, .before = 3, .after = 1}),
            "window of 3 frames before and 1 after");
  EXPECT_EQ(to_text(Contract{.kind = Contract::Kind::retime, .keep = "keep", .remove = "remove"}),
            "retime by keep and remove");
  EXPECT_EQ(to_text(Contract{.kind = Contract::Kind::retime}), "retime");
  EXPECT_EQ(to_text(Contract{.kind = Contract::Kind::whole}), "whole");
}

TEST(StageTraits, finds_parameters_by_name) {
  StageTraits traits;
  traits.params = {{.name = "radius"}, {.name = "region"}};
  EXPECT_EQ(traits.param("region"), &traits.params[1]);
  EXPECT_EQ(traits.param("Region"), nullptr);
  EXPECT_EQ(name(StageRole::join), "join");
  EXPECT_EQ(name(StageRole::sink), "sink");
}

StreamInfo video(bool still, bool is_default) {
  StreamInfo stream;
  stream.video.emplace();
  stream.video->still = still;
  stream.is_default = is_default;
  return stream;
}

TEST(MediaInfo, plays_the_default_stream_and_no_cover_art) {
  MediaInfo media;
  EXPECT_EQ(media.video(), nullptr);
  EXPECT_EQ(media.audio(), nullptr);
  media.streams = {video(true, true)};
  EXPECT_EQ(media.video(), &media.streams[0]) << "better than nothing";
  media.streams = {video(true, true), video(false, false), video(false, true), video(false, true)};
  EXPECT_EQ(media.video(), &media.streams[2]);
  EXPECT_EQ(media.audio(), nullptr);
}

}  // namespace
}  // namespace reel::model
