/// Files on their way in, and out again.
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <random>

#include "reel/service/housekeeping.hpp"
#include "world.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;

std::string random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// Sends these bytes and no more, until it leaves.
class LostClient {
 public:
  LostClient(std::uint16_t port, const std::string& bytes) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t now = ::send(fd_, bytes.data() + sent, bytes.size() - sent, 0);
      if (now <= 0) throw std::runtime_error("the server does not take the upload");
      sent += static_cast<std::size_t>(now);
    }
  }
  ~LostClient() { ::close(fd_); }
  LostClient(const LostClient&) = delete;
  LostClient& operator=(const LostClient&) = delete;
  void leave() const { ::shutdown(fd_, SHUT_RDWR); }

 private:
  int fd_;
};

class UploadsTest : public ApiTest {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  Answer tus(const std::string& method, const std::string& path, Headers headers, const std::string& bytes = {},
             const Person* who = nullptr) {
    headers.emplace_back("Tus-Resumable", "1.0.0");
    if (!bytes.empty()) headers.emplace_back("Content-Type", "application/offset+octet-stream");
    return send({.method = method,
                 .path = path,
                 .token = (who == nullptr ? ada : *who).token,
                 .headers = headers,
                 .bytes = bytes});
  }
  std::string begin(std::size_t length) {
    const Answer made = tus("POST", "/api/v1/uploads",
                            {{"Upload-Length", std::to_string(length)}, {"Upload-Metadata", "filename Y2xpcC5tcDQ="}});
    EXPECT_EQ(made.status, 201) << made.body;
    return made.header("location");
  }
  Answer append(const std::string& upload, std::size_t offset, const std::string& bytes) {
    return tus("PATCH", upload, {{"Upload-Offset", std::to_string(offset)}}, bytes);
  }
  std::size_t offset_of(const std::string& upload) {
    const Answer answer = tus("HEAD", upload, {});
    EXPECT_EQ(answer.status, 200);
    return std::stoull(answer.header("upload-offset"));
  }
  service::VideoId video_of(const Answer& last_part) { return std::stoll(last_part.header("reel-video")); }
  std::string content_of(service::VideoId video) {
    return get(ada, "/api/v1/videos/" + std::to_string(video) + "/content").body;
  }

  Person ada = person("ada");
};

TEST_F(UploadsTest, come_in_parts_and_are_the_same_bytes) {
  const std::string bytes = random_bytes(3'000'000, 1);
  const std::string upload = begin(bytes.size());
  EXPECT_EQ(append(upload, 0, bytes.substr(0, 1'000'000)).header("upload-offset"), "1000000");
  EXPECT_EQ(offset_of(upload), 1'000'000U);
  const Answer last = append(upload, 1'000'000, bytes.substr(1'000'000));
  EXPECT_EQ(last.status, 204);
  const auto video = video_of(last);
  EXPECT_EQ(content_of(video), bytes);
  const json shown = get(ada, "/api/v1/videos/" + std::to_string(video)).json();
  EXPECT_EQ(shown["name"], "clip.mp4");
  EXPECT_EQ(shown["state"], "inspecting");
  EXPECT_EQ(get(ada, "/api/v1/auth/me").json()["usage"]["stored_bytes"], bytes.size());
}

TEST_F(UploadsTest, can_come_with_their_creation) {
  const Answer made = tus("POST", "/api/v1/uploads", {{"Upload-Length", "5"}}, "bytes");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(content_of(video_of(made)), "bytes");
}

