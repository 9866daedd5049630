#include "reel/service/address_policy.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>

#include "reel/base/error.hpp"

namespace reel::service {
namespace {

using testing::HasSubstr;

std::string refusal(const AddressPolicy& policy, const std::string& url) {
  try {
    policy.check(url);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return {};
}

const AddressPolicy usual;

TEST(AddressPolicy, takes_public_addresses_and_returns_them) {
  const Destination to = usual.check("https://8.8.8.8/hook?a=b#c");
  EXPECT_EQ(to.url, "https://8.8.8.8/hook?a=b");
  EXPECT_EQ(to.host, "8.8.8.8");
  EXPECT_EQ(to.port, 443);
  EXPECT_THAT(to.addresses, testing::ElementsAre(IpAddress::parse("8.8.8.8").value()));
  const Destination six = usual.check("http://[2606:4700::1111]/");
  EXPECT_EQ(six.host, "2606:4700::1111");
  EXPECT_EQ(six.port, 80);
}

TEST(AddressPolicy, refuses_addresses_that_are_not_public_however_written) {
  for (const char* host : {"127.0.0.1",
                           "127.1",
                           "127.0.1",
                           "2130706433",
                           "0x7f000001",
                           "0x7f.1",
                           "0177.0.0.1",
                           "017700000001",
                           "0",
                           "0.0.0.0",
                           "10.0.0.1",
                           "169.254.169.254",
                           "0xa9fea9fe",
                           "2852039166",
                           "0251.0376.0251.0376",
                           "[::1]",
                           "[::]",
                           "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]",
                           "[0:0:0:0:0:ffff:a9fe:a9fe]",
                           "[64:ff9b::7f00:1]",
                           "[fe80::1]",
                           "[fd00::1]",
                           "[fec0::1]",
                           "[2002:7f00:1::]",
                           "127.0.0.1.",
                           "%31%32%37.0.0.1",
                           "127%2e0%2e0%2e1"})
    EXPECT_THROW(usual.check("http://" + std::string(host) + "/"), base::Error) << host;
}

TEST(AddressPolicy, refuses_names_of_addresses_that_are_not_public) {
  for (const char* host : {"localhost", "LOCALHOST", "localhost.", "LocalHost."})
    EXPECT_THROW(usual.check("http://" + std::string(host) + "/"), base::Error) << host;
  EXPECT_THAT(refusal(usual, "http://localhost/"), HasSubstr("not on the public Internet"));
  EXPECT_THAT(refusal(usual, "http://localhost/"), testing::Not(HasSubstr("127"))) << "tells about the inner network";
}

TEST(AddressPolicy, refuses_other_schemes) {
  for (const char* url : {"file:///etc/passwd", "ftp://8.8.8.8/", "gopher://8.8.8.8/", "dict://8.8.8.8/", "unix:///x",
                          "javascript:alert(1)", "8.8.8.8/", "//8.8.8.8/", ""})
    EXPECT_NE(refusal(usual, url), "") << url;
  const AddressPolicy secure({.schemes = {"https"}});
  EXPECT_THAT(refusal(secure, "http://8.8.8.8/"), HasSubstr("scheme 'http'"));
  EXPECT_EQ(refusal(secure, "https://8.8.8.8/"), "");
}

TEST(AddressPolicy, refuses_user_names_and_passwords) {
  for (const char* url :
       {"http://user@8.8.8.8/", "http://user:pass@8.8.8.8/", "http://8.8.8.8@127.0.0.1/", "http://:@8.8.8.8/"})
    EXPECT_NE(refusal(usual, url), "") << url;
}

TEST(AddressPolicy, refuses_ports_that_are_not_listed) {
  EXPECT_THAT(refusal(usual, "http://8.8.8.8:22/"), HasSubstr("Port 22"));
  EXPECT_NE(refusal(usual, "http://8.8.8.8:65616/"), "");
  EXPECT_NE(refusal(usual, "http://8.8.8.8:0/"), "");
  EXPECT_EQ(refusal(usual, "http://8.8.8.8:443/"), "");
  EXPECT_EQ(refusal(AddressPolicy({.ports = {8080}}), "http://8.8.8.8:8080/"), "");
}

TEST(AddressPolicy, refuses_hosts_that_could_be_read_in_two_ways) {
  for (const char* url : {"http://8.8.8.8\\@127.0.0.1/", "http://8.8.8.8 .example/", "http://8.8.8.8\r\nHost: x/",
                          "http://１２７.０.０.１/", "http://ⓛocalhost/", "http://ex%00ample/", "http://[::1%25lo]/",
                          "http://[8.8.8.8]/", "http:///", "http://a b/", "http://$(id)/"})
    EXPECT_NE(refusal(usual, url), "") << url;
  EXPECT_NE(refusal(usual, std::string("http://8.8.8.8/\0x", 17)), "");
  EXPECT_NE(refusal(usual, "http://8.8.8.8/" + std::string(2048, 'x')), "");
}

TEST(AddressPolicy, refuses_names_without_an_address) {
  EXPECT_THROW(usual.check("http://no-such-host.invalid/"), base::Error);
}

TEST(AddressPolicy, takes_internal_hosts_and_networks_that_are_listed) {
  const AddressPolicy named({.internal = {"localhost"}});
  EXPECT_FALSE(named.check("http://localhost/").addresses.empty());
  EXPECT_FALSE(named.check("http://LOCALHOST/").addresses.empty());
  EXPECT_NE(refusal(named, "http://127.0.0.1/"), "");
  const AddressPolicy network({.internal = {"127.0.0.0/8", "::1"}});
  EXPECT_EQ(refusal(network, "http://127.9.9.9/"), "");
  EXPECT_EQ(refusal(network, "http://[::1]/"), "");
  EXPECT_EQ(refusal(network, "http://localhost/"), "");
  EXPECT_NE(refusal(network, "http://10.0.0.1/"), "");
  EXPECT_NE(refusal(network, "http://127.0.0.1:8080/"), "") << "ports count for internal hosts too";
}

TEST(AddressPolicy, judges_connections_by_where_they_lead) {
  const auto refused = [](const AddressPolicy& policy, const std::string& url, const char* to) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, to, &address.sin_addr);
    try {
      policy.check_connection(url, reinterpret_cast<const sockaddr&>(address));
      return false;
    } catch (const base::InputError&) {
      return true;
    }
  };
  const std::string link = "https://cdn.example:8443/clip.mp4?signature=" + std::string(5000, 'x');
  EXPECT_FALSE(refused(usual, link, "8.8.8.8"));
  EXPECT_TRUE(refused(usual, link, "127.0.0.1"));
  EXPECT_TRUE(refused(usual, link, "169.254.169.254"));
  EXPECT_TRUE(refused(usual, "no url", "8.8.8.8"));
  EXPECT_FALSE(refused(AddressPolicy({.internal = {"10.0.0.0/8"}}), link, "10.2.3.4"));
  EXPECT_FALSE(refused(AddressPolicy({.internal = {"cdn.example"}}), link, "10.2.3.4"));
}

TEST(AddressPolicy, refuses_settings_that_mean_nothing) {
  EXPECT_THROW(AddressPolicy({.internal = {"10.0.0.0/99"}}), base::InputError);
  EXPECT_THROW(AddressPolicy({.internal = {"host:80"}}), base::InputError);
}

}  // namespace
}  // namespace reel::service
