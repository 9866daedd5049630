#pragma once

#include "core.hpp"

namespace reel::http {

Response submit_request(Core& core, Call& call);
Response retry_request(Core& core, Call& call);

}  // namespace reel::http
