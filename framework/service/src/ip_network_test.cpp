#include "reel/service/ip_network.hpp"

#include <gtest/gtest.h>

namespace reel::service {
namespace {

bool public_address(const std::string& text) { return is_public(IpAddress::parse(text).value()); }

TEST(IpAddress, one_in_ipv6_form_is_the_ipv4_one) {
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(IpAddress::parse("::ffff:c000:201")->text(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8:0::1")->text(), "2001:db8::1");
}

TEST(IpAddress, odd_forms_are_no_addresses) {
  for (const char* text : {"127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "1.2.3.4.5", "256.0.0.1", "::1%lo",
                           "fe80::1%eth0", "[::1]", "", " 1.2.3.4", "localhost", "1.2.3.4\n"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
}

TEST(IpNetwork, reads_networks_and_single_addresses) {
  const auto ten = IpNetwork::parse("10.0.0.0/8").value();
  EXPECT_TRUE(ten.contains(IpAddress::parse("10.255.255.255").value()));
  EXPECT_FALSE(ten.contains(IpAddress::parse("11.0.0.0").value()));
  EXPECT_FALSE(ten.contains(IpAddress::parse("a00::").value()));
  const auto shared = IpNetwork::parse("100.64.0.0/10").value();
  EXPECT_TRUE(shared.contains(IpAddress::parse("100.127.255.255").value()));
  EXPECT_FALSE(shared.contains(IpAddress::parse("100.128.0.0").value()));
  EXPECT_FALSE(shared.contains(IpAddress::parse("100.63.255.255").value()));
  const auto one = IpNetwork::parse("::1").value();
  EXPECT_TRUE(one.contains(IpAddress::parse("::1").value()));
  EXPECT_FALSE(one.contains(IpAddress::parse("::2").value()));
  EXPECT_TRUE(IpNetwork::parse("0.0.0.0/0")->contains(IpAddress::parse("1.1.1.1").value()));
  EXPECT_FALSE(IpNetwork::parse("0.0.0.0/0")->contains(IpAddress::parse("2001::1").value()));
}

TEST(IpNetwork, refuses_what_is_none) {
  for (const char* text : {"10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "/8", "host", "10/8"})
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
}

TEST(IsPublic, refuses_the_edges_of_each_special_network) {
  for (const char* text :
       {"0.0.0.0",         "0.255.255.255",  "10.0.0.0",        "10.255.255.255", "100.64.0.0",      "100.100.100.200",
        "100.127.255.255", "127.0.0.1",      "127.255.255.255", "168.63.129.16",  "169.254.169.254", "172.16.0.0",
        "172.31.255.255",  "192.0.0.192",    "192.0.2.7",       "192.88.99.1",    "192.168.0.0",     "192.168.255.255",
        "198.18.0.1",      "198.19.255.255", "198.51.100.1",    "203.0.113.255",  "224.0.0.1",       "239.255.255.255",
        "240.0.0.1",       "255.255.255.255"})
    EXPECT_FALSE(public_address(text)) << text;
}

TEST(IsPublic, takes_their_neighbours) {
  for (const char* text :
       {"1.0.0.0",   "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",    "126.255.255.255",
        "128.0.0.0", "168.63.129.17",   "169.253.255.255", "169.255.0.0",    "172.15.255.255", "172.32.0.0",
        "192.0.1.0", "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",     "223.255.255.255",
        "8.8.8.8",   "2606:4700::1111", "2001:200::1",     "2a00::1"})
    EXPECT_TRUE(public_address(text)) << text;
}

TEST(IsPublic, refuses_ipv6_that_is_not_global) {
  for (const char* text : {"::", "::1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1",
                           "2001:db8::1", "3fff::1", "100::1", "5f00::1", "4000::1", "64:ff9b:1::a00:1"})
    EXPECT_FALSE(public_address(text)) << text;
}

TEST(IsPublic, looks_through_ipv6_at_the_ipv4_within) {
  for (const char* text : {"::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1",
                           "::127.0.0.1", "2002:7f00:1::1", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"})
    EXPECT_FALSE(public_address(text)) << text;
  EXPECT_TRUE(public_address("::ffff:8.8.8.8"));
  EXPECT_TRUE(public_address("64:ff9b::8.8.8.8"));
}

}  // namespace
}  // namespace reel::service
