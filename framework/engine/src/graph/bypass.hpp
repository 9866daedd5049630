/// Makes any filter act on a part of the time only. Private to the engine.
#pragma once

#include <vector>

#include "graph/gst.hpp"
#include "graph/kinds.hpp"

namespace reel::engine {

/// A bin with the pads `sink` and `src` that sends through `inner` what lies in `ranges` (stream time) and
/// passes the rest by, untouched and in order. Sound is split to the sample at the ends of a range. When a
/// range ends, the inner element is drained before anything passes it by. What comes out has the format of
/// what went in: where the element changes it, it is converted back. Takes `inner` over. Throws
/// base::InputError if it has not one input and one output.
gst::ElementPtr make_bypass(gst::ElementPtr inner, Kind kind, std::vector<base::TimeRange> ranges);

}  // namespace reel::engine
