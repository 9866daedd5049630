/// Text as PostgreSQL can keep it.
#pragma once

#include <string>
#include <string_view>

namespace reel::store {

/// Valid UTF-8 comes back as it is; a NUL becomes `␀`, a byte that is no UTF-8 becomes `\xNN`.
std::string storable(std::string_view text);

/// JSON for a JSONB column, which takes no NUL inside strings: the same document, made storable. What is no
/// JSON comes back as a JSON string, so that nothing is lost.
std::string storable_json(std::string_view json);

}  // namespace reel::store
