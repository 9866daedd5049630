#include "remote/download.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "command.hpp"
#include "reel/base/error.hpp"
#include "remote/scripted_server.hpp"

namespace reel::cli::remote {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Downloads : public testing::Test {
 protected:
  Downloads() {
    for (std::size_t i = 0; i < 1'000'000; ++i) bytes_ += static_cast<char>(i * 7919 >> 3U);
  }

  /// A good answer that breaks off after `end` bytes of the file.
  std::string part(std::size_t begin, std::size_t end, const std::string& etag = "\"e1\"") const {
    return (begin == 0 ? "HTTP/1.1 200 OK\r\n"
                       : "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(begin) +
                             "-999999/1000000\r\n") +
           "Connection: close\r\nETag: " + etag + "\r\nContent-Length: " + std::to_string(bytes_.size() - begin) +
           "\r\n\r\n" + bytes_.substr(begin, end - begin);
  }
  std::vector<fs::path> run(const ScriptedServer& server, std::vector<RemoteArtifact> artifacts,
                            bool overwrite = false) {
    Client client({server.origin(), "t"}, stop_, std::chrono::milliseconds(700));
    return fetch(client, artifacts, {.folder = folder_.path(), .overwrite = overwrite}, view_);
  }
  RemoteArtifact artifact(const std::string& name = "out.mp4") const { return {name, "/files/" + name, bytes_.size()}; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), {}));
  }

  tests::TemporaryFolder folder_;
  std::string bytes_;
  ProgressView view_;
  Stop stop_;
};

TEST_F(Downloads, all_appear_when_all_are_whole) {
  ScriptedServer server({{part(0, 1'000'000)}, {part(0, 1'000'000)}});
  const auto made = run(server, {artifact("a.mp4"), artifact("b.mp4")});
  EXPECT_THAT(made, testing::ElementsAre(folder_.path() / "a.mp4", folder_.path() / "b.mp4"));
  EXPECT_TRUE(contents(made[0]) == bytes_);
  EXPECT_TRUE(contents(made[1]) == bytes_);
  EXPECT_EQ(files(), 2U) << "nothing else is left";
  EXPECT_EQ(server.received()[0].target, "/files/a.mp4");
  EXPECT_FALSE(server.received()[0].headers.contains("range"));
}

TEST_F(Downloads, goes_on_after_a_cut) {
  ScriptedServer server({{part(0, 300'000)}, {part(300'000, 700'000)}, {part(700'000, 1'000'000)}});
  run(server, {artifact()});
  EXPECT_TRUE(contents(folder_.path() / "out.mp4") == bytes_);
  ASSERT_EQ(server.received().size(), 3U);
  EXPECT_EQ(server.received()[1].headers.at("range"), "bytes=300000-");
  EXPECT_EQ(server.received()[1].headers.at("if-range"), "\"e1\"");
}

