#include "cors.hpp"

#include <algorithm>

namespace reel::http {
namespace {

void allow_call(Response& response) {
  response.status = 204;
  response.body = std::string();
  response.headers.remove("Content-Type");
  response.headers.set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
  response.headers.set("Access-Control-Allow-Headers",
                       "Authorization, Content-Type, Idempotency-Key, If-None-Match, If-Range, Last-Event-ID, Range, "
                       "Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset");
  response.headers.set("Access-Control-Max-Age", "600");
}

}  // namespace

void share(const Request& request, const std::vector<std::string>& origins, Response& response) {
  if (origins.empty()) return;
  response.headers.add("Vary", "Origin");
  const std::string* const origin = request.headers.find("Origin");
  if (origin == nullptr || std::ranges::count(origins, *origin) == 0) return;
  response.headers.set("Access-Control-Allow-Origin", *origin);
  response.headers.set("Access-Control-Expose-Headers",
                       "Content-Disposition, Content-Range, ETag, Location, Reel-Video, Retry-After, Tus-Resumable, "
                       "Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset, X-Request-Id");
  // What is asked before a call carries no credentials, so it is not held against them.
  const bool asks = request.method == "OPTIONS" && request.headers.find("Access-Control-Request-Method") != nullptr;
  if (asks && response.status < 300) allow_call(response);
}

}  // namespace reel::http
