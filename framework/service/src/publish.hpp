/// From a child's folder to a place where others read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "output_folder.hpp"

namespace reel::service {

/// Moves `files` out of `from` into the folder `to`, which appears at once and whole, in place of one that is there. What a child
/// made is not trusted: only regular files with no other name are taken. They become this program's, and are on the disk when this
/// returns. Returns their bytes. Throws base::RunError.
std::uintmax_t publish(const OutputFolder& from, const std::vector<std::string>& files,
                       const std::filesystem::path& to);

}  // namespace reel::service
