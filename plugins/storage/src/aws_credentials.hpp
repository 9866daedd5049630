/// Finds credentials for S3, where AWS's own tools look and in their order, the host's secrets first.
#pragma once

#include "aws_profile.hpp"
#include "credentials.hpp"
#include "http.hpp"

namespace reel::storage {

/// Of the host's secrets, the environment, a web identity, the profile, the container, the machine; or anonymous ones.
Credentials aws_credentials(const reel_host* host, const Settings& profile, const std::string& region,
                            const Cancelled& cancelled);

}  // namespace reel::storage
