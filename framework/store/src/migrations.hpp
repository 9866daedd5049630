/// The schema's history, embedded at build time from migrations/*.sql.
#pragma once

#include <string>
#include <vector>

namespace reel::store {

struct Migration {
  int version = 0;
  const char* name = "";      ///< `0001_requests`
  const char* checksum = "";  ///< SHA-256 of the text, in hexadecimal
  const char* sql = "";
};

/// In order; versions count 1, 2, 3 …
const std::vector<Migration>& migrations();

}  // namespace reel::store
