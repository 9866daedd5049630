#include "tus.hpp"

#include <gtest/gtest.h>

namespace reel::http {
namespace {

int status_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Refused& refused) {
    return refused.response().status;
  }
  return 0;
}

TEST(Tus, the_file_name_is_in_the_metadata) {
  EXPECT_EQ(upload_name(""), "upload");
  EXPECT_EQ(upload_name("filename Y2xpcC5tcDQ="), "clip.mp4");
  EXPECT_EQ(upload_name("filetype dmlkZW8vbXA0,filename w6RiLm1wNA=="), "äb.mp4");
  EXPECT_EQ(upload_name("private,filename YQ=="), "a");
  EXPECT_EQ(upload_name("filename YQpi"), "a\\nb");
}

TEST(Tus, malformed_metadata_is_refused) {
  for (const char* const bad : {"filename Y2x", "filename ====", " ", "filename Y2xp Y2xp", ",", "filename /w=="})
    EXPECT_EQ(status_of([&] { upload_name(bad); }), 400) << bad;
  EXPECT_EQ(status_of([&] { upload_name("a " + std::string(5000, 'A')); }), 400);
}

TEST(Tus, numbers_of_bytes) {
  Request request;
  for (const char* const bad : {"", "-1", "1.5", "abc", "99999999999999999999", " 1"}) {
    request.headers.set("Upload-Length", bad);
    EXPECT_EQ(status_of([&] { byte_count(request, "Upload-Length"); }), 400) << bad;
  }
  request.headers.set("Upload-Length", "4294967297");
  EXPECT_EQ(byte_count(request, "Upload-Length"), 4294967297);
}

TEST(Tus, the_version_and_the_media_type) {
  Request request;
  EXPECT_EQ(status_of([&] { check_tus_version(request); }), 412);
  request.headers.set("Tus-Resumable", "1.0.0");
  EXPECT_EQ(status_of([&] { check_tus_version(request); }), 0);
  EXPECT_FALSE(has_part(request));
  request.headers.set("Content-Type", "video/mp4");
  EXPECT_EQ(status_of([&] { has_part(request); }), 415);
  request.headers.set("Content-Type", "application/offset+octet-stream");
  EXPECT_TRUE(has_part(request));
}

}  // namespace
}  // namespace reel::http
