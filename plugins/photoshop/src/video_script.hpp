/// Scripts that have Photoshop open whole videos.
#pragma once

#include <span>
#include <string>

#include "reel/extension/exporter.h"

namespace reel::photoshop {

/// ExtendScript (ECMAScript 3, plain ASCII) that opens the lowest video as a document, lays the others over it as video layers, and sets
/// the timeline's rate. Photoshop has no moving layer masks: under a mask, the script adds what the mask shows of the uppermost video to
/// what it leaves of those below, by blending modes, so that all videos stay what they are.
std::string video_script(std::span<const reel_video_layer> layers, const reel_video_layer* mask,
                         double frames_per_second);

}  // namespace reel::photoshop