TEST_F(Downloads, a_later_call_goes_on_too) {
  {
    ScriptedServer server({{part(0, 300'000)}});
    EXPECT_THROW(run(server, {artifact()}), base::TransientError);
    EXPECT_FALSE(fs::exists(folder_.path() / "out.mp4"));
  }
  ScriptedServer server({{part(300'000, 1'000'000)}});
  run(server, {artifact()});
  EXPECT_EQ(server.received()[0].headers.at("range"), "bytes=300000-");
  EXPECT_TRUE(contents(folder_.path() / "out.mp4") == bytes_);
}

TEST_F(Downloads, another_file_on_the_server_begins_anew) {
  ScriptedServer server({{part(0, 300'000, "\"other\"")}, {part(0, 1'000'000)}});
  run(server, {artifact()});
  EXPECT_TRUE(contents(folder_.path() / "out.mp4") == bytes_);
}

TEST_F(Downloads, what_cannot_be_named_for_sure_is_not_gone_on_with) {
  ScriptedServer server({{part(0, 300'000, "W/\"weak\"")}, {part(0, 1'000'000)}});
  run(server, {artifact()});
  EXPECT_FALSE(server.received()[1].headers.contains("range"));
  EXPECT_TRUE(contents(folder_.path() / "out.mp4") == bytes_);
}

TEST_F(Downloads, a_part_that_is_whole_is_only_asked_about) {
  std::ofstream(folder_.path() / "out.mp4.part", std::ios::binary) << bytes_;
  std::ofstream(folder_.path() / "out.mp4.part.etag") << "\"e1\"";
  ScriptedServer server({{"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"}});
  run(server, {artifact()});
  EXPECT_EQ(server.received()[0].headers.at("if-none-match"), "\"e1\"");
  EXPECT_TRUE(contents(folder_.path() / "out.mp4") == bytes_);
}

TEST_F(Downloads, foreign_parts_are_not_trusted) {
  std::ofstream(folder_.path() / "out.mp4.part", std::ios::binary) << "of something else";
  ScriptedServer server({{part(0, 1'000'000)}});
  run(server, {artifact()});
  EXPECT_FALSE(server.received()[0].headers.contains("range"));
  EXPECT_TRUE(contents(folder_.path() / "out.mp4") == bytes_);
}

TEST_F(Downloads, a_wrong_range_or_length_is_no_result) {
  std::string wrong = part(300'000, 1'000'000);
  wrong.replace(wrong.find("bytes 300000"), 12, "bytes 300001");
  ScriptedServer server({{part(0, 300'000)}, {wrong}});
  EXPECT_THROW(run(server, {artifact()}), base::RunError);
  ScriptedServer shorter({{http(200, "short", "ETag: \"e2\"\r\n")}});
  EXPECT_THROW(run(shorter, {artifact("two.mp4")}), base::RunError);
  EXPECT_FALSE(fs::exists(folder_.path() / "out.mp4"));
  EXPECT_FALSE(fs::exists(folder_.path() / "two.mp4"));
}

TEST_F(Downloads, nothing_is_overwritten_unasked) {
  std::ofstream(folder_.path() / "out.mp4") << "mine";
  ScriptedServer nothing({});
  EXPECT_THROW(run(nothing, {artifact()}), base::InputError);
  EXPECT_EQ(contents(folder_.path() / "out.mp4"), "mine");
  ScriptedServer server({{part(0, 1'000'000)}});
  run(server, {artifact()}, true);
  EXPECT_TRUE(contents(folder_.path() / "out.mp4") == bytes_);
}

TEST_F(Downloads, a_refusal_leaves_nothing_behind) {
  ScriptedServer server({{problem_answer(404, "not-found", "there is no such artifact")}});
  EXPECT_THROW(run(server, {artifact()}), base::InputError);
  EXPECT_EQ(files(), 0U);
}

TEST_F(Downloads, a_full_disk_is_said) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit little{100'000, before.rlim_max};
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &little);
  ScriptedServer server({{part(0, 1'000'000)}});
  std::string said;
  try {
    run(server, {artifact()});
  } catch (const base::RunError& e) {
    said = e.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(said, HasSubstr("cannot write '" + (folder_.path() / "out.mp4.part").string() + "': File too large"));
  EXPECT_FALSE(fs::exists(folder_.path() / "out.mp4"));
}

TEST(Artifacts, names_that_lead_elsewhere_are_refused) {
  for (const std::string name : {"../x", "a/b", "", ".bashrc", "..", "a\\u0000b", "a\\nb", "a\\u001b[2J"}) {
    ScriptedServer server({{json_answer(200, R"({"items":[{"name":")" + name + R"(","path":"/x","bytes":1}]})")}});
    Stop stop;
    Client client({server.origin(), "t"}, stop);
    EXPECT_THROW(artifacts_of(client, 1), base::RunError) << name;
  }
  ScriptedServer server(
      {{json_answer(200, R"({"items":[{"name":"a","path":"/x","bytes":1},{"name":"a","path":"/y","bytes":2}]})")}});
  Stop stop;
  Client client({server.origin(), "t"}, stop);
  EXPECT_THROW(artifacts_of(client, 1), base::RunError);
}

}  // namespace
}  // namespace reel::cli::remote
