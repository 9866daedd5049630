/// What plugins see of us.
#pragma once

#include <string>

#include "reel/plugin.h"

namespace reel::catalog {

/// The one host of this process; lives as long as it. `version` is taken on the first call.
const reel_host* the_host(const std::string& version);

}  // namespace reel::catalog
