/// The ways from one picture to another.
#pragma once

#include "picture_mix.hpp"

namespace reel::timeline {

enum class TransitionKind {
  fade,
  dip,
  wipe_left,
  wipe_right,
  wipe_up,
  wipe_down,
  slide_left,
  slide_right,
  slide_up,
  slide_down
};
constexpr auto choices(TransitionKind) {
  using enum TransitionKind;
  return std::array{choice(fade, "fade", "The second shows through the first, more and more"),
                    choice(dip, "dip", "The first fades to a colour, the second from it"),
                    choice(wipe_left, "wipe-left", "An edge that moves left uncovers the second"),
                    choice(wipe_right, "wipe-right", "An edge that moves right uncovers the second"),
                    choice(wipe_up, "wipe-up", "An edge that moves up uncovers the second"),
                    choice(wipe_down, "wipe-down", "An edge that moves down uncovers the second"),
                    choice(slide_left, "slide-left", "The second pushes the first out to the left"),
                    choice(slide_right, "slide-right", "The second pushes the first out to the right"),
                    choice(slide_up, "slide-up", "The second pushes the first out at the top"),
                    choice(slide_down, "slide-down", "The second pushes the first out at the bottom")};
}

/// picture becomes what is shown when `share`, 0..1, of the way to `other` is done. Both have one format and
/// one size.
void mix(TransitionKind kind, VideoFrame& picture, const VideoFrame& other, double share, const Components& color);

}  // namespace reel::timeline
