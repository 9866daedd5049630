/// From an element factory to what is known about the stage.
#pragma once

#include <gst/gst.h>

#include <string>

#include "reel/model/stage.hpp"

namespace reel::catalog {

/// `reel-blur` is the stage `blur`, `acme-negative` is `acme/negative`.
std::string stage_name(const std::string& factory, const std::string& vendor);

/// Loads the element's class. `plugin` is the id of the Reelwork plugin, or empty for a foreign element.
model::StageTraits stage_traits(GstElementFactory* factory, const std::string& name, const std::string& plugin);

/// Why a foreign element cannot be a stage, or empty: it must have pads for raw pictures or sound.
std::string no_stage_because(GstElementFactory* factory);

/// The contract that a text of REEL_META_VIDEO_CONTRACT says; `whole` if it cannot be read.
model::Contract parse_contract(const std::string& text);

}  // namespace reel::catalog
