/// The second scenario: an uploaded video is edited by what its owner says, through all programs, and what came of it is in the database.
#include <gmock/gmock.h>

#include <pqxx/pqxx>

#include "packets.hpp"
#include "people.hpp"
#include "reel/store/cluster.hpp"

namespace reel::tests {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr const char* prompt = "remove object from 5:00 to 5:15";

/// Six minutes, of a real clip.
std::filesystem::path long_clip(const std::filesystem::path& folder) {
  const Result looped = shell("ffmpeg -nostdin -v error -stream_loop 1 -i " + quoted(clip("wannaworktogether.mp4")) +
                              " -map 0:v -map 0:a -c copy " + quoted(folder / "long.mp4"));
  EXPECT_EQ(looped.output, "");
  return folder / "long.mp4";
}

class EditByPrompt : public ::testing::Test {
 protected:
  EditByPrompt() {
    site.serve();
    client = std::make_unique<api_test::Client>(static_cast<std::uint16_t>(std::stoi(site.port())));
    ada = add_person(site, *client, "ada@example.org");
  }

  api_test::Answer post(const std::string& where, const json& body) {
    return client->call({.method = "POST", .path = where, .token = ada.token, .body = body});
  }
  json get(const std::string& where) { return client->call({.path = where, .token = ada.token}).json(); }

  Installation site{"limits: { requests-per-minute: 100000 }\n"};
  std::unique_ptr<api_test::Client> client;
  Person ada;
};

TEST_F(EditByPrompt, what_was_drawn_goes_from_its_seconds_alone) {
  const auto source = long_clip(site.folder().path());
  const json video = upload(*client, ada, read(source));
  ASSERT_EQ(video["state"], "ready") << video;

  json asked{{"prompt", prompt}, {"video", video["id"]}};
  const auto question = post("/api/v1/prompts", asked);
  ASSERT_EQ(question.status, 200) << question.body;
  EXPECT_EQ(question.json()["complete"], false);
  EXPECT_EQ(question.json()["questions"][0]["code"], "which-object");
  EXPECT_EQ(post("/api/v1/requests", asked).code(), "prompt-incomplete");

  asked["regions"] = json::array({{{"box", {0.4, 0.4, 0.1, 0.12}}}});
  const json reading = post("/api/v1/prompts", asked).json();
  ASSERT_EQ(reading["complete"], true) << reading;
  EXPECT_EQ(reading["clauses"][0]["times"][0]["begin_ns"], 300'000'000'000);
  EXPECT_EQ(reading["clauses"][0]["times"][0]["end_ns"], 315'000'000'000);
  const auto made = post("/api/v1/requests", asked);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::int64_t id = made.json()["id"];
  const json done = when_settled(*client, ada, path(id), {"queued", "running"});
  ASSERT_EQ(done["state"], "succeeded") << done;

  // The seconds of the edit, and what of their groups of pictures lies around them.
  const json report = get(path(id) + "/report");
  EXPECT_EQ(report["plan"]["pictures"]["treatment"], "splice");
  EXPECT_EQ(report["plan"]["sound"]["treatment"], "copy");
  const auto rendered = report["plan"]["rendered"].get<std::size_t>();
  EXPECT_GE(rendered, 449U);
  EXPECT_LT(rendered, 449U + 2 * 300U);
  for (const json& span : report["plan"]["spans"]) {
    if (span["kind"] != "render") continue;
    EXPECT_GT(span["source_seconds"][0], 289.0);
    EXPECT_LT(span["source_seconds"][1], 326.0);
  }
  const json artifacts = get(path(id) + "/artifacts")["items"];
  ASSERT_EQ(artifacts.size(), 1U);
  write(site.folder() / "edited.mp4", client->call({.path = artifacts[0]["path"], .token = ada.token}).body);
  const auto before = packets_of(source, "v:0"), after = packets_of(site.folder() / "edited.mp4", "v:0");
  ASSERT_EQ(after.size(), before.size());
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changed += before[i].hash != after[i].hash ? 1 : 0;
  EXPECT_GT(changed, 400U);
  EXPECT_LE(changed, rendered);

  const store::PrivateCluster cluster(site.state() / "postgres");
  pqxx::connection connection(cluster.url());
  pqxx::work look(connection);
  const auto row =
      look.exec1("SELECT prompt, pipeline_yaml, state FROM requests WHERE request_id = " + std::to_string(id));
  EXPECT_EQ(row[0].as<std::string>(), prompt);
  EXPECT_EQ(row[1].as<std::string>(), reading["yaml"].get<std::string>());
  EXPECT_THAT(row[1].as<std::string>(), HasSubstr("5:00..5:15"));
  const auto links = look.exec1("SELECT original_video_url, processed_video_url, status FROM videos");
  EXPECT_THAT(links[0].as<std::string>(), HasSubstr("upload:"));
  EXPECT_THAT(links[1].as<std::string>(), HasSubstr("edited.mp4"));
  EXPECT_EQ(links[2].as<std::string>(), "completed");
  EXPECT_GT(look.exec1("SELECT count(*) FROM processing_logs WHERE request_id = " + std::to_string(id))[0].as<int>(),
            0);
}

}  // namespace
}  // namespace reel::tests
