/// What a generation costs and how long it takes, before it is asked for.
#pragma once

#include <reel/provider.hpp>

#include "json.hpp"

namespace reel::luma {

/// `prepared` as prepare() made it: `body`, and `seconds` of the input.
ProviderEstimate estimate(const Json& prepared);

}  // namespace reel::luma
