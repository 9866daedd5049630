/// Whether a call may be made, and what it says: everything that is the same for all operations.
#pragma once

#include "core.hpp"

namespace reel::http {

/// Throws Refused: 401, 403, 404, 400, 415, 429.
Call admit(Core& core, const Operation& operation, Request& request);

}  // namespace reel::http
