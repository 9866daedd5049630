/// Secrets of an installation: files of one folder, and variables `REEL_SECRET_NAME`, which win.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace reel::service {

/// Without the line's end that an editor leaves. None: there is no such secret.
std::optional<std::string> find_secret(const std::filesystem::path& folder, const std::string& name);

/// All whose names begin so, by their names.
std::map<std::string, std::string> secrets_beginning(const std::filesystem::path& folder, const std::string& beginning);

}  // namespace reel::service
