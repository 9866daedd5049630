/// Uploaded files: what is made of them, and what is sent away.
#include "runner_fixture.hpp"

namespace reel::runner {
namespace {

class Inspect : public RunnerTest {
 protected:
  RunnerResult look_at(const fs::path& file) {
    return run(service::InspectJob{file, file.filename().string(), results()});
  }
  std::string probe(const std::string& file, const std::string& entries) {
    auto text =
        tests::shell("ffprobe -v error -show_entries " + entries + " -of csv=p=0 " + quoted(results() / file)).output;
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }
};

TEST_F(Inspect, a_clip_gets_pictures_and_a_waveform) {
  const RunnerResult result = look_at(clip("3"));
  ASSERT_EQ(result.outcome.state, RequestState::succeeded) << result.outcome.error << log();
  EXPECT_EQ(results_there(), (std::set<std::string>{"poster.jpg", "sprite.jpg", "waveform.json"}));
  const auto media = json::parse(result.media_json), assets = json::parse(result.assets_json);
  EXPECT_EQ(media["uri"], "clip.mp4");
  EXPECT_EQ(media["streams"].size(), 2U);
  EXPECT_TRUE(assets["preview"].is_null());
  EXPECT_EQ(assets["sprite"]["count"], 3);
  EXPECT_EQ(probe("poster.jpg", "stream=width,height"), "160,96");
  EXPECT_EQ(probe("sprite.jpg", "stream=width,height"), std::to_string(assets["sprite"]["width"].get<int>() * 3) + "," +
                                                            std::to_string(assets["sprite"]["height"].get<int>()));
  const auto wave = json::parse(tests::read(results() / "waveform.json"));
  EXPECT_EQ(wave["length"], wave["data"].size() / 2);
  EXPECT_NEAR(assets["waveform"]["duration"].get<double>(), 3.0, 0.1);
  int loudest = 0;
  for (const int v : wave["data"]) loudest = std::max(loudest, v);
  EXPECT_NEAR(loudest, 127 / 8, 2) << "ffmpeg's sine has an eighth of full scale";
}

TEST_F(Inspect, what_browsers_cannot_play_gets_a_preview) {
  const auto film = make("film.mkv",
                         "-f lavfi -i testsrc2=size=1600x1200:rate=25:duration=1 -f lavfi -i sine=d=1 -c:v ffv1 -c:a "
                         "flac -pix_fmt yuv422p");
  const RunnerResult result = look_at(film);
  ASSERT_EQ(result.outcome.state, RequestState::succeeded) << result.outcome.error << log();
  EXPECT_EQ(json::parse(result.assets_json)["preview"]["file"], "preview.mp4");
  EXPECT_EQ(probe("preview.mp4", "stream=codec_name,width,height,pix_fmt -select_streams v"), "h264,960,720,yuv420p");
  EXPECT_EQ(probe("preview.mp4", "stream=codec_name -select_streams a"), "aac");
  const std::string bytes = tests::read(results() / "preview.mp4");
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat")) << "it does not start fast";
}

TEST_F(Inspect, long_films_are_not_decoded_for_their_sprite) {
  const auto film = make("long.mp4", "-f lavfi -i testsrc2=size=64x64:rate=5:duration=1200 -c:v libx264 -g 25");
  const RunnerResult result = look_at(film);
  ASSERT_EQ(result.outcome.state, RequestState::succeeded) << result.outcome.error << log();
  const auto sprite = json::parse(result.assets_json)["sprite"];
  EXPECT_EQ(sprite["count"], 100);
  EXPECT_EQ(sprite["columns"], 10);
  EXPECT_EQ(sprite["interval"], 12);
}

TEST_F(Inspect, turned_and_stretched_pictures_are_shown_as_they_play) {
  make("upright.mp4", "-f lavfi -i testsrc2=size=160x96:rate=25:duration=1 -c:v libx264 -aspect 2:1");
  const auto turned = make("turned.mp4", "-i " + quoted(folder_ / "upright.mp4") + " -c copy -metadata:s:v rotate=90");
  ASSERT_EQ(look_at(turned).outcome.state, RequestState::succeeded) << log();
  EXPECT_EQ(probe("poster.jpg", "stream=width,height"), "96,192");
}

TEST_F(Inspect, sound_alone) {
  ASSERT_EQ(look_at(make("a.mp3", "-f lavfi -i sine=d=2")).outcome.state, RequestState::succeeded) << log();
  EXPECT_EQ(results_there(), std::set<std::string>{"waveform.json"});
}

TEST_F(Inspect, a_picture_alone) {
  ASSERT_EQ(look_at(make("a.png", "-f lavfi -i testsrc2=size=64x64 -frames:v 1")).outcome.state,
            RequestState::succeeded)
      << log();
  EXPECT_EQ(results_there(), std::set<std::string>{"poster.jpg"});
}

TEST_F(Inspect, what_is_no_media_is_rejected_with_a_reason) {
  tests::write(folder_ / "notes.mp4", "Dear diary, this is no film.\n");
  tests::write(folder_ / "empty.mp4", "");
  tests::write(folder_ / "list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n");
  tests::write(folder_ / "cut.mp4", tests::read(clip()).substr(0, 3000));
  for (const auto& [file, why] : {std::pair{"notes.mp4", "is no media file"},
                                  {"empty.mp4", "is empty"},
                                  {"list.m3u8", "is a playlist"},
                                  {"cut.mp4", "'cut.mp4'"}}) {
    const RunnerResult result = look_at(folder_ / file);
    EXPECT_EQ(result.outcome.error_code, "not-media") << file;
    EXPECT_THAT(result.outcome.error, HasSubstr(why));
    EXPECT_EQ(result.outcome.error.find(folder_.path().string()), std::string::npos) << result.outcome.error;
    EXPECT_EQ(results_there(), std::set<std::string>{});
  }
}

TEST_F(Inspect, a_success_without_media_is_none) {
  auto forger = setup();
  forger.program = folder_ / "forger";
  RunnerResult claimed;
  claimed.assets_json = "{}";
  tests::write(forger.program, "#!/bin/sh\ncat >&3 <<END\n" + to_line(claimed) + "\nEND\n");
  fs::permissions(forger.program, fs::perms{0755});
  service::RunnerProcess child(forger, service::InspectJob{clip(), "clip.mp4", results()}, work(), limits);
  EXPECT_EQ(child.wait().outcome.state, RequestState::failed);
  EXPECT_EQ(child.result()->outcome.error_code, "bad-answer");
  EXPECT_THAT(child.result()->outcome.error, HasSubstr("it told nothing of the file"));
}

}  // namespace
}  // namespace reel::runner
