/// What a service's refusal means, in words for people.
#pragma once

#include <string>

#include "http.hpp"

namespace reel::storage {

/// What was asked for.
struct Asked {
  std::string action;            ///< `read`, `write`
  std::string what;              ///< `s3://bucket/key`
  std::string service;           ///< `S3`
  std::string credentials_from;  ///< see Credentials::from
};

/// Throws the ExtensionError, or TransientError, that the answer is.
[[noreturn]] void throw_refusal(const Asked& asked, const Response& response);

}  // namespace reel::storage