TEST_F(UploadsTest, what_came_before_the_client_was_lost_is_kept) {
  const std::string bytes = random_bytes(1'000'000, 2);
  const std::string upload = begin(bytes.size());
  const LostClient lost(port(), "PATCH " + upload + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                                    ada.token +
                                    "\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: "
                                    "application/offset+octet-stream\r\nContent-Length: 1000000\r\n\r\n" +
                                    bytes.substr(0, 300'000));
  EXPECT_TRUE(store::test::eventually([&] { return offset_of(upload) == 300'000; }));
  EXPECT_EQ(append(upload, 300'000, "x").code(), "locked");
  lost.leave();
  EXPECT_TRUE(store::test::eventually([&] { return append(upload, 300'000, bytes.substr(300'000)).status == 204; }));
  EXPECT_EQ(content_of(video_of(tus("HEAD", upload, {}))), bytes);
}

TEST_F(UploadsTest, refuse_what_does_not_fit) {
  const std::string upload = begin(10);
  EXPECT_EQ(append(upload, 5, "12345").code(), "offset-mismatch");
  EXPECT_EQ(append(upload, 0, "12345678901").status, 413);
  EXPECT_EQ(offset_of(upload), 0U);
  EXPECT_EQ(send({.method = "PATCH",
                  .path = upload,
                  .token = ada.token,
                  .headers = {{"Tus-Resumable", "1.0.0"}, {"Upload-Offset", "0"}, {"Content-Type", "video/mp4"}},
                  .bytes = "1"})
                .status,
            415);
  const Answer old =
      send({.method = "HEAD", .path = upload, .token = ada.token, .headers = {{"Tus-Resumable", "0.2.2"}}});
  EXPECT_EQ(old.status, 412);
  EXPECT_EQ(old.header("tus-version"), "1.0.0");
  EXPECT_EQ(tus("POST", "/api/v1/uploads", {{"Upload-Length", "0"}}).status, 400);
  EXPECT_EQ(tus("POST", "/api/v1/uploads", {}).status, 400);
  EXPECT_EQ(tus("POST", "/api/v1/uploads", {{"Upload-Length", "99000000000"}}).status, 413);
}

TEST_F(UploadsTest, a_whole_upload_takes_no_more_and_says_so) {
  const std::string upload = begin(5);
  const Answer last = append(upload, 0, "bytes");
  EXPECT_EQ(append(upload, 0, "bytes").code(), "offset-mismatch");
  const Answer status = tus("HEAD", upload, {});
  EXPECT_EQ(status.header("upload-offset"), "5");
  EXPECT_EQ(status.header("reel-video"), last.header("reel-video"));
  EXPECT_EQ(content_of(video_of(status)), "bytes");
}

TEST_F(UploadsTest, one_that_is_whole_on_disk_becomes_a_video_when_asked_for) {
  const std::string upload = begin(5);
  // As a server leaves it that died between the last byte and the video.
  std::ofstream(files.upload(upload.substr(upload.rfind('/') + 1))) << "bytes";
  const Answer status = tus("HEAD", upload, {});
  EXPECT_EQ(status.header("upload-offset"), "5");
  EXPECT_EQ(content_of(video_of(status)), "bytes");
}

TEST_F(UploadsTest, end_with_their_removal_and_with_their_time) {
  const std::string upload = begin(5);
  append(upload, 0, "by");
  EXPECT_EQ(tus("DELETE", upload, {}).status, 204);
  EXPECT_EQ(tus("HEAD", upload, {}).status, 404);
  EXPECT_FALSE(std::filesystem::exists(files.upload(upload.substr(upload.rfind('/') + 1))));

  const std::string old = begin(5);
  append(old, 0, "by");
  store->videos().keep_upload(old.substr(old.rfind('/') + 1), std::chrono::seconds(-1));
  service::keep_house(*store, files, {});
  EXPECT_EQ(tus("HEAD", old, {}).status, 404);
  EXPECT_FALSE(std::filesystem::exists(files.upload(old.substr(old.rfind('/') + 1))));
}

TEST_F(UploadsTest, keep_to_the_quota) {
  service::Quota quota;
  quota.storage_bytes = 100;
  store->accounts().set_quota(ada.id, quota);
  begin(60);
  EXPECT_EQ(tus("POST", "/api/v1/uploads", {{"Upload-Length", "41"}}).code(), "quota-exceeded");
  begin(40);
}

TEST_F(UploadsTest, videos_are_fetched_in_ranges_under_conditions) {
  const auto video = ready_video(ada, "0123456789");
  const std::string path = "/api/v1/videos/" + std::to_string(video) + "/content";
  const Answer whole = get(ada, path);
  EXPECT_EQ(whole.body, "0123456789");
  EXPECT_EQ(whole.header("content-type"), "video/mp4");
  const std::string etag = whole.header("etag");
  const auto with = [&](std::vector<std::pair<std::string, std::string>> headers) {
    return send({.path = path, .token = ada.token, .headers = std::move(headers)});
  };
  const Answer part = with({{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(with({{"Range", "bytes=2-4"}, {"If-Range", etag}}).body, "234");
  EXPECT_EQ(with({{"Range", "bytes=2-4"}, {"If-Range", "\"other\""}}).body, "0123456789");
  EXPECT_EQ(with({{"Range", "bytes=20-"}}).status, 416);
  EXPECT_EQ(with({{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(get(ada, path + "?download=true").header("content-disposition"), "attachment; filename*=UTF-8''clip.mp4");
}

TEST_F(UploadsTest, videos_have_renditions_names_and_an_end) {
  const auto video = ready_video(ada, "0123456789");
  const std::string path = "/api/v1/videos/" + std::to_string(video);
  EXPECT_EQ(get(ada, path + "/poster").body, "poster.jpg");
  EXPECT_EQ(get(ada, path + "/preview").body, "0123456789");
  EXPECT_EQ(get(ada, path + "/waveform").header("content-type"), "application/json");
  EXPECT_EQ(get(ada, path).json()["sprite"]["columns"], 5);
  EXPECT_EQ(get(ada, path + "/everything").status, 404);
  const Call rename{.method = "PATCH", .path = path, .token = ada.token, .body = {{"name", "Erste Szene.mov"}}};
  EXPECT_EQ(send(rename).json()["name"], "Erste Szene.mov");
  EXPECT_EQ(get(ada, path).json()["name"], "Erste Szene.mov");
  EXPECT_EQ(send({.method = "DELETE", .path = path, .token = ada.token}).status, 204);
  EXPECT_EQ(get(ada, path).status, 404);
  EXPECT_FALSE(std::filesystem::exists(files.video(video)));
}

TEST_F(UploadsTest, videos_come_in_pages) {
  for (int i = 0; i < 5; ++i) ready_video(ada);
  std::vector<int> ids;
  std::string query = "?limit=2";
  for (json page = get(ada, "/api/v1/videos" + query).json();; page = get(ada, "/api/v1/videos" + query).json()) {
    for (const json& video : page["items"]) ids.push_back(video["id"]);
    if (page["next_cursor"].is_null()) break;
    query = "?limit=2&cursor=" + page["next_cursor"].get<std::string>();
  }
  EXPECT_EQ(ids.size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(ids, std::greater<>()));
}

}  // namespace
}  // namespace reel::api_test
