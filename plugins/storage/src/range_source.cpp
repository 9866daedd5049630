#include "range_source.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

namespace reel::storage {
namespace {

struct ContentRange {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> total;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Of `bytes 0-99/1234` or `bytes */1234`.
ContentRange content_range(const Response& head) {
  const std::string text = head.header("content-range");
  const auto space = text.find(' '), dash = text.find('-'), slash = text.find('/');
  if (space == std::string::npos || slash == std::string::npos) return {};
  const std::string_view view = text;
  ContentRange range{.first = {}, .total = number(view.substr(slash + 1))};
  if (dash < slash) range.first = number(view.substr(space + 1, dash - space - 1));
  return range;
}

bool same_version(const ObjectInfo& a, const ObjectInfo& b) {
  if (a.size != b.size) return false;
  return a.version.empty() || b.version.empty() ? a.modified == b.modified : a.version == b.version;
}

}  // namespace

std::string range_header(std::uint64_t offset, std::uint64_t size) {
  return "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + size - 1);
}

std::optional<ObjectInfo> object_info(const Response& head) {
  const auto size = head.status == 200 ? number(head.header("content-length")) : content_range(head).total;
  if (!size) return {};
  ObjectInfo info{
      .size = *size, .modified = {}, .version = head.header("etag"), .content_type = head.header("content-type")};
  if (const std::time_t time = curl_getdate(head.header("last-modified").c_str(), nullptr); time >= 0)
    info.modified = time;
  return info;
}

void check_range(const Response& head, const ObjectInfo& object, std::uint64_t offset, const std::string& what) {
  const auto now = object_info(head);
  const bool whole = head.status == 200 && offset == 0;
  if (!now || (!whole && (head.status != 206 || content_range(head).first != offset)))
    throw ExtensionError(REEL_ERROR_FAILED,
                         "cannot read " + what + ": the server answered another part of it than asked for");
  if (!same_version(*now, object))
    throw ExtensionError(REEL_ERROR_CHANGED, "cannot read on in " + what + ": it has changed since it was opened");
}

bool Counted::operator()(std::string_view bytes) {
  const bool more_than_promised = bytes.size() > left_;
  if (more_than_promised) bytes = bytes.substr(0, static_cast<std::size_t>(left_));
  left_ -= bytes.size();
  if (!bytes.empty()) take_(bytes);
  return !more_than_promised;
}

void Counted::finish(const std::string& what) const {
  if (left_ > 0) throw TransientError("cannot read " + what + ": the server closed the connection too early");
}

}  // namespace reel::storage
