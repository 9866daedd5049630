/// A file of 2 GiB goes up in parts that break off, and down again; the server's memory does not notice.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <fstream>
#include <random>

#include "people.hpp"
#include "processes.hpp"

namespace reel::tests {
namespace {

constexpr std::uint64_t gibibyte = 1ULL << 30U, most_memory = 100'000'000;

/// A clip, and behind it what players skip.
void make_large(const std::filesystem::path& file, std::uint64_t size) {
  std::string clip_bytes = read(clip("cockatoo.mp4"));
  const std::uint64_t rest = size - clip_bytes.size();
  clip_bytes += std::string("\0\0\0\1free", 8);
  for (int shift = 56; shift >= 0; shift -= 8) clip_bytes += static_cast<char>(rest >> static_cast<unsigned>(shift));
  write(file, clip_bytes);
  const Result filled =
      shell("head -c " + std::to_string(size - clip_bytes.size()) + " /dev/urandom >> " + quoted(file));
  ASSERT_EQ(filled.exit, 0) << filled.output;
}

class LargeUpload : public ::testing::Test {
 protected:
  LargeUpload() {
    site.serve();
    client = std::make_unique<api_test::Client>(static_cast<std::uint16_t>(std::stoi(site.port())));
    ada = add_person(site, *client, "ada@example.org");
  }
  api_test::Answer status(const std::string& upload) {
    return client->call(
        {.method = "HEAD", .path = upload, .token = ada.token, .headers = {{"Tus-Resumable", "1.0.0"}}});
  }
  /// curl, as it sends from `offset` on, for so many seconds at the most.
  void send(const std::string& upload, std::uint64_t offset, double seconds) const {
    shell("timeout -s KILL " + std::to_string(seconds) + " sh -c \"tail -c +" + std::to_string(offset + 1) + " " +
          file().string() + " | curl -s -T - -X PATCH -H 'Authorization: Bearer " + ada.token +
          "' -H 'Tus-Resumable: 1.0.0' -H 'Content-Type: application/offset+octet-stream' -H 'Upload-Offset: " +
          std::to_string(offset) + "' " + site.url() + upload + "\"");
  }
  std::filesystem::path file() const { return site.folder() / "large.mp4"; }

  Installation site;
  std::unique_ptr<api_test::Client> client;
  Person ada;
};

TEST_F(LargeUpload, survives_breaks_and_takes_no_memory) {
  make_large(file(), 2 * gibibyte);
  const auto made =
      client->call({.method = "POST",
                    .path = "/api/v1/uploads",
                    .token = ada.token,
                    .headers = {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", std::to_string(2 * gibibyte)}}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string upload = made.header("location");
  forget_peak(site.server().process());  // of checking a password, which is meant to take 64 MiB
  std::mt19937 random(1);
  int breaks = 0;
  api_test::Answer now = status(upload);
  for (; now.header("reel-video").empty(); now = status(upload), ++breaks) {
    const double patience = breaks < 12 ? 0.05 + static_cast<double>(random() % 400) / 1000 : 120;
    send(upload, std::stoull(now.header("upload-offset")), patience);
    ASSERT_LT(breaks, 40);
  }
  const std::int64_t id = std::stoll(now.header("reel-video"));
  const auto video = when_settled(*client, ada, video_path(id), {"inspecting"});
  EXPECT_EQ(video["state"], "ready") << video;

  const Result compared = shell("curl -sf -H 'Authorization: Bearer " + ada.token + "' " + site.url() + video_path(id) +
                                "/content | cmp - " + quoted(file()));
  EXPECT_EQ(compared.exit, 0) << compared.output;
  const std::uint64_t memory = memory_of(site.server().process(), "VmHWM");
  std::cout << breaks << " parts; meanwhile the server never had more than " << memory / 1'000'000 << " MB\n";
  EXPECT_GT(breaks, 10);
  EXPECT_LT(memory, most_memory);
}

}  // namespace
}  // namespace reel::tests
