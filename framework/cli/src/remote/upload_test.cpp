#include "remote/upload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "command.hpp"
#include "reel/base/error.hpp"
#include "remote/scripted_server.hpp"

namespace reel::cli::remote {
namespace {

using testing::HasSubstr;

const std::string created = http(201, "", "Location: /api/v1/uploads/abc\r\nUpload-Offset: 0\r\n");
std::string at(std::size_t offset, const std::string& more = {}) {
  return http(204, "", "Upload-Offset: " + std::to_string(offset) + "\r\n" + more);
}
std::string head(std::size_t offset, const std::string& more = {}) {
  return "HTTP/1.1 200 OK\r\nConnection: close\r\nUpload-Offset: " + std::to_string(offset) + "\r\n" + more + "\r\n";
}

class Uploads : public testing::Test {
 protected:
  Uploads() {
    for (std::size_t i = 0; i < 3'000'000; ++i) bytes_ += static_cast<char>(i * 7919 >> 3U);
    std::ofstream(file_, std::ios::binary) << bytes_;
  }
  std::int64_t run(const ScriptedServer& server) {
    Client client({server.origin(), "t"}, stop_, std::chrono::seconds(5));
    return upload(client, file_, view_);
  }

  tests::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "a clip.mp4";
  std::string bytes_;
  ProgressView view_;
  Stop stop_;
};

TEST_F(Uploads, sends_the_file_and_gets_a_video) {
  ScriptedServer server({{created}, {at(bytes_.size(), "Reel-Video: 17\r\n")}});
  EXPECT_EQ(run(server), 17);
  const auto& calls = server.received();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].method + calls[0].target, "POST/api/v1/uploads");
  EXPECT_EQ(calls[0].headers.at("tus-resumable"), "1.0.0");
  EXPECT_EQ(calls[0].headers.at("upload-length"), "3000000");
  EXPECT_EQ(calls[0].headers.at("upload-metadata"), "filename YSBjbGlwLm1wNA==");
  EXPECT_EQ(calls[1].method + calls[1].target, "PATCH/api/v1/uploads/abc");
  EXPECT_EQ(calls[1].headers.at("upload-offset"), "0");
  EXPECT_EQ(calls[1].headers.at("content-type"), "application/offset+octet-stream");
  EXPECT_EQ(calls[1].headers.at("authorization"), "Bearer t");
  EXPECT_TRUE(calls[1].body == bytes_);
}

TEST_F(Uploads, goes_on_where_the_server_stands_after_the_connection_was_cut) {
  ScriptedServer server({{created},
                         {.answer = "", .body_bytes = 1'000'000},
                         {head(900'000)},
                         {at(2'000'000)},
                         {at(bytes_.size(), "Reel-Video: 17\r\n")}});
  EXPECT_EQ(run(server), 17);
  const auto& calls = server.received();
  ASSERT_EQ(calls.size(), 5U);
  EXPECT_EQ(calls[2].method, "HEAD");
  EXPECT_EQ(calls[3].headers.at("upload-offset"), "900000");
  EXPECT_TRUE(calls[3].body == bytes_.substr(900'000));
  EXPECT_EQ(calls[4].headers.at("upload-offset"), "2000000");
  EXPECT_TRUE(calls[4].body == bytes_.substr(2'000'000));
}

TEST_F(Uploads, an_answer_that_was_lost_is_asked_for) {
  ScriptedServer server({{created}, {}, {head(bytes_.size(), "Reel-Video: 8\r\n")}});
  EXPECT_EQ(run(server), 8);
}

TEST_F(Uploads, other_offsets_and_locks_pass) {
  ScriptedServer server({{created},
                         {problem_answer(423, "locked", "another call writes")},
                         {head(0)},
                         {problem_answer(409, "offset-mismatch", "it stands elsewhere")},
                         {head(1'500'000)},
                         {problem_answer(503, "unavailable", "not now")},
                         {head(1'500'000)},
                         {at(bytes_.size(), "Reel-Video: 8\r\n")}});
  EXPECT_EQ(run(server), 8);
  EXPECT_TRUE(server.received().back().body == bytes_.substr(1'500'000));
}

TEST_F(Uploads, the_last_word_may_come_without_bytes) {
  ScriptedServer server({{created}, {at(bytes_.size())}, {at(bytes_.size(), "Reel-Video: 8\r\n")}});
  EXPECT_EQ(run(server), 8);
  EXPECT_EQ(server.received().back().headers.at("upload-offset"), "3000000");
  EXPECT_TRUE(server.received().back().body.empty());
}

TEST_F(Uploads, refusals_are_final_and_the_upload_is_given_up) {
  ScriptedServer server({{created}, {problem_answer(413, "too-large", "the file is too large")}, {http(204)}});
  try {
    run(server);
    FAIL();
  } catch (const base::InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("the file is too large"));
  }
  ASSERT_EQ(server.received().size(), 3U);
  EXPECT_EQ(server.received()[2].method + server.received()[2].target, "DELETE/api/v1/uploads/abc");
}

TEST_F(Uploads, one_that_the_server_forgot_is_said) {
  ScriptedServer server({{created}, {}, {"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"}, {http(404)}});
  EXPECT_THROW(run(server), base::RunError);
}

TEST_F(Uploads, a_file_that_changes_meanwhile_is_said) {
  ScriptedServer server({{.made =
                              [this](const Received&) {
                                std::ofstream(file_, std::ios::binary) << "shorter";
                                return created;
                              }},
                         {.answer = ""},
                         {http(204)}});
  EXPECT_THROW(run(server), base::InputError);
}

TEST_F(Uploads, a_stop_gives_it_up) {
  ScriptedServer server({{created},
                         {.answer = "",
                          .body_bytes = 0,
                          .made =
                              [this](const Received&) {
                                stop_.ask();
                                return std::string();
                              }},
                         {http(204)}});
  EXPECT_THROW(run(server), base::Interrupted);
  ASSERT_EQ(server.received().size(), 3U);
  EXPECT_EQ(server.received()[2].method, "DELETE");
}

TEST_F(Uploads, what_is_no_file_is_refused_before_anything_is_sent) {
  ScriptedServer server({});
  for (const auto& name : {folder_.path(), folder_.path() / "nothing.mp4", std::filesystem::path("/dev/null")}) {
    file_ = name;
    EXPECT_THROW(run(server), base::InputError) << name;
  }
}

TEST_F(Uploads, waits_for_the_inspection) {
  ScriptedServer server({{json_answer(200, R"({"id":3,"state":"inspecting"})")},
                         {json_answer(200, R"({"id":3,"state":"ready"})")},
                         {json_answer(200, R"({"id":4,"state":"rejected","fault":"it is no media file"})")}});
  Client client({server.origin(), "t"}, stop_);
  await_inspection(client, 3, "a.mp4");
  EXPECT_EQ(server.received()[0].target, "/api/v1/videos/3");
  try {
    await_inspection(client, 4, "a.mp4");
    FAIL();
  } catch (const base::InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("rejects 'a.mp4': it is no media file"));
  }
}

}  // namespace
}  // namespace reel::cli::remote
