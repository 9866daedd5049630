/// What a submitted pipeline names.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reel/service/video.hpp"

namespace reel::service {

/// Each `video:ID` in the text or in a value of `params`, once, in order; those in comments as well, so it tells what may be used, not
/// what is. At most `most`.
std::vector<VideoId> videos_named(const std::string& yaml, const std::map<std::string, std::string>& params,
                                  std::size_t most = 100);

/// `video:12`; what is none gives nothing.
std::string video_uri(VideoId id);
std::optional<VideoId> video_of(std::string_view uri);

}  // namespace reel::service
