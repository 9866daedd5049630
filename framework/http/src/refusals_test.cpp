/// What the server must not accept, byte for byte, on real sockets.
#include <vector>

#include "socket_test.hpp"

namespace reel::http {
namespace {

using test::Client;

struct Case {
  std::string name;
  std::string bytes;
  int status;
};

std::string with(const std::string& headers, const std::string& body = {}) {
  return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
}
std::string line(const std::string& first) { return first + "\r\nHost: localhost\r\n\r\n"; }
std::string path(const std::string& target) { return line("GET " + target + " HTTP/1.1"); }

std::vector<Case> cases() {
  using namespace std::string_literals;
  return {
      {"two_lengths", with("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
      {"same_length_twice", with("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
      {"list_of_lengths", with("Content-Length: 1, 1\r\n", "a"), 400},
      {"length_with_sign", with("Content-Length: +1\r\n", "a"), 400},
      {"negative_length", with("Content-Length: -1\r\n"), 400},
      {"hexadecimal_length", with("Content-Length: 0x1\r\n", "a"), 400},
      {"empty_length", with("Content-Length: \r\n"), 400},
      {"length_beyond_64_bits", with("Content-Length: 18446744073709551616\r\n"), 400},
      {"length_and_chunks", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"chunks_and_length", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {"chunked_twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"chunked_chunked", with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 501},
      {"coding_before_chunked", with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"coding_after_chunked", with("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 501},
      {"unknown_coding", with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501},
      {"coding_with_tab", with("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {"space_before_colon", with("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
      {"chunks_in_1_0", "POST /echo HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunk_size_no_number", with("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk_size_negative", with("Transfer-Encoding: chunked\r\n", "-1\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk_size_with_prefix", with("Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk_size_with_space", with("Transfer-Encoding: chunked\r\n", " 3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk_size_beyond_64_bits", with("Transfer-Encoding: chunked\r\n", "10000000000000003\r\nabc\r\n0\r\n\r\n"),
       400},
      {"chunk_size_empty", with("Transfer-Encoding: chunked\r\n", "\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk_line_of_lf", with("Transfer-Encoding: chunked\r\n", "3\nabc\r\n0\r\n\r\n"), 400},
      {"chunk_longer_than_said", with("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"), 400},
      {"chunk_extension_endless", with("Transfer-Encoding: chunked\r\n", "3;" + std::string(70'000, 'x')), 400},
      {"trailers_endless", with("Transfer-Encoding: chunked\r\n", "0\r\nA: " + std::string(70'000, 'x')), 400},
      {"body_too_large", with("Content-Length: 2000000\r\n"), 413},
      {"chunks_too_large", with("Transfer-Encoding: chunked\r\n", "1E8480\r\n" + std::string(2'000'000, 'x')), 413},

      {"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two_hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400},
      {"empty_host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"host_with_path", "GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n", 400},
      {"host_with_user", "GET / HTTP/1.1\r\nHost: a@localhost\r\n\r\n", 400},
      {"host_of_others", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},

      {"bare_lf", "GET / HTTP/1.1\nHost: localhost\n\n", 400},
      {"bare_lf_in_headers", "GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", 400},
      {"bare_cr", "GET / HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n", 400},
      {"nul_in_header", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n"s, 400},
      {"nul_in_name", "GET / HTTP/1.1\r\nHost: localhost\r\nX\0: b\r\n\r\n"s, 400},
      {"control_in_header", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x01\r\n\r\n", 400},
      {"folded_header", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", 400},
      {"folded_first_header", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", 400},
      {"header_without_colon", "GET / HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n", 400},
      {"header_without_name", "GET / HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n", 400},
      {"name_with_space", "GET / HTTP/1.1\r\nHost: localhost\r\nX Y: z\r\n\r\n", 400},
      {"too_many_headers",
       [] {
         std::string text = "GET / HTTP/1.1\r\nHost: localhost\r\n";
         for (int i = 0; i < 200; ++i) text += "X: y\r\n";
         return text + "\r\n";
       }(),
       431},
      {"headers_too_large", "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(70'000, 'x'), 431},
      {"target_too_long", path("/" + std::string(10'000, 'x')), 414},
      {"line_too_long", "GET /" + std::string(70'000, 'x'), 414},

      {"absolute_form", path("http://localhost/"), 400},
      {"authority_form", line("CONNECT localhost:443 HTTP/1.1"), 501},
      {"get_authority", path("localhost:443"), 400},
      {"asterisk", path("*"), 400},
      {"trace", line("TRACE / HTTP/1.1"), 501},
      {"unknown_method", line("BREW / HTTP/1.1"), 501},
      {"lower_case_method", line("get / HTTP/1.1"), 501},
      {"http_0_9", "GET /\r\n\r\n", 400},
      {"http_2_0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"http_1_2", line("GET / HTTP/1.2"), 505},
      {"http_3", line("GET / HTTP/3"), 505},
      {"no_http", line("GET / FTP/1.1"), 400},
      {"two_spaces", line("GET  / HTTP/1.1"), 400},
      {"space_in_target", line("GET /a b HTTP/1.1"), 400},
      {"empty_line_first", "\r\n" + path("/"), 400},
      {"tls_hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},

      {"dots", path("/files/../secret"), 400},
      {"dots_at_the_end", path("/files/.."), 400},
      {"one_dot", path("/./files"), 400},
      {"encoded_dots", path("/files/%2e%2e/secret"), 400},
      {"half_encoded_dots", path("/files/.%2E/secret"), 400},
      {"encoded_slash", path("/files/a%2fb"), 400},
      {"encoded_backslash", path("/files/..%5csecret"), 400},
      {"backslash", path("/files\\secret"), 400},
      {"encoded_nul", path("/files/a%00b"), 400},
      {"encoded_line_break", path("/files/a%0d%0ab"), 400},
      {"broken_escape", path("/files/%4"), 400},
      {"no_escape", path("/files/%zz"), 400},
      {"broken_utf8", path("/files/%ff"), 400},
      {"overlong_utf8", path("/files/%c0%ae%c0%ae"), 400},
      {"raw_bytes", path("/files/\xc3\xa9"), 400},
      {"empty_segment", path("//files"), 400},
      {"fragment", path("/files#x"), 400},
      {"encoded_nul_in_query", path("/?a=%00"), 400},
      {"unknown_expectation", with("Expect: 200-ok\r\nContent-Length: 1\r\n", "a"), 417},
  };
}

class Refusals : public ::testing::TestWithParam<Case> {
 protected:
  static Router router() {
    Router router;
    const auto echo = [](Request& request) { return text_response(200, request.body); };
    router.add({.method = "GET", .path = "/", .handler = echo});
    router.add({.method = "GET", .path = "/{rest...}", .handler = echo});
    router.add({.method = "POST", .path = "/echo", .handler = echo});
    return router;
  }
};

TEST_P(Refusals, ends_the_connection) {
  test::Running running(router(), {.hosts = {"localhost"}});
  Client client(running.port());
  // What follows must not be answered: a smuggled request would be.
  client.send(GetParam().bytes + test::get("/smuggled"));
  const test::Answer answer = client.answer();
  EXPECT_EQ(answer.status, GetParam().status) << answer.head << answer.body;
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  EXPECT_EQ(answer.headers.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(client.rest(), "");
}

INSTANTIATE_TEST_SUITE_P(All, Refusals, ::testing::ValuesIn(cases()), [](const auto& info) { return info.param.name; });

TEST_F(Refusals, come_byte_by_byte_as_well) {
  test::Running running(router());
  Client client(running.port());
  for (const char c : std::string("GET / HTTP/1.1\r\nHost: localhost\nX"))
    if (!client.send({&c, 1})) break;
  EXPECT_EQ(client.answer().status, 400);
}

}  // namespace
}  // namespace reel::http
