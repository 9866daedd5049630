/// seccomp: system calls that a run has no use for.
#pragma once

namespace reel::runner {

/// From now on, in this process: no new processes and programs, no signals to others, no looking into others, none of the kernel's
/// administration; with `network` internet sockets only, else none. They fail, nobody is killed for trying. False: it does not hold.
bool filter_calls(bool network);

}  // namespace reel::runner
