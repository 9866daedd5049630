#include "files.hpp"

#include "records.hpp"

namespace reel::http {

std::string percent_encoded(const std::string& text) {
  static constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

Response send_file(const Call& call, const std::filesystem::path& file, const std::string& name,
                   const std::string& etag) {
  if (!std::filesystem::is_regular_file(file)) throw not_found("file");
  Response response = file_response(call.request, std::make_shared<File>(file), media_type_of(name), etag);
  const bool download = call.params.value("download", false);
  response.headers.set("Content-Disposition",
                       std::string(download ? "attachment" : "inline") + "; filename*=UTF-8''" + percent_encoded(name));
  return response;
}

}  // namespace reel::http
