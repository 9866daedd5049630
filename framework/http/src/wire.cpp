#include "wire.hpp"

#include <algorithm>
#include <array>

#include "date.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};
constexpr std::array phrases{Phrase{200, "OK"},
                             Phrase{201, "Created"},
                             Phrase{202, "Accepted"},
                             Phrase{204, "No Content"},
                             Phrase{206, "Partial Content"},
                             Phrase{301, "Moved Permanently"},
                             Phrase{302, "Found"},
                             Phrase{303, "See Other"},
                             Phrase{304, "Not Modified"},
                             Phrase{307, "Temporary Redirect"},
                             Phrase{308, "Permanent Redirect"},
                             Phrase{400, "Bad Request"},
                             Phrase{401, "Unauthorized"},
                             Phrase{403, "Forbidden"},
                             Phrase{404, "Not Found"},
                             Phrase{405, "Method Not Allowed"},
                             Phrase{408, "Request Timeout"},
                             Phrase{409, "Conflict"},
                             Phrase{410, "Gone"},
                             Phrase{412, "Precondition Failed"},
                             Phrase{413, "Content Too Large"},
                             Phrase{414, "URI Too Long"},
                             Phrase{415, "Unsupported Media Type"},
                             Phrase{416, "Range Not Satisfiable"},
                             Phrase{417, "Expectation Failed"},
                             Phrase{421, "Misdirected Request"},
                             Phrase{422, "Unprocessable Content"},
                             Phrase{423, "Locked"},
                             Phrase{429, "Too Many Requests"},
                             Phrase{431, "Request Header Fields Too Large"},
                             Phrase{500, "Internal Server Error"},
                             Phrase{501, "Not Implemented"},
                             Phrase{503, "Service Unavailable"},
                             Phrase{505, "HTTP Version Not Supported"},
                             Phrase{507, "Insufficient Storage"}};

std::string_view phrase(int status) {
  const auto found = std::ranges::find(phrases, status, &Phrase::status);
  return found == phrases.end() ? std::string_view{} : found->text;
}

/// What holds unless a response says otherwise. Pages with scripts bring their own policy.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> defaults{{
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
}};

/// Fields that only the server sets.
bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 5> ours{"content-length", "transfer-encoding", "connection", "date",
                                                 "x-request-id"};
  return std::ranges::any_of(ours, [&](std::string_view own) { return same_word(own, name); });
}

void append(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\r\n");
}

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  });
}

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace

bool has_body(const Request& request, const Response& response) {
  return request.method != "HEAD" && response.status != 204 && response.status != 304;
}

std::string fault_in(const Response& response) {
  if (response.status < 200 || response.status > 599)
    return "the response has the status " + std::to_string(response.status) + ", which cannot be";
  for (const auto& [name, value] : response.headers)
    if (!is_token(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return "the response has a header, " + name.substr(0, 40) + ", with characters that it cannot have";
  return {};
}

Framing framing(const Request& request, const Response& response, bool http_1_1, bool close) {
  if (response.status == 204 || response.status == 304) return {.close = close};
  if (const auto* text = std::get_if<std::string>(&response.body)) return {.length = text->size(), .close = close};
  if (const auto* file = std::get_if<FileBody>(&response.body)) return {.length = file->length, .close = close};
  // An event stream is the last that its connection carries.
  return {.chunked = http_1_1 && request.method != "HEAD", .close = true};
}

std::string head_text(const Request& request, const Response& response, const Framing& framing) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  text.append(phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers)
    if (!is_ours(name)) append(text, name, value);
  for (const auto& [name, value] : defaults)
    if (response.headers.find(name) == nullptr) append(text, name, value);
  if (request.tls) append(text, "Strict-Transport-Security", "max-age=31536000");
  append(text, "X-Request-Id", request.id);
  append(text, "Date", format_date(now()));
  if (framing.length) append(text, "Content-Length", std::to_string(*framing.length));
  if (framing.chunked) append(text, "Transfer-Encoding", "chunked");
  if (framing.close) append(text, "Connection", "close");
  return text.append("\r\n");
}

std::string chunk(std::string_view data) { return hexadecimal(data.size()).append("\r\n").append(data).append("\r\n"); }

}  // namespace reel::http
