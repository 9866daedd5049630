/// What changed from one text to another.
#pragma once

#include <string>
#include <string_view>

namespace reel::base {

/// Line by line, as `diff -u` shows it without the names of the files; three lines around each change. Empty: nothing changed. Where very
/// much did, it may show more than the least. Any thread.
std::string difference(std::string_view before, std::string_view after);

}  // namespace reel::base
