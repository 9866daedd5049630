/// Uploaded videos.
#include <array>

#include "files.hpp"
#include "records.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

Response list_videos(Core& /*core*/, Call& call) {
  const int limit = call.params["limit"];
  const auto videos = call.store->videos().list({.user = call.user(), .before = cursor_of(call), .limit = limit + 1});
  return json_response(200, page_json(videos, limit, [](const service::Video& video) { return to_json(video); }));
}

Response get_video(Core& /*core*/, Call& call) { return json_response(200, to_json(own_video(call))); }

Response rename_video(Core& /*core*/, Call& call) {
  service::Video video = own_video(call);
  video.name = call.body["name"];
  if (!call.store->videos().rename(video.id, video.name)) throw not_found("video");
  return json_response(200, to_json(video));
}

Response remove_video(Core& core, Call& call) {
  const service::Video video = own_video(call);
  const auto artifacts = call.store->videos().remove(video.id);
  if (!artifacts) throw refusal("video-in-use", "a request that has not ended uses it; cancel it, or wait");
  core.files.remove_video(video.id, *artifacts);
  return no_content();
}

Response get_file(Core& core, Call& call) {
  const service::Video video = own_video(call);
  const std::string rendition = call.params["rendition"];
  const auto path = rendition_file(core, video, rendition);
  if (!path) throw not_found("file of this video");
  const bool original = path->filename() == "original";
  return send_file(call, *path, original ? video.name : path->filename().string(),
                   original ? "\"" + video.etag + "\"" : "");
}

constexpr std::array<Binding, 5> video_bindings{{{"listVideos", &list_videos},
                                                 {"getVideo", &get_video},
                                                 {"renameVideo", &rename_video},
                                                 {"removeVideo", &remove_video},
                                                 {"getVideoFile", &get_file}}};

}  // namespace

std::span<const Binding> video_handlers() { return video_bindings; }

}  // namespace reel::http
