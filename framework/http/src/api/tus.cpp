#include "tus.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

#include "reel/base/text.hpp"

namespace reel::http {
namespace {

constexpr const char* part_type = "application/offset+octet-stream";

/// None: it is no Base64.
std::optional<std::string> decoded(std::string_view base64) {
  const auto padding_at = std::min(base64.find('='), base64.size());
  if (base64.size() % 4 != 0 || base64.size() - padding_at > 2) return std::nullopt;
  std::string bytes(base64.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size()));
  if (size < 0) return std::nullopt;
  // OpenSSL counts the padding as bytes.
  bytes.resize(static_cast<std::size_t>(size) - (base64.size() - padding_at));
  return bytes;
}

[[noreturn]] void malformed(const std::string& why) {
  throw refusal("invalid-parameter", "the header Upload-Metadata: " + why);
}

std::string usable_name(std::string name) {
  constexpr std::size_t longest = 255;
  if (base::broken_utf8(name) != std::string::npos) malformed("the file name is no UTF-8");
  name = base::printable(name);
  while (name.size() > longest || base::broken_utf8(name) != std::string::npos) name.pop_back();
  return name.empty() ? "upload" : name;
}

}  // namespace

void check_tus_version(const Request& request) {
  if (request.headers.get("Tus-Resumable") == tus_version) return;
  Refused refused = refusal("wrong-version", "the header Tus-Resumable has to be 1.0.0");
  Response response = refused.response();
  response.headers.set("Tus-Version", tus_version);
  throw Refused(std::move(response));
}

std::int64_t byte_count(const Request& request, const char* field) {
  const std::string_view text = request.headers.get(field);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || count < 0)
    throw refusal("invalid-parameter", std::string("the header ") + field + " has to be a number of bytes");
  return count;
}

std::string upload_name(std::string_view metadata) {
  constexpr std::size_t longest = 4096;
  if (metadata.size() > longest) malformed("it is longer than 4096 characters");
  std::string name = "upload";
  while (!metadata.empty()) {
    const auto comma = metadata.find(',');
    std::string_view pair = metadata.substr(0, comma);
    metadata.remove_prefix(comma == std::string_view::npos ? metadata.size() : comma + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const auto space = pair.find(' ');
    const auto value = decoded(space == std::string_view::npos ? "" : pair.substr(space + 1));
    if (pair.empty() || space == 0 || !value) malformed("expected pairs of a key and a value in Base64");
    if (pair.substr(0, space) == "filename") name = usable_name(*value);
  }
  return name;
}

bool has_part(const Request& request) {
  const std::string_view type = request.headers.get("Content-Type");
  if (type == part_type) return true;
  if (type.empty() && request.body_length.value_or(0) == 0) return false;
  throw refusal("unsupported-media-type", std::string("the body has to be ") + part_type);
}

}  // namespace reel::http
