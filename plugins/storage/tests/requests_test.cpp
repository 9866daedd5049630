/// What goes over the wire, and what is made of odd answers: against a server that answers as told.
#include <gtest/gtest.h>

#include <atomic>

#include "digest.hpp"
#include "loopback.hpp"
#include "remote_storage.hpp"
#include "variables.hpp"

namespace reel::storage {
namespace {

using test::LoopbackServer;
using Received = LoopbackServer::Received;

std::string reply(int status, const std::string& headers = {}, const std::string& body = {}) {
  return LoopbackServer::reply(status, headers, body);
}

std::string error(const std::string& code, const std::string& more = {}) {
  return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>words</Message>" + more + "</Error>";
}

std::string request_line(const Received& r) { return r.head.substr(0, r.head.find(" HTTP/")); }

/// An object, by ranges.
std::string part_of(const std::string& object, const Received& request, const std::string& tag = "\"1\"") {
  const std::string range = request.header("range");
  const auto first = std::stoul(range.substr(6)),
             last = std::min(std::stoul(range.substr(range.find('-') + 1)), object.size() - 1);
  return reply(206,
               "ETag: " + tag + "\r\nContent-Range: bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                   std::to_string(object.size()) + "\r\n",
               object.substr(first, last - first + 1));
}

std::string all_of(StorageObject& object) {
  std::string bytes(object.info().size, '\0');
  object.read(0, std::as_writable_bytes(std::span(bytes)), Task());
  return bytes;
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

class Requests : public ::testing::Test {
 protected:
  void serve(LoopbackServer::Answer answer) {
    server_ = std::make_unique<LoopbackServer>(std::move(answer));
    configure();
  }
  void configure(std::map<std::string, std::string> variables = {}) {
    variables.insert({{"AWS_ENDPOINT_URL", server_->url("")},
                      {"AWS_ACCESS_KEY_ID", "KEY"},
                      {"AWS_SECRET_ACCESS_KEY", "a secret"},
                      {"REEL_STORAGE_TIMEOUT", "1"}});
    set_variables(variables);
  }
  std::string get(const std::string& uri = "s3://media/object") {
    return all_of(*RemoteStorage::open(nullptr, uri, Task()));
  }
  void put(const std::string& text, const WriteOptions& options = {}) {
    const auto upload = RemoteStorage::create(nullptr, "s3://media/object", options, Task());
    upload->write(bytes_of(text), Task());
    upload->commit(Task());
  }
  ExtensionError fault_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const ExtensionError& e) {
      EXPECT_EQ(std::string(e.what()).find("a secret"), std::string::npos) << e.what();
      return e;
    }
    ADD_FAILURE() << "it did not fail";
    return {REEL_ERROR_FAILED, ""};
  }
  ExtensionError fault_with(const std::string& answer) {
    serve([answer](const Received&) { return answer; });
    return fault_of([&] { get(); });
  }
  std::vector<Received> received() const { return server_->received(); }

