/// A pipeline for people: in words and as a picture.
#pragma once

#include <string>

#include "reel/engine/media_check.hpp"

namespace reel::engine {

/// `h264 480x352, 29.97 pictures a second and aac sound at 44100 Hz, 2 channels; lasts 3:00.256`
std::string media_words(const model::MediaInfo& media);

/// What will happen, stage by stage, with every default, the clock at each stage and what it does to pictures
/// and to sound.
std::string explain_text(const Prepared& prepared);
std::string explain_json(const Prepared& prepared);

/// The graph in Graphviz' DOT language.
std::string graph_dot(const model::Pipeline& pipeline);
/// With a timeline of the result below: what is copied, what is rendered. Throws as plan().
std::string graph_dot(const Prepared& prepared);

}  // namespace reel::engine
