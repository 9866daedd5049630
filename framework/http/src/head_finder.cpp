#include <algorithm>

#include "malformed.hpp"
#include "parser.hpp"

namespace reel::http {
namespace {

Refused unknown_version() {
  return Refused(problem(505, "http-version", "The version of HTTP is not supported",
                         "This server speaks HTTP/1.1 and HTTP/1.0."));
}

Refused target_too_long(std::size_t most) {
  return Refused(problem(414, "target-too-long", "The target is too long",
                         "A target may have " + std::to_string(most) + " bytes."));
}

Refused headers_too_large(std::size_t most) {
  return Refused(problem(431, "headers-too-large", "The headers are too large",
                         "Request line and headers may have " + std::to_string(most) + " bytes."));
}

/// `GET /path HTTP/1.1`, as far as it matters before all else.
void check_request_line(std::string_view line, std::size_t most_target) {
  const auto first = line.find(' '), last = line.rfind(' ');
  const std::string_view version = line.substr(std::min(last + 1, line.size()));
  if (first == std::string_view::npos || first == last || !version.starts_with("HTTP/"))
    throw malformed("The first line has to be a method, a path and a version of HTTP, parted by single spaces.");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") throw unknown_version();
  if (last - first - 1 > most_target) throw target_too_long(most_target);
}

}  // namespace

void HeadFinder::check_line(std::string_view line) {
  if (line_ == 0) return check_request_line(line, limits_.target_bytes);
  if (line.starts_with(' ') || line.starts_with('\t')) throw malformed("A header is folded over several lines.");
}

std::size_t HeadFinder::find(std::string_view input) {
  for (; scanned_ < input.size(); ++scanned_) {
    if (scanned_ >= limits_.header_bytes)
      throw line_ == 0 ? target_too_long(limits_.target_bytes) : headers_too_large(limits_.header_bytes);
    const char c = input[scanned_];
    if ((c >= 0 && c < ' ' && c != '\r' && c != '\n' && c != '\t') || c == 0x7f)
      throw malformed("The headers have control characters.");
    // A carriage return and a line feed stand together or not at all.
    const bool after_return = scanned_ > 0 && input[scanned_ - 1] == '\r';
    if (after_return != (c == '\n')) throw malformed("A line has to end in CR LF.");
    if (c != '\n') continue;
    const std::string_view line = input.substr(line_, scanned_ - 1 - line_);
    if (line.empty() && line_ > 0) return ++scanned_;
    check_line(line);
    line_ = scanned_ + 1;
  }
  return 0;
}

}  // namespace reel::http
