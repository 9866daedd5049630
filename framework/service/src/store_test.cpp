#include "reel/service/store.hpp"

#include <gtest/gtest.h>

namespace reel::service {
namespace {

constexpr RequestState all[] = {RequestState::queued, RequestState::running, RequestState::succeeded,
                                RequestState::failed, RequestState::cancelled};

TEST(Names, ReadBackAsWhatTheyName) {
  for (const RequestState state : all) EXPECT_EQ(request_state(name(state)), state);
  for (const RequestKind kind : {RequestKind::pipeline, RequestKind::inspect})
    EXPECT_EQ(request_kind(name(kind)), kind);
  for (const Role one : {Role::user, Role::admin}) EXPECT_EQ(role(name(one)), one);
  for (const VideoState state :
       {VideoState::queued, VideoState::processing, VideoState::completed, VideoState::failed, VideoState::cancelled,
        VideoState::inspecting, VideoState::ready, VideoState::rejected})
    EXPECT_EQ(video_state(name(state)), state);
}

TEST(Names, AreWhatTheDatabaseAndUsersSee) {
  EXPECT_EQ(name(RequestState::succeeded), "succeeded");
  EXPECT_EQ(name(RequestKind::inspect), "inspect");
  EXPECT_EQ(name(Role::admin), "admin");
  EXPECT_EQ(name(VideoState::rejected), "rejected");
}

TEST(Names, AreNothingWhereUnknown) {
  EXPECT_EQ(request_state("Running"), std::nullopt);
  EXPECT_EQ(request_state(""), std::nullopt);
  EXPECT_EQ(request_kind("edit"), std::nullopt);
  EXPECT_EQ(role("root"), std::nullopt);
  EXPECT_EQ(video_state("running"), std::nullopt);
}

TEST(RequestStates, ThreeAreFinal) {
  EXPECT_FALSE(is_final(RequestState::queued));
  EXPECT_FALSE(is_final(RequestState::running));
  EXPECT_TRUE(is_final(RequestState::succeeded));
  EXPECT_TRUE(is_final(RequestState::failed));
  EXPECT_TRUE(is_final(RequestState::cancelled));
}

}  // namespace
}  // namespace reel::service
