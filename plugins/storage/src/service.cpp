#include "service.hpp"

#include <glib.h>

#include <algorithm>

#include "aws_credentials.hpp"
#include "environment.hpp"
#include "google_credentials.hpp"

namespace reel::storage {
namespace {

/// The first that is set.
std::string first_of(std::initializer_list<std::string> values) {
  for (const std::string& value : values)
    if (!value.empty()) return value;
  return {};
}

std::string from(const Settings& settings, const std::string& name) {
  const auto at = settings.find(name);
  return at != settings.end() ? at->second : std::string();
}

std::string with_scheme(std::string url) {
  if (!url.empty() && url.find("://") == std::string::npos) url = "http://" + url;
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// Only such a name can stand in the name of a host, under a certificate for `*.s3.amazonaws.com`.
bool fits_into_host(const std::string& bucket) {
  return bucket.size() <= 63 && std::all_of(bucket.begin(), bucket.end(), [](char c) {
           return g_ascii_islower(c) != FALSE || g_ascii_isdigit(c) != FALSE || c == '-';
         });
}

Service amazon() {
  Service service{.name = "S3", .profile = aws_profile()};
  service.region =
      first_of({variable("AWS_REGION"), variable("AWS_DEFAULT_REGION"), from(service.profile, "region"), "us-east-1"});
  const std::string custom = with_scheme(
      first_of({variable("AWS_ENDPOINT_URL_S3"), variable("AWS_ENDPOINT_URL"), from(service.profile, "endpoint_url")}));
  service.custom = !custom.empty();
  service.endpoint = service.custom ? custom : service.endpoint_in(service.region);
  const std::string style = first_of({variable("REEL_S3_ADDRESSING"), from(service.profile, "s3.addressing_style")});
  service.path_style = style == "path" || (style != "virtual" && service.custom);
  return service;
}

Service google() {
  const std::string custom = with_scheme(variable("STORAGE_EMULATOR_HOST"));
  return {.name = "Cloud Storage",
          .endpoint = custom.empty() ? "https://storage.googleapis.com" : custom,
          .region = "auto",
          .google = true,
          .custom = true,
          .path_style = true};
}

}  // namespace

Credentials Service::credentials(const reel_host* host, const Cancelled& cancelled) const {
  return google ? google_credentials(host, cancelled) : aws_credentials(host, profile, region, cancelled);
}

std::string Service::endpoint_in(const std::string& other) const {
  if (custom) return endpoint;
  return "https://s3." + other + ".amazonaws.com" + (other.starts_with("cn-") ? ".cn" : "");
}

std::string Service::bucket_url(const std::string& bucket, const std::string& in) const {
  const std::string url = endpoint_in(in);
  if (path_style || !fits_into_host(bucket)) return url + "/" + bucket + "/";
  const auto host = url.find("://") + 3;
  return url.substr(0, host) + bucket + "." + url.substr(host) + "/";
}

Service configured_service(const std::string& scheme) { return scheme == "gs" ? google() : amazon(); }

}  // namespace reel::storage
