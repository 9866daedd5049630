/// Private to the engine.
#pragma once

#include <string>

#include "reel/base/error.hpp"

namespace reel::engine {

/// What was planned turned out not to work with this file; to render everything still does.
class SpliceFault : public base::RunError {
 public:
  explicit SpliceFault(const std::string& what) : RunError(what, "run it with --render full") {}
};

}  // namespace reel::engine
