/// A plan as a picture. Private to the engine.
#pragma once

#include <string>

#include "reel/planner/plan.hpp"

namespace reel::engine {

/// A label of Graphviz: the output as a bar, copied and rendered spans to scale, times at the seams, what is rendered and why.
/// `length` is the output's, for a plan that does not know its spans. Empty where there is nothing to draw.
std::string timeline_dot(const planner::Plan& plan, base::Time length);

}  // namespace reel::engine
