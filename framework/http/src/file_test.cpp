#include "reel/http/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "date.hpp"
#include "reel/http/message.hpp"
#include "socket_test.hpp"

namespace reel::http {
namespace {

class FileResponse : public ::testing::Test {
 protected:
  FileResponse() {
    std::ofstream(path_) << "0123456789";
    file_ = std::make_shared<File>(path_);
  }

  Response answer(Fields headers, const std::string& method = "GET") const {
    Request request;
    request.method = method;
    request.headers = std::move(headers);
    return file_response(request, file_, "video/mp4");
  }
  /// `206 3+4` for four bytes from the fourth on.
  std::string sent(Fields headers, const std::string& method = "GET") const {
    const Response response = answer(std::move(headers), method);
    std::string text = std::to_string(response.status);
    if (const auto* body = std::get_if<FileBody>(&response.body))
      text += " " + std::to_string(body->offset) + "+" + std::to_string(body->length);
    return text;
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "clip";
  std::shared_ptr<const File> file_;
};

TEST_F(FileResponse, sends_the_range_that_is_asked_for) {
  EXPECT_EQ(sent({}), "200 0+10");
  EXPECT_EQ(sent({{"Range", "bytes=0-"}}), "206 0+10");
  EXPECT_EQ(sent({{"Range", "bytes=3-6"}}), "206 3+4");
  EXPECT_EQ(sent({{"range", "Bytes= 3-6 "}}), "206 3+4");
  EXPECT_EQ(sent({{"Range", "bytes=9-9"}}), "206 9+1");
  EXPECT_EQ(sent({{"Range", "bytes=5-100"}}), "206 5+5");
  EXPECT_EQ(sent({{"Range", "bytes=5-18446744073709551615"}}), "206 5+5");
  EXPECT_EQ(sent({{"Range", "bytes=-3"}}), "206 7+3");
  EXPECT_EQ(sent({{"Range", "bytes=-100"}}), "206 0+10");
  EXPECT_EQ(answer({{"Range", "bytes=3-6"}}).headers.get("Content-Range"), "bytes 3-6/10");
}

TEST_F(FileResponse, sends_all_where_a_range_means_nothing) {
  for (const char* range : {"bytes=", "bytes=-", "bytes=a-b", "bytes=6-3", "bytes=3", "lines=1-2", "bytes=0-1,3-4",
                            "bytes=99999999999999999999-", "bytes=+1-2", "bytes=1-2-3"})
    EXPECT_EQ(sent({{"Range", range}}), "200 0+10") << range;
  EXPECT_EQ(sent({{"Range", "bytes=1-2"}}, "HEAD"), "200 0+10");
  EXPECT_EQ(sent({{"Range", "bytes=1-2"}, {"Range", "bytes=3-4"}}), "200 0+10");
}

TEST_F(FileResponse, says_what_is_not_in_the_file) {
  for (const char* range : {"bytes=10-", "bytes=10-11", "bytes=-0"}) {
    const Response response = answer({{"Range", range}});
    EXPECT_EQ(response.status, 416) << range;
    EXPECT_EQ(response.headers.get("Content-Range"), "bytes */10");
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  }
}

TEST_F(FileResponse, knows_what_the_client_has) {
  const std::string etag = file_->etag(), date = format_date(file_->modified());
  const std::string before = format_date(file_->modified() - std::chrono::hours(1));
  EXPECT_EQ(sent({{"If-None-Match", etag}}), "304");
  EXPECT_EQ(sent({{"If-None-Match", "\"a,b\", W/" + etag}}), "304");
  EXPECT_EQ(sent({{"If-None-Match", "*"}}), "304");
  EXPECT_EQ(sent({{"If-None-Match", "\"other\""}, {"If-Modified-Since", date}}), "200 0+10");
  EXPECT_EQ(sent({{"If-Modified-Since", date}}), "304");
  EXPECT_EQ(sent({{"If-Modified-Since", before}}), "200 0+10");
  EXPECT_EQ(sent({{"If-Modified-Since", "yesterday"}}), "200 0+10");
  EXPECT_EQ(sent({{"If-Match", etag}}), "200 0+10");
  EXPECT_EQ(sent({{"If-Match", "W/" + etag}}), "412");
  EXPECT_EQ(sent({{"If-Unmodified-Since", before}}), "412");
  EXPECT_EQ(sent({{"If-Unmodified-Since", date}}), "200 0+10");
  EXPECT_EQ(answer({{"If-None-Match", etag}}).headers.get("ETag"), etag);
}

TEST_F(FileResponse, goes_on_only_with_the_same_file) {
  const std::string etag = file_->etag(), date = format_date(file_->modified());
  EXPECT_EQ(sent({{"Range", "bytes=3-6"}, {"If-Range", etag}}), "206 3+4");
  EXPECT_EQ(sent({{"Range", "bytes=3-6"}, {"If-Range", date}}), "206 3+4");
  EXPECT_EQ(sent({{"Range", "bytes=3-6"}, {"If-Range", "\"other\""}}), "200 0+10");
  EXPECT_EQ(sent({{"Range", "bytes=3-6"}, {"If-Range", "W/" + etag}}), "200 0+10");
  std::ofstream(path_, std::ios::app) << "x";
  EXPECT_NE(File(path_).etag(), etag);
}

TEST_F(FileResponse, an_empty_file_has_no_ranges) {
  std::ofstream(path_, std::ios::trunc).flush();
  file_ = std::make_shared<File>(path_);
  EXPECT_EQ(sent({}), "200 0+0");
  EXPECT_EQ(sent({{"Range", "bytes=0-"}}), "416");
}

TEST_F(FileResponse, takes_regular_files_only) {
  EXPECT_THROW(File(path_.parent_path()), base::RunError);
  EXPECT_THROW(File(folder_ / "missing"), base::RunError);
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(File(folder_ / "pipe"), base::RunError);
  EXPECT_EQ(File(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)).size(), 10U);
}

TEST(Date, is_read_as_it_is_written) {
  using namespace std::chrono_literals;
  const std::chrono::sys_seconds time(784111777s);
  EXPECT_EQ(format_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), time);
  for (const char* wrong :
       {"", "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT"})
    EXPECT_FALSE(parse_date(wrong)) << wrong;
}

}  // namespace
}  // namespace reel::http
