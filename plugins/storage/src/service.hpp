/// The services behind the schemes, as this process is configured for them.
#pragma once

#include <string>

#include "aws_profile.hpp"
#include "credentials.hpp"
#include "http.hpp"

namespace reel::storage {

/// A service that speaks S3's language: S3 itself, Cloud Storage by its XML API, and the many that do as they do.
struct Service {
  std::string name;      ///< for messages: `S3`
  std::string endpoint;  ///< `https://s3.eu-west-1.amazonaws.com`, without a slash at its end
  std::string region;
  bool google = false;
  bool custom = false;      ///< the endpoint was configured: regions are its own affair
  bool path_style = false;  ///< buckets in the path even where they could be in the name of the host
  Settings profile;         ///< of AWS's files

  Credentials credentials(const reel_host* host, const Cancelled& cancelled) const;
  /// The endpoint for that region.
  std::string endpoint_in(const std::string& region) const;
  /// `https://bucket.s3.amazonaws.com/` or `https://endpoint/bucket/`.
  std::string bucket_url(const std::string& bucket, const std::string& region) const;
};

/// Of the scheme `s3` or `gs`, from the environment and AWS's files.
Service configured_service(const std::string& scheme);

}  // namespace reel::storage
