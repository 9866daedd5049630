#include "parser.hpp"

#include <gtest/gtest.h>

#include <random>

namespace reel::http {
namespace {

const Limits limits;

struct Read {
  Head head;
  std::string body;
  bool done = false;
};

/// Feeds `bytes` in two pieces, the first of `cut` bytes.
Read read(const std::string& bytes, std::size_t cut) {
  HeadFinder finder(limits);
  std::size_t length = finder.find(std::string_view(bytes).substr(0, cut));
  if (length == 0) length = finder.find(bytes);
  RequestParser parser(limits);
  Read result;
  if (length == 0) return result;
  result.head = parser.read_head(std::string_view(bytes).substr(0, length));
  std::string input = bytes.substr(length, cut > length ? cut - length : 0), rest = bytes.substr(std::max(cut, length));
  for (int i = 0; i < 2 && !parser.done(); ++i) {
    while (!input.empty() && !parser.done()) {
      const std::size_t taken = parser.read_body(input, result.body);
      input.erase(0, taken);
      if (taken == 0) break;
    }
    input += std::exchange(rest, {});
  }
  while (!input.empty() && !parser.done()) {
    const std::size_t taken = parser.read_body(input, result.body);
    if (taken == 0) break;
    input.erase(0, taken);
  }
  result.done = parser.done();
  return result;
}

const std::string chunked =
    "POST /x?y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nX-Empty:\r\nX:  y \t\r\n\r\n"
    "4\r\nabcd\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nHost: b\r\n\r\n";

TEST(Parser, reads_the_same_wherever_the_bytes_are_cut) {
  for (std::size_t cut = 0; cut <= chunked.size(); ++cut) {
    const Read result = read(chunked, cut);
    ASSERT_TRUE(result.done) << cut;
    EXPECT_EQ(result.head.method, "POST");
    EXPECT_EQ(result.head.target, "/x?y");
    EXPECT_EQ(result.head.fields.count("host"), 1U) << "a trailer is no header";
    EXPECT_EQ(result.head.fields.get("x"), "y");
    EXPECT_FALSE(result.head.length);
    EXPECT_EQ(result.body, "abcd0123456789");
  }
}

TEST(Parser, knows_when_the_connection_goes_on) {
  const auto keeps = [](const std::string& version, const std::string& header) {
    return read("GET / HTTP/" + version + "\r\nHost: a\r\n" + header + "\r\n", 0).head.keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: foo, Close\r\n"));
  EXPECT_FALSE(keeps("1.0", "Connection: keep-alive\r\n"));
}

/// Whatever comes is read or refused, and what is read holds no line breaks.
TEST(Parser, survives_damage) {
  std::mt19937 random(4);
  const std::string pieces = std::string("\r\n\t :;,\x7f\xff%/.0123456789abcdefABCDEFxX=\"") + '\0';
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = chunked;
    for (int changes = 1 + static_cast<int>(random() % 3); changes > 0; --changes) {
      const std::size_t at = random() % bytes.size();
      if (random() % 3 == 0)
        bytes.erase(at, random() % 4);
      else if (random() % 2 == 0)
        bytes.insert(at, 1, pieces[random() % pieces.size()]);
      else
        bytes[at] = pieces[random() % pieces.size()];
    }
    try {
      const Read result = read(bytes, random() % bytes.size());
      for (const auto& [name, value] : result.head.fields)
        ASSERT_EQ((name + value).find_first_of("\r\n"), std::string::npos) << bytes;
    } catch (const Refused& error) {
      ASSERT_GE(error.response().status, 400);
      ++refused;
    }
  }
  EXPECT_GT(refused, 5000);
}

}  // namespace
}  // namespace reel::http
