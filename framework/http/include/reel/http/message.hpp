/// Requests and responses as handlers see them: plain data, no network in here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "reel/base/error.hpp"
#include "reel/http/events.hpp"
#include "reel/http/file.hpp"

namespace reel::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Header fields in their order. Names are compared without regard to case.
class Fields {
 public:
  Fields() = default;
  Fields(std::initializer_list<Pairs::value_type> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);  ///< instead of all of that name
  void remove(std::string_view name);
  const std::string* find(std::string_view name) const;  ///< the first of that name, or null
  std::string_view get(std::string_view name) const;     ///< the first of that name, or empty
  std::size_t count(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  Pairs fields_;
};

/// A request that has passed every check of the transport. What is decoded is valid UTF-8 without control characters.
struct Request {
  std::string id;      ///< made by the server: 32 random hexadecimal digits; `X-Request-Id` of the answer
  std::string method;  ///< `GET`; a handler of GET gets HEAD as well, and its body is left out
  std::string target;  ///< as sent: path and query, percent-encoded
  std::vector<std::string> segments;  ///< of the path, decoded; none is `.` or `..` or holds a slash
  Pairs query;                        ///< decoded, in order
  Fields headers;
  Pairs cookies;                                             ///< in order
  std::string host;                                          ///< the Host field: name and perhaps port
  std::string peer;                                          ///< IP address of the client; `unix` on a Unix socket
  bool tls = false;                                          ///< the client speaks TLS, to us or to a trusted proxy
  std::optional<std::uint64_t> body_length;                  ///< as announced; none: chunked, or no body
  std::string body;                                          ///< empty where the route streams it
  std::string route;                                         ///< template of the path, `/api/v1/requests/{id}`
  std::map<std::string, std::string, std::less<>> captures;  ///< what stands in the template's braces, never empty

  std::string_view path() const;                                ///< as sent, without the query
  const std::string* query_value(std::string_view name) const;  ///< the first of that name, or null
  const std::string* cookie(std::string_view name) const;       ///< the first of that name, or null
  const std::string& capture(std::string_view name) const;  ///< throws std::logic_error for a name not in the template
};

/// An open file, or a part of it. It is sent by pieces, so memory does not grow with it.
struct FileBody {
  std::shared_ptr<const File> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// The server adds Content-Length (or chunks), Date, Connection, X-Request-Id and the security headers, and
/// `Cache-Control: no-store` where there is no Cache-Control. Headers set here win over the security headers.
struct Response {
  int status = 200;
  Fields headers;
  std::variant<std::string, FileBody, std::shared_ptr<EventStream>> body{};
};

Response text_response(int status, std::string body, std::string content_type = "text/plain; charset=utf-8");
/// Text that is no UTF-8 is made so, never refused.
Response json_response(int status, const nlohmann::json& body);
/// 204
Response no_content();

/// A problem document (RFC 9457): `{type, title, status, code, detail}` and the members of `extra`, an object or null.
/// `code` is stable and for programs (`upload-too-large`), `title` the same for each problem of that code, `detail` is about this
/// one; nothing internal belongs into it.
Response problem(int status, std::string_view code, std::string_view title, std::string_view detail);
Response problem(int status, std::string_view code, std::string_view title, std::string_view detail,
                 const nlohmann::json& extra);

/// Thrown by handlers and sinks to answer at once. It is no fault of ours, so it is not logged.
class Refused : public base::InputError {
 public:
  explicit Refused(Response response)
      : InputError("refused with status " + std::to_string(response.status)),
        response_(std::make_shared<Response>(std::move(response))) {}
  const Response& response() const noexcept { return *response_; }

 private:
  std::shared_ptr<Response> response_;
};

}  // namespace reel::http
