/// What a child takes of the machine. Private to the service.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace reel::service {

/// Memory of the process `leader` and of its process group that belongs to nobody else, in bytes. `alone`: it is known that it has no
/// children, which spares looking for them.
std::uint64_t memory_of_group(pid_t leader, bool alone);

/// Bytes that the process has read and written so far; 0 if that is not told.
std::uint64_t bytes_moved(pid_t process);

/// Bytes that the process has had put on a disk so far, overwritten and removed ones with them; 0 if that is not told.
std::uint64_t bytes_written(pid_t process);

}  // namespace reel::service
