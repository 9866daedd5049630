/// What a file says of itself: titles, chapters, languages.
#pragma once

#include <gst/gst.h>

#include <string>
#include <utility>
#include <vector>

#include "packet_writer.hpp"

namespace reel::local {

/// The tags to write: what was set on the stage (a GstTagSetter) joined with what came with the streams, by libavformat's names.
std::vector<std::pair<std::string, std::string>> tags_of(GstElement* stage, const GstTagList* streamed);

/// The chapters set on the stage (a GstTocSetter), sorted.
std::vector<Chapter> chapters_of(GstElement* stage);

/// The language of a stream, as ISO 639-2; empty if it is not known. A few languages have two codes there: `bibliographic`
/// (`fre`) is Matroska's, the other (`fra`) that of MP4 and QuickTime.
std::string language_of(GstPad* pad, bool bibliographic);

}  // namespace reel::local
