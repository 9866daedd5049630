#include "http_post.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

#include "loopback.hpp"
#include "reel/base/error.hpp"

namespace reel::service {
namespace {

using namespace std::chrono_literals;
using test::LoopbackServer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto patience = 30s;  // only against hanging

/// Where this server is, under any name.
Destination at(const LoopbackServer& server, const std::string& host = "127.0.0.1",
               const std::string& address = "127.0.0.1") {
  return {"http://" + host + ":" + std::to_string(server.port()) + "/hook",
          host,
          server.port(),
          {IpAddress::parse(address).value()}};
}

TEST(HttpPost, sends_the_body_and_returns_the_status) {
  const LoopbackServer server([](const auto&) { return LoopbackServer::reply(202, "", "thanks"); });
  const std::string body("{\"a\":\0}", 7);
  EXPECT_EQ(http_post(at(server), {"Content-Type: application/json", "Reel-Delivery: 7"}, body, patience), 202);
  ASSERT_THAT(server.received(), SizeIs(1));
  const auto got = server.received()[0];
  EXPECT_THAT(got.head, testing::StartsWith("POST /hook HTTP/1.1\r\n"));
  EXPECT_EQ(got.header("Content-Type"), "application/json");
  EXPECT_EQ(got.header("Reel-Delivery"), "7");
  EXPECT_EQ(got.header("Expect"), "");
  EXPECT_EQ(got.body, body);
}

TEST(HttpPost, connects_to_the_checked_address_whatever_the_name_says_now) {
  const LoopbackServer server([](const auto&) { return LoopbackServer::reply(200); });
  EXPECT_EQ(http_post(at(server, "no-such-name.invalid"), {}, "x", patience), 200);
  EXPECT_THAT(server.received()[0].header("Host"), HasSubstr("no-such-name.invalid"));
}

TEST(HttpPost, gets_no_socket_for_an_address_that_was_not_checked) {
  const LoopbackServer server([](const auto&) { return LoopbackServer::reply(200); });
  EXPECT_THROW(http_post(at(server, "127.0.0.1", "8.8.8.8"), {}, "x", patience), base::TransientError);
  EXPECT_THAT(server.received(), IsEmpty());
}

TEST(HttpPost, takes_any_of_several_checked_addresses) {
  const LoopbackServer server([](const auto&) { return LoopbackServer::reply(200); });
  Destination to = at(server, "two.invalid", "::1");
  to.addresses.push_back(IpAddress::parse("127.0.0.1").value());
  EXPECT_EQ(http_post(to, {}, "x", patience), 200);
}

TEST(HttpPost, goes_past_a_proxy_of_the_environment) {
  const LoopbackServer server([](const auto&) { return LoopbackServer::reply(200); });
  const LoopbackServer proxy([](const auto&) { return LoopbackServer::reply(200); });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  EXPECT_EQ(http_post(at(server), {}, "x", patience), 200);
  ::unsetenv("http_proxy");
  EXPECT_THAT(proxy.received(), IsEmpty());
  EXPECT_THAT(server.received(), SizeIs(1));
}

TEST(HttpPost, follows_no_redirect) {
  const LoopbackServer inner([](const auto&) { return LoopbackServer::reply(200); });
  for (const int status : {301, 302, 303, 307, 308}) {
    const LoopbackServer server(
        [&](const auto&) { return LoopbackServer::reply(status, "Location: " + inner.url() + "\r\n"); });
    EXPECT_EQ(http_post(at(server), {}, "x", patience), status);
  }
  EXPECT_THAT(inner.received(), IsEmpty());
}

TEST(HttpPost, gives_up_on_a_receiver_that_never_answers) {
  const LoopbackServer server([](const auto&) { return std::string(); });
  EXPECT_THROW(http_post(at(server), {}, "x", 200ms), base::TransientError);
}

TEST(HttpPost, gives_up_on_an_answer_that_never_ends) {
  const LoopbackServer server(
      [](const auto&) { return "HTTP/1.1 200 OK\r\n\r\n" + std::string(std::size_t{64} << 20, 'x'); });
  EXPECT_EQ(http_post(at(server), {}, "x", patience), 200);
}

TEST(HttpPost, an_answer_cut_short_is_none) {
  const LoopbackServer server(
      [](const auto&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"); });
  EXPECT_THROW(http_post(at(server), {}, "x", patience), base::TransientError);
}

TEST(HttpPost, what_is_no_http_is_no_answer) {
  const LoopbackServer server([](const auto&) { return std::string("SSH-2.0-OpenSSH_9.2\r\n"); });
  EXPECT_THROW(http_post(at(server), {}, "x", patience), base::TransientError);
}

TEST(HttpPost, nobody_there_is_said_with_the_host) {
  std::uint16_t port = 0;
  {
    port = LoopbackServer([](const auto&) { return std::string(); }).port();
  }
  const Destination gone{
      "http://127.0.0.1:" + std::to_string(port), "127.0.0.1", port, {IpAddress::parse("127.0.0.1").value()}};
  try {
    http_post(gone, {}, "x", patience);
    FAIL();
  } catch (const base::TransientError& error) {
    EXPECT_THAT(error.what(), HasSubstr("No answer from 127.0.0.1"));
  }
}

}  // namespace
}  // namespace reel::service
