/// What plugins see of us.
#pragma once

#include <string>

#include "reel/catalog/catalog.hpp"
#include "reel/plugin.h"

namespace reel::catalog {

/// The one host of this process; lives as long as it. What is given counts on the first call.
const reel_host* the_host(const std::string& version, const HostServices& services);

}  // namespace reel::catalog
