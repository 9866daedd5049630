#include <gmock/gmock.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <set>

#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using namespace std::chrono_literals;
using namespace std::string_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Optional;

class VideosTest : public test::StoresTest {
 protected:
  Upload upload(const std::string& id) { return {.id = id, .user = sample.user, .length = 1000, .name = "clip.mp4"}; }
  VideoId uploaded(const std::string& id = "0123") {
    videos.add_upload(upload(id), 1h);
    return videos.complete_upload(id, "\"tag\"");
  }
  VideoId ready() {
    const VideoId id = uploaded();
    videos.set_inspected(id, R"({"seconds": 14})", R"({"poster": "p.jpg"})", 1200, "");
    return id;
  }
  VideoState state(VideoId id) { return videos.find(id)->state; }
  /// A worker takes the inspection and ends it.
  void end_inspection(const Outcome& outcome) {
    const Claim claim = queue.claim("w", 1h, 0).value();
    EXPECT_EQ(claim.request.kind, RequestKind::inspect);
    EXPECT_TRUE(requests.finish(claim.key.request, outcome, claim.key.attempt));
  }
};

TEST_F(VideosTest, ReadsBackAnUpload) {
  Upload sent = upload("abcd");
  sent.length = 5'000'000'000;
  sent.metadata = "filename Y2xpcA==";
  videos.add_upload(sent, 1h);
  const Upload read = videos.upload("abcd").value();
  EXPECT_EQ(read.user, sample.user);
  EXPECT_EQ(read.length, 5'000'000'000);
  EXPECT_EQ(read.name, "clip.mp4");
  EXPECT_EQ(read.metadata, sent.metadata);
  EXPECT_EQ(read.video, std::nullopt);
  EXPECT_THAT(read.created_at, MatchesRegex(test::rfc3339));
  EXPECT_GT(read.expires_at, read.created_at);
  EXPECT_FALSE(videos.upload("other"));
  EXPECT_THROW(videos.add_upload(sent, 1h), base::RunError);
}

TEST_F(VideosTest, AnUploadExpiresUnlessItIsKeptOrWhole) {
  for (const char* id : {"old", "kept", "whole"}) videos.add_upload(upload(id), 0s);
  videos.keep_upload("kept", 1h);
  videos.complete_upload("whole", "");
  videos.keep_upload("gone", 1h);
  const auto expired = videos.expired_uploads(10);
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].id, "old");
  EXPECT_THAT(videos.expired_uploads(0), IsEmpty());
  EXPECT_FALSE(videos.remove_expired_upload("kept"));
  EXPECT_FALSE(videos.remove_expired_upload("whole"));
  EXPECT_TRUE(videos.remove_expired_upload("old"));
  EXPECT_TRUE(videos.remove_upload("kept"));
  EXPECT_FALSE(videos.remove_upload("kept"));
}

TEST_F(VideosTest, AWholeUploadIsAVideoThatIsInspectedFirst) {
  const VideoId id = uploaded();
  EXPECT_EQ(videos.upload("0123")->video, id);
  const Video video = videos.find(id).value();
  EXPECT_EQ(video.user, sample.user);
  EXPECT_EQ(video.url, "upload:0123");
  EXPECT_EQ(video.name, "clip.mp4");
  EXPECT_EQ(video.bytes, 1000);
  EXPECT_EQ(video.etag, "\"tag\"");
  EXPECT_EQ(video.state, VideoState::inspecting);
  EXPECT_EQ(video.media_json, "");
  queued();
  const Claim claim = queue.claim("w", 1h, 0).value();
  EXPECT_EQ(claim.request.kind, RequestKind::inspect);
  EXPECT_EQ(claim.request.video, id);
  EXPECT_EQ(claim.request.video_url, "upload:0123");
  EXPECT_FALSE(videos.remove(id)) << "which is still looked at";
}

