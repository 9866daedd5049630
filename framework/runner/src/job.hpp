/// What a child does from its start to its end.
#pragma once

namespace reel::runner {

/// Reads the job from standard input, shuts itself in, does it and says how it ended. Ends the program without looking back: threads
/// of plugins may still run.
[[noreturn]] void do_job();

}  // namespace reel::runner
