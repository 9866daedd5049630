/// The files that AWS's own tools keep: ~/.aws/config and ~/.aws/credentials.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace reel::storage {

using Settings = std::map<std::string, std::string>;
/// By section. A setting that is indented belongs to the one above: `s3 =` and `  addressing_style = path` is `s3.addressing_style`.
using Sections = std::map<std::string, Settings>;

Sections parse_aws_file(std::string_view text);

/// The settings of the profile that the environment names, or of `default`. Throws ExtensionError (DENIED) where AWS_PROFILE names one
/// that there is not.
Settings aws_profile();

}  // namespace reel::storage
