/// Against a server that checks signatures and digests as S3 does, and against what other clients make of it.
#include <gtest/gtest.h>

#include "s3_fixture.hpp"

namespace reel::tests {
namespace {

using S3 = S3Fixture;

TEST_F(S3, reads_what_it_wrote) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, 3 * mebibyte, 8 * mebibyte, 8 * mebibyte + 1, 21 * mebibyte}) {
    const std::string bytes = noise(size, size);
    storage.put("s3://media/object", bytes);
    EXPECT_TRUE(storage.get("s3://media/object") == bytes) << size;
  }
  EXPECT_EQ(open_uploads(), "0\n");
}

TEST_F(S3, reads_any_part) {
  const std::string bytes = noise(7 * mebibyte + 12345);
  storage.put("s3://media/object", bytes);
  const auto object = storage.open("s3://media/object");
  EXPECT_EQ(storage->info(object.get())->size, bytes.size());
  EXPECT_EQ(storage.read(object.get(), bytes.size(), 10), "");
  EXPECT_EQ(storage.read(object.get(), bytes.size() - 3, 10), bytes.substr(bytes.size() - 3));
  for (const std::size_t offset : {std::size_t{6'000'000}, std::size_t{0}, mebibyte - 1, 3 * mebibyte, std::size_t{77}})
    EXPECT_TRUE(storage.read(object.get(), offset, 2 * mebibyte) == bytes.substr(offset, 2 * mebibyte)) << offset;
}

TEST_F(S3, tells_type_metadata_and_version) {
  const char* const metadata[] = {"Made-By", "a test", nullptr};
  const reel_write_options options{"video/mp4", nullptr, nullptr, metadata};
  for (const std::size_t size : {std::size_t{5}, 9 * mebibyte}) {
    storage.put("s3://media/object", noise(size), &options);
    const auto object = storage.open("s3://media/object");
    const reel_object_info* const info = storage->info(object.get());
    EXPECT_STREQ(info->content_type, "video/mp4");
    EXPECT_NE(info->version, nullptr);
    EXPECT_GT(info->modified, 1'700'000'000);
    const Result head = aws("s3api head-object --bucket media --key object --query Metadata --output json");
    EXPECT_NE(head.output.find("\"made-by\": \"a test\""), std::string::npos) << head.output;
  }
}

TEST_F(S3, takes_odd_keys_as_others_do) {
  const std::vector<std::string> keys{"a b",          "a+b",       "100%",       "a%20b",  "//a//b",           "a/b/",
                                      "what?is#this", "häuser/家", "it's \"q\"", "a&b=c;", "!$()*,:@[]{}|^~`", "a\\b"};
  for (const std::string& key : keys) {
    std::string uri = "s3://media/";
    for (const char c : key) uri += c == '%' ? std::string("%25") : std::string(1, c);
    storage.put(uri, key);
    EXPECT_EQ(storage.get(uri), key);
    EXPECT_EQ(
        aws("s3api get-object --bucket media --key " + tests::quoted(key) + " /dev/stdout --query None --output text")
            .output.substr(0, key.size()),
        key);
  }
  const auto listed = storage.list("s3://media/");
  ASSERT_EQ(listed.size(), keys.size());
  for (const Listed& object : listed) EXPECT_EQ(storage.get(object.uri).size(), object.size) << object.uri;
}

TEST_F(S3, and_other_clients_read_each_other) {
  const std::string bytes = noise(19 * mebibyte);
  write(server.folder() / "theirs", bytes);
  storage.put("s3://media/ours", bytes);
  const auto folder = server.folder().path();
  EXPECT_EQ(aws("s3 cp --quiet s3://media/ours " + quoted(folder / "1")).exit, 0);
  EXPECT_TRUE(read(folder / "1") == bytes);
  EXPECT_EQ(rclone("copyto s3:media/ours " + quoted(folder / "2")).exit, 0);
  EXPECT_TRUE(read(folder / "2") == bytes);
  EXPECT_EQ(aws("s3 cp --quiet " + quoted(folder / "theirs") + " s3://media/aws").exit, 0);
  EXPECT_TRUE(storage.get("s3://media/aws") == bytes);
  EXPECT_EQ(rclone("copyto " + quoted(folder / "theirs") + " s3:media/rclone").exit, 0);
  EXPECT_TRUE(storage.get("s3://media/rclone") == bytes);
}

TEST_F(S3, shows_nothing_before_the_end_and_leaves_nothing_of_what_was_given_up) {
  storage.put("s3://media/object", "old");
  {
    const auto upload = storage.create("s3://media/object");
    storage.write(upload, noise(18 * mebibyte));
    EXPECT_EQ(storage.get("s3://media/object"), "old");
    EXPECT_EQ(open_uploads(), "1\n");
  }
  EXPECT_EQ(open_uploads(), "0\n");
  EXPECT_EQ(storage.get("s3://media/object"), "old");
}

TEST_F(S3, copies_parts_at_the_service) {
  const std::string source = noise(24 * mebibyte), head = noise(2 * mebibyte, 7), tail = noise(100, 8);
  storage.put("s3://media/source", source);
  const auto upload = storage.create("s3://media/spliced");
  storage.write(upload, head);
  storage.write_range(upload, "s3://media/source", mebibyte, 20 * mebibyte);
  storage.write(upload, tail);
  EXPECT_EQ(fault_of([&] { storage.write_range(upload, "s3://media/source", 0, 1000); }).code, REEL_ERROR_INVALID);
  storage.commit(upload);
  EXPECT_TRUE(storage.get("s3://media/spliced") == head + source.substr(mebibyte, 20 * mebibyte) + tail);
  // The spliced object came in parts itself.
  const auto again = storage.create("s3://media/again");
  const auto spliced = storage.open("s3://media/spliced");
  storage.write_range(again, "s3://media/spliced", 0, 12 * mebibyte, storage->info(spliced.get())->version);
  storage.commit(again);
  EXPECT_TRUE(storage.get("s3://media/again") == (head + source.substr(mebibyte)).substr(0, 12 * mebibyte));
  const auto stale = storage.create("s3://media/stale");
  EXPECT_EQ(fault_of([&] {
              storage.write_range(stale, "s3://media/source", 0, 20 * mebibyte, "\"0123\"");
              storage.commit(stale);
            }).code,
            REEL_ERROR_CHANGED);
}

TEST_F(S3, lists_copies_and_removes) {
  for (int i = 0; i < 5; ++i)
    storage.put("s3://media/a/" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'x'));
  storage.copy("s3://media/a/4", "s3://media/b c");
  EXPECT_EQ(storage.get("s3://media/b c"), "xxxx");
  storage.remove("s3://media/a/0");
  storage.remove("s3://media/a/0");
  const auto listed = storage.list("s3://media/a/");
  ASSERT_EQ(listed.size(), 4U);
  EXPECT_EQ(listed[0].uri, "s3://media/a/1");
  EXPECT_EQ(listed[3].size, 4U);
  EXPECT_EQ(storage.list("s3://media").size(), 5U);
}

