/// Environment variables of a test.
#pragma once

#include <cstdlib>
#include <map>
#include <string>

namespace reel::storage {

/// Sets them, and removes every other one that credentials and services are found by.
inline void set_variables(const std::map<std::string, std::string>& variables) {
  for (const char* const name : {"AWS_ACCESS_KEY_ID",
                                 "AWS_SECRET_ACCESS_KEY",
                                 "AWS_SESSION_TOKEN",
                                 "AWS_REGION",
                                 "AWS_DEFAULT_REGION",
                                 "AWS_ENDPOINT_URL",
                                 "AWS_ENDPOINT_URL_S3",
                                 "AWS_ENDPOINT_URL_STS",
                                 "AWS_PROFILE",
                                 "AWS_ROLE_ARN",
                                 "AWS_WEB_IDENTITY_TOKEN_FILE",
                                 "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                 "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                 "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                 "GS_ACCESS_KEY_ID",
                                 "GS_SECRET_ACCESS_KEY",
                                 "STORAGE_EMULATOR_HOST",
                                 "GOOGLE_APPLICATION_CREDENTIALS",
                                 "REEL_S3_ADDRESSING",
                                 "REEL_STORAGE_TIMEOUT"})
    unsetenv(name);
  setenv("AWS_CONFIG_FILE", "/nowhere", 1);
  setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere", 1);
  setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
}

}  // namespace reel::storage
