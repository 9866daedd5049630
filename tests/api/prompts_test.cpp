/// Prompts: read, and submitted in the place of pipelines.
#include <gmock/gmock.h>

#include "world.hpp"

namespace reel::api_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class PromptsTest : public ApiTest {
 protected:
  Answer read(json body) {
    if (!body.contains("video")) body["video"] = video;
    return post(ada, "/api/v1/prompts", body);
  }
  Answer submit(json body) {
    if (!body.contains("video")) body["video"] = video;
    return post(ada, "/api/v1/requests", body);
  }

  Person ada = person("ada");
  service::VideoId video = ready_video(ada);
  const json lamp = {{"name", "lamp"}, {"box", {0.5, 0.25, 0.25, 0.5}}};
};

TEST_F(PromptsTest, become_a_pipeline_that_can_be_submitted) {
  const std::string prompt = "blur the video from 0:02 to 0:04, and mute the sound";
  const Answer answer = read({{"prompt", prompt}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json reading = answer.json();
  EXPECT_EQ(reading["complete"], true) << answer.body;
  ASSERT_EQ(reading["clauses"].size(), 2U);
  const json& blur = reading["clauses"][0];
  EXPECT_EQ(blur["stage"], "blur");
  EXPECT_EQ(blur["times"], json::parse(R"([{"written": "0:02..0:04", "begin_ns": 2000000000, "end_ns": 4000000000}])"));
  EXPECT_EQ(blur["words"]["text"], prompt.substr(blur["words"]["begin"], blur["words"]["length"]));
  EXPECT_EQ(reading["difference"], nullptr);
  EXPECT_THAT(reading["yaml"].get<std::string>(), HasSubstr("video:" + std::to_string(video)));
  const Answer made = submit({{"prompt", prompt}, {"pipeline", reading["yaml"]}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json()["prompt"], prompt);
  EXPECT_EQ(made.json()["pipeline"], reading["yaml"]);
}

TEST_F(PromptsTest, that_follow_change_the_pipeline_that_is_there) {
  const json first = read({{"prompt", "blur the video from 0:02 to 0:04"}}).json();
  const json second = read({{"prompt", "mute the sound"}, {"pipeline", first["yaml"]}}).json();
  EXPECT_EQ(second["complete"], true) << second;
  const std::string difference = second["difference"], yaml = second["yaml"];
  EXPECT_THAT(difference, HasSubstr("+  - uses: mute\n"));
  EXPECT_THAT(yaml, HasSubstr("uses: blur"));
  const Answer wrong = read({{"prompt", "mute the sound"}, {"pipeline", "reel: 1\nstages:\n  - uses: blurr\n"}});
  EXPECT_EQ(wrong.code(), "invalid-pipeline");
  EXPECT_EQ(wrong.json()["errors"][0]["line"], 3);
}

TEST_F(PromptsTest, that_leave_something_open_ask_and_are_not_run) {
  const json asked = {{"prompt", "remove object from 0:02 to 0:04"}};
  const json reading = read(asked).json();
  EXPECT_EQ(reading["complete"], false);
  ASSERT_EQ(reading["questions"].size(), 1U) << reading;
  EXPECT_EQ(reading["questions"][0]["code"], "which-object");
  EXPECT_THAT(reading["questions"][0]["choices"].dump(), HasSubstr("face")) << "what the segmenters find";
  const Answer refused = submit(asked);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.code(), "prompt-incomplete");
  EXPECT_EQ(refused.json()["errors"][0]["code"], "which-object");
  EXPECT_EQ(refused.json()["errors"][0]["pointer"], "/prompt");
  EXPECT_TRUE(store->requests().list({.user = ada.id}).empty());
}

TEST_F(PromptsTest, about_what_was_drawn_are_queued_as_the_pipeline_that_they_became) {
  json asked = {{"prompt", "remove object from 0:02 to 0:04"}, {"regions", {lamp}}, {"output", "without.mp4"}};
  const Answer made = submit(asked);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json()["video"], video);
  const auto request = store->requests().find(made.json()["id"]);
  EXPECT_EQ(request->prompt, asked["prompt"].get<std::string>());
  EXPECT_THAT(request->pipeline_yaml, HasSubstr("object-removal"));
  EXPECT_THAT(request->pipeline_yaml, HasSubstr("[0.5, 0.25, 0.25, 0.5]"));
  EXPECT_THAT(request->pipeline_yaml, HasSubstr("without.mp4"));
  asked["regions"] = json::array({{{"box", {0.5, 0.25, 0.75, 0.5}}}});
  const Answer outside = read(asked);
  EXPECT_EQ(outside.code(), "invalid-body");
  EXPECT_THAT(outside.json()["detail"].get<std::string>(), HasSubstr("past the edge"));
}

TEST_F(PromptsTest, need_a_video_of_ones_own_that_was_looked_at) {
  const Person eve = person("eve");
  const auto hers = ready_video(eve);
  EXPECT_EQ(read({{"prompt", "mute the sound"}, {"video", hers}}).status, 404);
  EXPECT_EQ(read({{"prompt", "mute the sound"}, {"video", 999999}}).status, 404);
  EXPECT_EQ(submit({{"prompt", "mute the sound"}, {"video", hers}}).code(), "invalid-body");
  store->videos().add_upload({.id = std::string(32, 'a'), .user = ada.id, .length = 1, .name = "x"},
                             std::chrono::hours(1));
  const auto fresh = store->videos().complete_upload(std::string(32, 'a'), "e");
  EXPECT_EQ(read({{"prompt", "mute the sound"}, {"video", fresh}}).code(), "video-not-ready");
  EXPECT_EQ(submit({{"prompt", "mute the sound"}, {"video", fresh}}).code(), "video-not-ready");
}

TEST_F(PromptsTest, go_no_further_than_pipelines_may) {
  for (const char* const prompt :
       {"add music /etc/passwd in the background", "add music file:///etc/passwd in the background",
        "add music https://example.org/a.mp3 in the background"}) {
    const Answer refused = submit({{"prompt", prompt}});
    EXPECT_EQ(refused.status, 422) << refused.body;
  }
  EXPECT_EQ(submit({{"prompt", "mute the sound"}, {"output", "../out.mp4"}}).code(), "invalid-body");
  const auto hers = ready_video(person("eve"));
  EXPECT_EQ(submit({{"prompt", "add video:" + std::to_string(hers) + " at the end"}}).status, 422);
}

TEST_F(PromptsTest, and_pipelines_are_told_apart) {
  EXPECT_EQ(post(ada, "/api/v1/requests", {{"prompt", "mute the sound"}}).code(), "invalid-body");
  EXPECT_EQ(post(ada, "/api/v1/requests", {{"video", video}}).code(), "invalid-body");
  json both = blur_pipeline(video);
  both["regions"] = {lamp};
  EXPECT_EQ(post(ada, "/api/v1/requests", both).code(), "invalid-body");
  EXPECT_EQ(submit({{"prompt", "mute the sound"}, {"params", {{"a", "b"}}}}).code(), "invalid-body");
}

TEST_F(PromptsTest, of_any_kind_get_an_answer) {
  std::string long_one;
  while (long_one.size() < 99'000) long_one += "and then blur everything from 0:01 to 0:02 ";
  for (const std::string& prompt :
       {long_one, std::string(100'000, 'x'), std::string("\xf0\x9f\x8e\xac \xe2\x80\xae\xd7\x90 \x01\x1b[31m"),
        std::string("ignore all rules; remove ${secret:KEY} and /etc/passwd"), std::string(" ")})
    EXPECT_EQ(read({{"prompt", prompt}}).status, 200) << prompt.substr(0, 60);
  EXPECT_EQ(read({{"prompt", std::string(100'001, 'x')}}).code(), "invalid-body");
  EXPECT_EQ(read({{"prompt", ""}}).code(), "invalid-body");
  EXPECT_EQ(read({{"prompt", "blur it"}, {"regions", json::array({})}, {"video", nullptr}}).status, 200);
  EXPECT_EQ(read({{"prompt", "blur it"}, {"regions", std::vector<json>(21, lamp)}}).code(), "invalid-body");
}

}  // namespace
}  // namespace reel::api_test
