/// Finds credentials for Google Cloud Storage.
#pragma once

#include "credentials.hpp"
#include "http.hpp"

namespace reel::storage {

/// HMAC keys of the host's secrets or the environment, a service account's token, or anonymous ones.
Credentials google_credentials(const reel_host* host, const Cancelled& cancelled);

}  // namespace reel::storage