TEST_F(S3, makes_addresses_for_anyone) {
  const std::string put = storage.presign("s3://media/a b+c", "PUT"), get = storage.presign("s3://media/a b+c", "GET");
  write(server.folder() / "hello", "hello");
  const Result sent =
      shell("curl -sS --fail-with-body -T " + quoted(server.folder() / "hello") + " " + tests::quoted(put));
  EXPECT_EQ(sent.exit, 0) << sent.output;
  EXPECT_EQ(shell("curl -sf " + tests::quoted(get)).output, "hello");
  EXPECT_EQ(storage.get(get), "hello");
  EXPECT_NE(shell("curl -sf " + tests::quoted(get + "0")).exit, 0);
}

TEST_F(S3, says_what_is_wrong) {
  storage.put("s3://media/object", "text");
  const StorageFault no_key = fault_of([&] { storage.get("s3://media/none"); });
  EXPECT_EQ(no_key.code, REEL_ERROR_NOT_FOUND);
  EXPECT_NE(std::string(no_key.what()).find("s3://media/none"), std::string::npos) << no_key.what();
  const StorageFault no_bucket = fault_of([&] { storage.put("s3://nobody/key", "x"); });
  EXPECT_EQ(no_bucket.code, REEL_ERROR_NOT_FOUND);
  EXPECT_NE(std::string(no_bucket.what()).find("no such bucket"), std::string::npos) << no_bucket.what();
  setenv("AWS_SECRET_ACCESS_KEY", "a wrong secret", 1);
  const StorageFault wrong = fault_of([&] { storage.get("s3://media/object"); });
  EXPECT_EQ(wrong.code, REEL_ERROR_DENIED);
  EXPECT_NE(std::string(wrong.what()).find("AWS_ACCESS_KEY_ID"), std::string::npos) << wrong.what();
  EXPECT_EQ(std::string(wrong.what()).find("a wrong secret"), std::string::npos) << wrong.what();
  unsetenv("AWS_SECRET_ACCESS_KEY");
  const StorageFault none = fault_of([&] { storage.get("s3://media/object"); });
  EXPECT_NE(std::string(none.what()).find("no credentials"), std::string::npos) << none.what();
}

TEST_F(S3, notices_that_an_object_changed) {
  storage.put("s3://media/object", noise(12 * mebibyte, 1));
  const auto object = storage.open("s3://media/object");
  storage.read(object.get(), 0, 100);
  storage.put("s3://media/object", noise(12 * mebibyte, 2));
  EXPECT_EQ(fault_of([&] { storage.read(object.get(), 10 * mebibyte, 100); }).code, REEL_ERROR_CHANGED);
}

}  // namespace
}  // namespace reel::tests
