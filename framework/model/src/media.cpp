#include "reel/model/media.hpp"

namespace reel::model {
namespace {

/// The one marked as default, else the first. Cover art is a still: it plays only if nothing else does.
template <class Has>
const StreamInfo* preferred(const std::vector<StreamInfo>& streams, Has has) {
  const StreamInfo* best = nullptr;
  const auto rank = [](const StreamInfo& stream) {
    return (stream.video && stream.video->still ? 0 : 2) + (stream.is_default ? 1 : 0);
  };
  for (const StreamInfo& stream : streams)
    if (has(stream) && (!best || rank(stream) > rank(*best))) best = &stream;
  return best;
}

}  // namespace

const StreamInfo* MediaInfo::video() const {
  return preferred(streams, [](const StreamInfo& stream) { return stream.video.has_value(); });
}

const StreamInfo* MediaInfo::audio() const {
  return preferred(streams, [](const StreamInfo& stream) { return stream.audio.has_value(); });
}

}  // namespace reel::model
