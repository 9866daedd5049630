/// How what may take long is told to end.
#pragma once

#include <atomic>

namespace reel::base {

/// Becomes true once somebody wants an end: then base::Interrupted is thrown soon. Null: nobody will.
using StopFlag = const std::atomic<bool>*;

}  // namespace reel::base