  std::unique_ptr<LoopbackServer> server_;
};

testing::AssertionResult says(const ExtensionError& e, reel_error code, const std::string& words) {
  if (e.code() == code && std::string(e.what()).find(words) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << e.code() << ": " << e.what();
}

TEST_F(Requests, errors_say_what_they_are) {
  EXPECT_TRUE(says(fault_with(reply(404, "", error("NoSuchKey"))), REEL_ERROR_NOT_FOUND,
                   "s3://media/object: there is no such object"));
  EXPECT_TRUE(says(fault_with(reply(404, "", error("NoSuchBucket"))), REEL_ERROR_NOT_FOUND, "no such bucket"));
  EXPECT_TRUE(says(fault_with(reply(403, "", error("SignatureDoesNotMatch"))), REEL_ERROR_DENIED,
                   "the secret key does not fit"));
  EXPECT_TRUE(says(fault_with(reply(403, "", error("AccessDenied"))), REEL_ERROR_DENIED, "AWS_ACCESS_KEY_ID"));
  EXPECT_TRUE(says(fault_with(reply(403, "", "<Error><Code></Code><Message></Message></Error>")), REEL_ERROR_DENIED,
                   "answered 403"));
  EXPECT_TRUE(says(fault_with(reply(403, "", "<html>no")), REEL_ERROR_DENIED, "answered 403"));
  EXPECT_TRUE(says(fault_with(reply(403)), REEL_ERROR_DENIED, "answered 403"));
  EXPECT_TRUE(
      says(fault_with(reply(403, "", error("RequestTimeTooSkewed", "<ServerTime>2031-01-01T00:00:00Z</ServerTime>"))),
           REEL_ERROR_DENIED, "the server's 2031-01-01T00:00:00Z: set this machine's clock"));
  const ExtensionError odd = fault_with(reply(418, "", error("Teapot\n" + std::string(5000, 'x'))));
  EXPECT_TRUE(says(odd, REEL_ERROR_FAILED, "answered 418, Teapot x"));
  EXPECT_LT(std::string(odd.what()).size(), 600U);
  EXPECT_TRUE(says(fault_with(reply(418, "", error("Teapot\x01\xff"))), REEL_ERROR_FAILED, "answered 418"));
}

TEST_F(Requests, are_tried_again_where_that_may_help) {
  std::atomic<int> count = 0;
  serve([&](const Received& r) {
    switch (++count) {
      case 1:
        return reply(503, "Retry-After: 1\r\n", error("SlowDown"));
      case 2:
        return reply(500, "", error("InternalError"));
      case 3:
        return std::string("HTTP/1.1 206 X\r\n");  // closes in mid-head
      default:
        return part_of("hello", r);
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get(), "hello");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST_F(Requests, are_given_up_some_time) {
  serve([](const Received&) { return reply(503, "", error("SlowDown")); });
  EXPECT_TRUE(says(fault_of([&] { get(); }), REEL_ERROR_BUSY, "503, SlowDown"));
  EXPECT_EQ(received().size(), 6U);
}

TEST_F(Requests, end_soon_when_they_are_cancelled) {
  serve([](const Received&) { return std::string(); });
  configure({{"REEL_STORAGE_TIMEOUT", "60"}});
  const auto begin = std::chrono::steady_clock::now();
  reel_task task{nullptr, nullptr, nullptr};
  auto data = begin + std::chrono::milliseconds(200);
  task.data = &data;
  task.cancelled = [](const reel_task* t) -> gboolean {
    return std::chrono::steady_clock::now() > *static_cast<std::chrono::steady_clock::time_point*>(t->data);
  };
  EXPECT_TRUE(says(fault_of([&] { RemoteStorage::open(nullptr, "s3://media/object", Task(&task)); }),
                   REEL_ERROR_CANCELLED, ""));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST_F(Requests, go_on_where_a_body_broke_off) {
  const std::string object(3'000'000, 'x');
  std::atomic<int> broken = 0;
  serve([&](const Received& r) {
    const std::string answer = part_of(object, r);
    return answer.size() > 700'000 && ++broken <= 9 ? answer.substr(0, 600'000) : answer;
  });
  EXPECT_EQ(get(), object);
  EXPECT_GE(broken, 3);
}

/// The bytes that were asked for, by ranges.
struct Asked {
  std::mutex mutex;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;

  std::string answer(const Received& r, std::uint64_t size) {
    const std::string range = r.header("range");
    const std::uint64_t first = std::stoull(range.substr(6)), last = std::stoull(range.substr(range.find('-') + 1));
    const std::scoped_lock lock(mutex);
    ranges.emplace_back(first, last + 1 - first);
    return reply(206,
                 "Content-Range: bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                     std::to_string(size) + "\r\n",
                 std::string(last + 1 - first, 'x'));
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [first, size] : ranges) sum += size;
    return sum;
  }
};

TEST_F(Requests, for_a_look_into_a_large_object_are_small) {
  static constexpr std::uint64_t size = 50'000'000'000;
  Asked asked;
  serve([&](const Received& r) { return asked.answer(r, size); });
  {
    const auto object = RemoteStorage::open(nullptr, "s3://media/object", Task());
    std::vector<std::byte> bytes(100'000);
    for (const std::uint64_t offset : {std::uint64_t{0}, size - 100'000, size / 2, std::uint64_t{100'000}})
      EXPECT_EQ(object->read(offset, bytes, Task()), bytes.size());
  }
  EXPECT_LE(asked.bytes(), 6U << 20U);
}

TEST_F(Requests, for_a_long_read_are_few_and_ask_for_nothing_twice) {
  static constexpr std::uint64_t size = 100U << 20U;
  Asked asked;
  serve([&](const Received& r) { return asked.answer(r, size); });
  const auto object = RemoteStorage::open(nullptr, "s3://media/object", Task());
  std::vector<std::byte> bytes(64U << 10U);
  for (std::uint64_t offset = 0; offset < size; offset += bytes.size())
    ASSERT_EQ(object->read(offset, bytes, Task()), bytes.size());
  EXPECT_EQ(asked.bytes(), size + 1);  // and the first byte, when it was opened
  EXPECT_LE(asked.ranges.size(), 30U);
}

TEST_F(Requests, for_two_places_by_turns_are_not_given_up) {
  static constexpr std::uint64_t size = 1'000'000'000;
  Asked asked;
  serve([&](const Received& r) { return asked.answer(r, size); });
  const auto object = RemoteStorage::open(nullptr, "s3://media/object", Task());
  std::vector<std::byte> bytes(32U << 10U);
  for (std::uint64_t offset = 0; offset < 2U << 20U; offset += bytes.size())
    for (const std::uint64_t track : {std::uint64_t{0}, size / 2})
      ASSERT_EQ(object->read(track + offset, bytes, Task()), bytes.size());
  EXPECT_LE(asked.ranges.size(), 7U);
}

TEST_F(Requests, take_no_other_version_and_no_other_part) {
  std::atomic<int> count = 0;
  serve([&](const Received& r) { return part_of("hello", r, ++count == 1 ? "\"1\"" : "\"2\""); });
  EXPECT_TRUE(says(fault_of([&] { get(); }), REEL_ERROR_CHANGED, "it has changed"));
  EXPECT_EQ(received().back().header("if-match"), "\"1\"");
  count = 0;
  serve([&](const Received& r) {
    return ++count == 1 ? part_of("hello", r) : reply(206, "ETag: \"1\"\r\nContent-Range: bytes 1-4/5\r\n", "ello");
  });
  EXPECT_TRUE(says(fault_of([&] { get(); }), REEL_ERROR_FAILED, "another part"));
}

TEST_F(Requests, learn_the_region_of_a_bucket) {
  serve([](const Received& r) {
    const bool right = r.header("authorization").find("/eu-west-1/s3/") != std::string::npos;
    return right ? part_of("hello", r) : reply(301, "x-amz-bucket-region: eu-west-1\r\n", error("PermanentRedirect"));
  });
  EXPECT_EQ(get("s3://elsewhere/object"), "hello");
  EXPECT_EQ(get("s3://elsewhere/object"), "hello");
  EXPECT_EQ(received().size(), 5U);  // the wrong region was asked once
}

TEST_F(Requests, carry_digests_and_options) {
  serve([](const Received& r) { return reply(200, "ETag: \"" + hex(md5(r.body)) + "\"\r\n"); });
  put("text", {"video/mp4", "STANDARD_IA", "aws:kms:alias/ours", {{"Made-By", "us"}}});
  const Received sent = received().back();
  EXPECT_EQ(request_line(sent), "PUT /media/object");
  EXPECT_EQ(sent.header("content-md5"), base64(md5("text")));
  EXPECT_EQ(sent.header("x-amz-content-sha256"), hex(sha256("text")));
  EXPECT_EQ(sent.header("content-type"), "video/mp4");
  EXPECT_EQ(sent.header("x-amz-storage-class"), "STANDARD_IA");
  EXPECT_EQ(sent.header("x-amz-server-side-encryption"), "aws:kms");
  EXPECT_EQ(sent.header("x-amz-server-side-encryption-aws-kms-key-id"), "alias/ours");
  EXPECT_EQ(sent.header("x-amz-meta-made-by"), "us");
}

TEST_F(Requests, are_repeated_for_bytes_that_were_damaged) {
  std::atomic<int> count = 0;
  serve(
      [&](const Received& r) { return reply(200, "ETag: \"" + hex(md5(++count == 1 ? "other" : r.body)) + "\"\r\n"); });
  put("text");
  EXPECT_EQ(count, 2);
}

/// A service that takes parts; what it answers at the end is the test's.
class Parts : public Requests {
 protected:
  void serve_parts(LoopbackServer::Answer complete) {
    serve([this, complete = std::move(complete)](const Received& r) {
      const std::string line = request_line(r);
      if (line.ends_with("?uploads=")) return reply(200, "", "<R><UploadId>an id&amp;</UploadId></R>");
      if (line.starts_with("PUT ")) {
        const std::string digest = md5(r.body);
        const std::scoped_lock lock(mutex_);
        digests_[std::stoi(line.substr(line.find("partNumber=") + 11))] = digest;
        return reply(200, "ETag: \"" + hex(digest) + "\"\r\n");
      }
      if (line.starts_with("DELETE ")) return reply(204);
      return complete(r);
    });
  }
  std::string tag() {
    const std::scoped_lock lock(mutex_);
    std::string all;
    for (const auto& [number, digest] : digests_) all += digest;
    return "\"" + hex(md5(all)) + "-" + std::to_string(digests_.size()) + "\"";
  }
  bool was_given_up() const {
    for (const Received& r : received())
      if (request_line(r) == "DELETE /media/object?uploadId=an%20id%26") return true;
    return false;
  }

 private:
  std::mutex mutex_;
  std::map<int, std::string> digests_;
};

const std::string three_parts(20'000'000, 'x');

TEST_F(Parts, may_fail_with_a_good_status) {
  std::atomic<int> count = 0;
  serve_parts([&](const Received&) {
    return ++count == 1 ? reply(200, "", "  " + error("InternalError")) : reply(200, "", "<R><ETag>x</ETag></R>");
  });
  put(three_parts);
  EXPECT_EQ(count, 2);
  EXPECT_FALSE(was_given_up());
  serve_parts([](const Received&) { return reply(200, "", error("InvalidPart")); });
  EXPECT_TRUE(says(fault_of([&] { put(three_parts); }), REEL_ERROR_FAILED, "InvalidPart"));
  EXPECT_TRUE(was_given_up());
}

TEST_F(Parts, are_together_when_only_the_answer_was_lost) {
  std::atomic<int> count = 0;
  serve_parts([&](const Received& r) {
    if (request_line(r).starts_with("HEAD "))
      return reply(200, "ETag: " + tag() + "\r\n", std::string(three_parts.size(), ' '));
    return ++count == 1 ? std::string("HTTP/1.1 ") : reply(404, "", error("NoSuchUpload"));
  });
  put(three_parts);
  EXPECT_EQ(count, 2);
}

TEST_F(Parts, of_somebody_else_are_not_ours) {
  serve_parts([&](const Received& r) {
    if (request_line(r).starts_with("HEAD "))
      return reply(200, "ETag: \"other\"\r\n", std::string(three_parts.size(), ' '));
    return reply(404, "", error("NoSuchUpload"));
  });
  EXPECT_TRUE(says(fault_of([&] { put(three_parts); }), REEL_ERROR_NOT_FOUND, "the upload is gone"));
}

TEST_F(Parts, that_fail_end_the_upload) {
  serve([](const Received& r) {
    const std::string line = request_line(r);
    if (line.ends_with("?uploads=")) return reply(200, "", "<R><UploadId>an id&amp;</UploadId></R>");
    return line.starts_with("DELETE ") ? reply(204) : reply(403, "", error("AccessDenied"));
  });
  EXPECT_TRUE(says(fault_of([&] { put(three_parts); }), REEL_ERROR_DENIED, "AccessDenied"));
  EXPECT_TRUE(was_given_up());
}

TEST_F(Requests, list_by_pages) {
  serve([](const Received& r) {
    const bool second = request_line(r).find("continuation-token=next%2F1") != std::string::npos;
    return reply(200, "",
                 second ? "<L><EncodingType>url</EncodingType><Contents><Key>b%2Bc+d</Key><Size>7</Size></Contents></L>"
                        : "<L><IsTruncated>true</IsTruncated><NextContinuationToken>next/1</NextContinuationToken>"
                          "<Contents><Key>a+b</Key><Size>5</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
                          "</Contents></L>");
  });
  std::vector<std::string> uris;
  RemoteStorage::list(
      nullptr, "s3://media/a", [&](const std::string& uri, const ObjectInfo&) { return uris.push_back(uri), true; },
      Task());
  EXPECT_EQ(uris, (std::vector<std::string>{"s3://media/a%2Bb", "s3://media/b%2Bc%20d"}));
  serve([](const Received&) { return reply(200, "", "no XML"); });
  fault_of([&] {
    RemoteStorage::list(
        nullptr, "s3://media", [](const auto&, const auto&) { return true; }, Task());
  });
}

TEST_F(Requests, without_a_server_say_so) {
  serve([](const Received&) { return reply(200); });
  const std::string url = server_->url("");
  server_.reset();
  set_variables({{"AWS_ENDPOINT_URL", url}});
  EXPECT_TRUE(says(fault_of([&] { get(); }), REEL_ERROR_BUSY, "the connection to 127.0.0.1:"));
  set_variables({{"AWS_ENDPOINT_URL", "http://no-such-host.invalid"}});
  EXPECT_TRUE(says(fault_of([&] { get(); }), REEL_ERROR_BUSY, "cannot find the server no-such-host.invalid"));
}

}  // namespace
}  // namespace reel::storage
