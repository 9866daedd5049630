#include "reel/service/store.hpp"

#include <gtest/gtest.h>

namespace reel::service {
namespace {

constexpr RequestState all[] = {RequestState::queued, RequestState::running, RequestState::succeeded,
                                RequestState::failed, RequestState::cancelled};

TEST(RequestStateName, ReadsBackAsTheSameState) {
  for (const RequestState state : all) EXPECT_EQ(request_state(name(state)), state);
}

TEST(RequestStateName, IsNothingForAnUnknownName) {
  EXPECT_EQ(request_state("Running"), std::nullopt);
  EXPECT_EQ(request_state(""), std::nullopt);
}

TEST(RequestStateName, ThreeStatesAreFinal) {
  EXPECT_FALSE(is_final(RequestState::queued));
  EXPECT_FALSE(is_final(RequestState::running));
  EXPECT_TRUE(is_final(RequestState::succeeded));
  EXPECT_TRUE(is_final(RequestState::failed));
  EXPECT_TRUE(is_final(RequestState::cancelled));
}

}  // namespace
}  // namespace reel::service
