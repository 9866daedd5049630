/// The only source that includes Boost.Beast.
#include "parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "malformed.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::string_view;
using ErrorCode = boost::beast::error_code;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

/// A coding that we do not know hides where the body ends; one beside a length means two things to two readers.
void check_framing(const Head& head) {
  const std::size_t codings = head.fields.count("transfer-encoding"), lengths = head.fields.count("content-length");
  if (lengths > 1 || (lengths == 1 && !decimal(head.fields.get("content-length"))))
    throw malformed("There has to be one Content-Length at most, and it has to be a number.");
  if (codings == 0) return;
  if (codings > 1 || lengths > 0 || !head.http_1_1)
    throw malformed("Transfer-Encoding may stand once, in HTTP/1.1 and without Content-Length.");
  if (!same_word(head.fields.get("transfer-encoding"), "chunked"))
    throw Refused(problem(501, "transfer-encoding", "The transfer encoding is not supported",
                          "The only transfer encoding of requests is chunked."));
}

void check_expectation(const Head& head) {
  const std::string* expected = head.fields.find("expect");
  if (expected != nullptr && !same_word(*expected, "100-continue"))
    throw Refused(problem(417, "expectation-failed", "The expectation cannot be met",
                          "The only expectation that is met is 100-continue."));
}

}  // namespace

class RequestParser::Parser final : public beast::basic_parser<true> {
 public:
  explicit Parser(const Limits& limits) : limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(boost::none);  // routes have limits of their own
  }

  Head head;
  std::string* body = nullptr;

 private:
  void on_request_impl(beast::verb, string_view method, string_view target, int version, ErrorCode&) override {
    head.method = view(method);
    head.target = view(target);
    head.http_1_1 = version == 11;
  }
  void on_field_impl(beast::field, string_view name, string_view value, ErrorCode&) override {
    // Trailers come here, too: nothing reads them, so that none stands for a header.
    if (is_header_done()) return;
    if (head.fields.size() >= limits_.header_fields)
      throw Refused(problem(431, "too-many-headers", "There are too many headers",
                            "There may be " + std::to_string(limits_.header_fields) + " headers."));
    head.fields.add(std::string(name), std::string(value));
  }
  std::size_t on_body_impl(string_view data, ErrorCode&) override { return take(data); }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view data, ErrorCode&) override { return take(data); }

  void on_response_impl(int, string_view, int, ErrorCode&) override {}
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  void on_chunk_header_impl(std::uint64_t, string_view, ErrorCode&) override {}
  void on_finish_impl(ErrorCode&) override {}

  std::size_t take(string_view data) {
    body->append(data.data(), data.size());
    return data.size();
  }

  const Limits& limits_;
};

RequestParser::RequestParser(const Limits& limits) : limits_(limits), parser_(std::make_unique<Parser>(limits)) {}

RequestParser::~RequestParser() = default;

Head RequestParser::read_head(std::string_view text) {
  ErrorCode fault;
  parser_->put(boost::asio::const_buffer(text.data(), text.size()), fault);
  if (fault || !parser_->is_header_done()) throw malformed("The headers cannot be read: " + fault.message() + ".");
  Head head = std::move(parser_->head);
  check_framing(head);
  check_expectation(head);
  head.keep_alive = head.http_1_1 && parser_->keep_alive();
  if (const auto length = parser_->content_length()) head.length = *length;
  return head;
}

std::size_t RequestParser::read_body(std::string_view input, std::string& body) {
  ErrorCode fault;
  parser_->body = &body;
  parser_->eager(true);
  const std::size_t taken = parser_->put(boost::asio::const_buffer(input.data(), input.size()), fault);
  if (fault && fault != beast::error::need_more) throw malformed("The body cannot be read: " + fault.message() + ".");
  if (input.size() - taken >= limits_.header_bytes && !parser_->is_done())
    throw malformed("The size of a chunk, or what follows the last one, is too long.");
  return taken;
}

bool RequestParser::done() const { return parser_->is_done(); }

}  // namespace reel::http
