/// Reads requests off the bytes of a connection. No I/O here: what came is fed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reel/http/message.hpp"
#include "reel/http/server.hpp"

namespace reel::http {

struct Head {
  std::string method, target;
  Fields fields;
  bool http_1_1 = true;
  bool keep_alive = true;
  std::optional<std::uint64_t> length;  ///< none: chunked, or no body
};

/// Finds the end of a head in bytes that come by and by, and refuses at once what no head can have. For one head.
class HeadFinder {
 public:
  explicit HeadFinder(const Limits& limits) : limits_(limits) {}
  /// `input` is all that has come; the length of the head, 0: more is needed. Throws Refused: 400, 414, 431, 505.
  std::size_t find(std::string_view input);

 private:
  void check_line(std::string_view line);

  const Limits& limits_;
  std::size_t line_ = 0;     // where the line begins that is not complete
  std::size_t scanned_ = 0;  // bytes that have been looked at
};

/// One request, by Boost.Beast's parser and what is stricter here.
class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// `text` is a whole head, as HeadFinder found it. Throws Refused: 400, 417, 431, 501.
  Head read_head(std::string_view text);
  /// Takes what it can of the body's bytes, and appends what they hold to `body`. Returns how many it took. Throws Refused: 400.
  std::size_t read_body(std::string_view input, std::string& body);
  bool done() const;  ///< the body, too, is whole

 private:
  class Parser;
  const Limits& limits_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace reel::http