TEST_F(VideosTest, AnUploadBecomesOneVideoHoweverOftenItIsCompleted) {
  videos.add_upload(upload("once"), 1h);
  std::mutex mutex;
  std::set<VideoId> ids;
  test::at_once(6, [&](int) {
    const VideoId id = other()->videos().complete_upload("once", "t");
    const std::lock_guard lock(mutex);
    ids.insert(id);
  });
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(value("SELECT count(*) FROM requests"), "1");
  EXPECT_THROW(videos.complete_upload("never", ""), base::RunError);
}

TEST_F(VideosTest, AnInspectionMakesItReady) {
  const VideoId id = ready();
  end_inspection({});
  const Video video = videos.find(id).value();
  EXPECT_EQ(video.state, VideoState::ready);
  EXPECT_EQ(video.bytes, 1200);
  EXPECT_EQ(json::parse(video.media_json), json::parse(R"({"seconds": 14})"));
  EXPECT_EQ(json::parse(video.assets_json), json::parse(R"({"poster": "p.jpg"})"));
  EXPECT_TRUE(videos.remove(id));
}

TEST_F(VideosTest, AnInspectionMayRejectIt) {
  const VideoId id = uploaded();
  videos.set_inspected(id, "", "", 0, "It holds no pictures.");
  end_inspection({});
  EXPECT_EQ(state(id), VideoState::rejected);
  EXPECT_EQ(videos.find(id)->fault, "It holds no pictures.");
  sample.video = id;
  running();
  EXPECT_EQ(state(id), VideoState::rejected);
  EXPECT_THROW(videos.set_inspected(99, "", "", 0, ""), base::RunError);
}

TEST_F(VideosTest, AnInspectionThatFailsRejectsIt) {
  const VideoId id = uploaded();
  end_inspection(failure("The worker was lost."));
  EXPECT_EQ(state(id), VideoState::rejected);
  EXPECT_EQ(videos.find(id)->fault, "The worker was lost.");
}

TEST_F(VideosTest, AReadyVideoDoesAsItsNewestPipeline) {
  const VideoId id = ready();
  sample.video = id;
  const RequestId first = create();
  EXPECT_EQ(state(id), VideoState::queued);
  requests.start(first);
  EXPECT_EQ(state(id), VideoState::processing);
  const RequestId second = create();
  EXPECT_EQ(state(id), VideoState::queued);
  Outcome outcome;
  outcome.artifacts = {"file:///first.mp4"};
  requests.finish(first, outcome);
  EXPECT_EQ(state(id), VideoState::queued);
  EXPECT_EQ(videos.find(id)->processed_url, "file:///first.mp4");
  queue.cancel(second);
  EXPECT_EQ(state(id), VideoState::cancelled);
  EXPECT_EQ(videos.find(id)->processed_url, "file:///first.mp4");
}

TEST_F(VideosTest, WhatWasAskedForDuringTheInspectionShowsAfterIt) {
  const VideoId id = uploaded();
  sample.video = id;
  running();
  EXPECT_EQ(state(id), VideoState::inspecting);
  videos.set_inspected(id, "{}", "{}", 0, "");
  EXPECT_EQ(state(id), VideoState::processing);
}

TEST_F(VideosTest, ListsNewestFirstInPages) {
  const VideoId first = uploaded("a");
  const VideoId second = uploaded("b");
  const VideoId url = read(create()).video;
  sample.user = add_user("other@example.org");
  const VideoId foreign = uploaded("c");
  const auto listed = [&](const VideoFilter& filter) {
    std::vector<VideoId> ids;
    for (const Video& video : videos.list(filter)) ids.push_back(video.id);
    return ids;
  };
  const UserId me = accounts.local_user();
  EXPECT_THAT(listed({.user = me}), ElementsAre(second, first));
  EXPECT_THAT(listed({.user = me, .uploads_only = false}), ElementsAre(url, second, first));
  EXPECT_THAT(listed({.user = me, .before = second}), ElementsAre(first));
  EXPECT_THAT(listed({.user = me, .limit = 1}), ElementsAre(second));
  EXPECT_THAT(listed({.user = sample.user}), ElementsAre(foreign));
}

