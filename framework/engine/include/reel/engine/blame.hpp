/// Which stage a thread works for: what a program that crashes would like to say last.
#pragma once

namespace reel::engine {

/// From now on threads note the stage whose element they enter. After gst_init(), before the first graph. Costs some 100 ns a
/// buffer and element.
void note_stages();

/// The id of the stage that the calling thread works for, or empty: none, or not known. Safe in a signal handler.
const char* current_stage() noexcept;

}  // namespace reel::engine
