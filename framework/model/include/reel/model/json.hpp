/// What is known of stages and media, as JSON: for programs, and for servers that pass it on.
#pragma once

#include <nlohmann/json.hpp>

#include "reel/model/media.hpp"
#include "reel/model/stage.hpp"

namespace reel::model {

nlohmann::json to_json(const StageTraits& stage);

/// With the number of frames and the times of keyframes where `frames` of the default video stream are given.
nlohmann::json to_json(const MediaInfo& media, const FrameIndex* frames = nullptr);

/// What to_json() says of media; what it leaves out is empty. Throws base::InputError where it is something else.
MediaInfo media_of(const nlohmann::json& media);

}  // namespace reel::model
