/// Being somebody without rights.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace reel::runner {

/// From root to the user called `name` (empty: `nobody`), to whom `folders` are given, but not what is in them. With `may_read_all`, it
/// may read any file, whoever owns it: only for processes that other walls keep from that. False: it is still root. Throws
/// base::RunError if there is no such user.
bool become(const std::string& name, const std::vector<std::filesystem::path>& folders, bool may_read_all);

}  // namespace reel::runner
