/// Keyframes as a GStreamer control source. Private to the engine.
#pragma once

#include <string>
#include <vector>

#include "graph/gst.hpp"
#include "reel/model/value.hpp"

namespace reel::engine {

/// A keyframe as a number; colours are 0xAARRGGBB.
struct CurvePoint {
  base::Time at{0};
  double value = 0;
  model::Curve curve = model::Curve::linear;  ///< from here to the next point
};

enum class CurveKind {
  number,
  integer,  ///< rounded to the nearest, not down
  color,    ///< each channel by itself
};

/// The value at a time; before the first and after the last point, theirs. `points` are sorted and not empty.
double curve_value(const std::vector<CurvePoint>& points, CurveKind kind, base::Time at);

/// A new GstControlSource that holds those points.
gst::Ptr<GstControlSource> make_curve(std::vector<CurvePoint> points, CurveKind kind);

/// Makes keyframes drive a property of `object` (numbers, booleans, enums, colours). Throws base::InputError
/// if the property takes no keyframes.
void animate(GstObject* object, const std::string& property, const std::vector<model::Keyframe>& keyframes);

}  // namespace reel::engine