TEST_F(VideosTest, GoesWithAllThatIsItsOwn) {
  const VideoId id = ready();
  sample.video = id;
  const RequestId request = running();
  EXPECT_FALSE(videos.remove(id));
  EXPECT_TRUE(videos.find(id));
  Outcome outcome;
  outcome.artifacts = {"file:///a.mp4", "file:///b.mp4"};
  requests.finish(request, outcome);
  end_inspection({});
  EXPECT_THAT(videos.remove(id), Optional(ElementsAre("file:///a.mp4", "file:///b.mp4")));
  EXPECT_FALSE(videos.find(id));
  EXPECT_FALSE(videos.upload("0123"));
  EXPECT_FALSE(requests.find(request));
  EXPECT_THAT(videos.remove(id), Optional(IsEmpty()));
  EXPECT_THAT(videos.remove(4'000'000'000), Optional(IsEmpty()));
  EXPECT_FALSE(videos.rename(id, "x"));
}

TEST_F(VideosTest, StaysWhileAPipelineReadsIt) {
  const VideoId second = ready();
  end_inspection({});
  sample.inputs = {second};
  const RequestId request = running();
  EXPECT_FALSE(videos.remove(second));
  requests.finish(request, {});
  EXPECT_TRUE(videos.remove(second));
  EXPECT_TRUE(requests.find(request)) << "which is about another video";
  EXPECT_THROW(create(), base::InputError) << "since its input is gone";
  EXPECT_EQ(value("SELECT count(*) FROM requests WHERE kind = 'pipeline'"), "1");
}

TEST_F(VideosTest, IsNotTakenFromARequestThatIsJustMade) {
  const VideoId id = ready();
  end_inspection({});
  sample.inputs = {id};
  for (int round = 0; round < 20 && videos.find(id); ++round) {
    bool taken = false;
    std::optional<RequestId> made;
    test::at_once(2, [&](int who) {
      if (who == 0) {
        taken = other()->videos().remove(id).has_value();
      } else {
        try {
          made = other()->requests().create(sample).id;
        } catch (const base::InputError&) {
        }
      }
    });
    EXPECT_NE(taken, made.has_value());
    if (made) queue.cancel(*made);
  }
}

TEST_F(VideosTest, AnUploadHasToHaveRoom) {
  const Room room{.stored_bytes = 2500};
  std::atomic<int> begun = 0;
  test::at_once(8, [&](int i) {
    try {
      other()->videos().add_upload(upload(std::to_string(i)), 1h, room);
      ++begun;
    } catch (const NoRoom& error) {
      EXPECT_EQ(error.what_of(), NoRoom::Of::storage);
    }
  });
  EXPECT_EQ(begun, 2);
}

TEST_F(VideosTest, KeepsAnyTextAsText) {
  const std::string hostile = "'; DROP TABLE videos; -- \\ \0 \xE9 🎬"s;
  const std::string kept = "'; DROP TABLE videos; -- \\ ␀ \\xE9 🎬";
  Upload sent = upload(hostile);
  sent.name = sent.metadata = hostile;
  videos.add_upload(sent, 1h);
  EXPECT_EQ(videos.upload(hostile)->metadata, kept);
  const VideoId id = videos.complete_upload(hostile, hostile);
  EXPECT_EQ(videos.find(id)->etag, kept);
  EXPECT_TRUE(videos.rename(id, hostile + "2"));
  EXPECT_EQ(videos.find(id)->name, kept + "2");
  videos.set_inspected(id, hostile, json{{"a", "b\0c"s}}.dump(), 0, hostile);
  EXPECT_EQ(videos.find(id)->fault, kept);
  EXPECT_EQ(json::parse(videos.find(id)->media_json), json(kept));
  EXPECT_EQ(json::parse(videos.find(id)->assets_json), (json{{"a", "b␀c"}}));
}

}  // namespace
}  // namespace reel::store
