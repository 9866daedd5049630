/// What the output of a stage depends on besides its input. Private to the engine.
#pragma once

#include <string>

#include "files/sha256.hpp"
#include "reel/engine/media_check.hpp"

namespace reel::engine {

/// Adds a stage with all it is told, and the state of the files that it names. False: it holds a secret, which is written nowhere, not even
/// in this way.
bool add_stage(const model::Pipeline& pipeline, const model::Stage& stage, Sha256& sum);

std::string to_hex(const Sha256::Digest& digest);

}  // namespace reel::engine
