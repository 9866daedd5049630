/// Files that users fetch.
#pragma once

#include <filesystem>
#include <string>

#include "core.hpp"

namespace reel::http {

/// The file, as Range and conditions want it; to be saved as `name` where the parameter `download` says so. 404 if it is gone.
Response send_file(const Call& call, const std::filesystem::path& file, const std::string& name,
                   const std::string& etag = {});

}  // namespace reel::http
