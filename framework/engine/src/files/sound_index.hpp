/// The sound that lies in a media file, packet by packet. Private to the engine.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codecs/aac.hpp"
#include "files/av.hpp"
#include "reel/model/media.hpp"

namespace reel::engine {

/// The stream of sound that plays by default. What planners need is in `index`; the rest is for those who copy and render.
struct SoundFile {
  std::string uri;
  model::SoundIndex index;
  int stream = -1;
  AVRational time_base{0, 1};
  std::int64_t last = 0;  ///< samples that the last packet is to be heard for
  std::shared_ptr<AVCodecParameters> parameters;
  std::vector<std::optional<aac::Windows>> windows;  ///< of each packet; empty but for AAC
  bool by_tables = false;  ///< most packets were not looked into, so that their windows are not known
};

/// GStreamer's name for the samples of an uncompressed codec; empty for all others.
const char* raw_format_of(AVCodecID codec);

/// Looks into packets [first, end), as far as there are such, of an index by tables. False: they were not found.
bool look_into(SoundFile& file, std::int64_t first, std::int64_t end);

/// Reads every packet of it; of a file elsewhere, if they say enough, its tables alone. Nothing where the file has no sound. Throws as
/// av::open().
std::optional<SoundFile> index_sound(const std::string& uri);

}  // namespace reel::engine
