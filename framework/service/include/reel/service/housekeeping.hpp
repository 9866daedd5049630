/// What a control plane removes in time: what has expired, and files that no row knows.
#pragma once

#include <chrono>

#include "reel/service/media_files.hpp"
#include "reel/service/store.hpp"

namespace reel::service {

struct HousekeepingOptions {
  int keep_days = 30;  ///< finished requests with their results and logs; 0: for ever
  /// A file that is younger may belong to a row that is just being written.
  std::chrono::seconds grace = std::chrono::hours(1);
};

/// One round: expired uploads, sessions and tokens; requests that ended long ago; and files in the state folder without a row (of
/// what was deleted, or whose program was killed). Rows go first and files after, so no row ever points to nothing. Several programs
/// may do this at once. Blocks; throws what the store throws.
void keep_house(Store& store, const MediaFiles& files, const HousekeepingOptions& options);

}  // namespace reel::service
