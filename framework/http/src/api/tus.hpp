/// What tus 1.0 puts into header fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core.hpp"

namespace reel::http {

constexpr const char* tus_version = "1.0.0";
constexpr const char* tus_extensions = "creation,creation-with-upload,expiration,termination";

/// Throws Refused, 412, unless the client speaks this version.
void check_tus_version(const Request& request);
/// A header field that is a number of bytes. Throws Refused, 400, if it is missing or none.
std::int64_t byte_count(const Request& request, const char* field);
/// The value of `filename` in Upload-Metadata, or `upload`. Throws Refused, 400, where the field is malformed.
std::string upload_name(std::string_view metadata);
/// Whether the body is a part of a file. Throws Refused, 415, where it is something else.
bool has_part(const Request& request);

/// Calls, and puts the version into whatever comes of it.
template <class F>
auto with_tus(const F& call) -> decltype(call()) {
  try {
    return call();
  } catch (const Refused& refused) {
    Response response = refused.response();
    response.headers.set("Tus-Resumable", tus_version);
    throw Refused(std::move(response));
  }
}

}  // namespace reel::http
