/// Videos and the uploads that become them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reel/service/request.hpp"

namespace reel::service {

/// Of the row as a whole; the first five are of the product's first design.
///   uploaded file:  inspecting → ready | rejected
///   then, if ready, and any other URL from the start, as its newest pipeline does:
///                   queued → processing → completed | failed | cancelled, and again with the next
/// So a video can be worked on unless it is inspecting or rejected. An inspection that fails or is cancelled rejects it.
enum class VideoState { queued, processing, completed, failed, cancelled, inspecting, ready, rejected };
std::string_view name(VideoState state);
std::optional<VideoState> video_state(std::string_view name);

struct Video {
  VideoId id = 0;
  UserId user = 0;
  std::string url;            ///< of the original; `upload:ID` for an uploaded one
  std::string processed_url;  ///< of the newest result; empty: none
  std::string name;           ///< as the user calls it
  std::int64_t bytes = 0;     ///< of the uploaded file and what was made from it
  VideoState state = VideoState::queued;
  std::string fault;        ///< why it was rejected
  std::string media_json;   ///< what probing found; empty: not yet
  std::string assets_json;  ///< poster, sprite, preview, waveform; empty: not yet
  std::string etag;         ///< of the uploaded file: changes with its bytes
  std::string uploaded_at;
};

struct Upload {
  std::string id;  ///< 128 random bits in hexadecimal: who knows it may not write it, the user must match
  UserId user = 0;
  std::int64_t length = 0;
  std::string name, metadata;    ///< metadata: the tus header, as sent
  std::optional<VideoId> video;  ///< once it is whole
  std::string created_at, expires_at;
};

struct VideoFilter {
  UserId user = 0;
  std::optional<VideoId> before;
  bool uploads_only = true;
  int limit = 20;
};

/// See Store for threads and errors.
class VideoStore {
 public:
  virtual ~VideoStore() = default;

  /// Throws NoRoom where its whole length has no room.
  virtual void add_upload(const Upload& upload, std::chrono::seconds lifetime, const Room& room = {}) = 0;
  virtual std::optional<Upload> upload(const std::string& id) = 0;
  virtual void keep_upload(const std::string& id, std::chrono::seconds lifetime) = 0;  ///< from now
  virtual bool remove_upload(const std::string& id) = 0;
  virtual std::vector<Upload> expired_uploads(int limit) = 0;  ///< those that have become no video
  /// If it still is expired, and no video.
  virtual bool remove_expired_upload(const std::string& id) = 0;
  /// Makes the video of a whole upload and its request of kind `inspect`, in one transaction, once: the same again gives the same.
  virtual VideoId complete_upload(const std::string& id, const std::string& etag) = 0;

  virtual std::optional<Video> find(VideoId id) = 0;
  virtual std::vector<Video> list(const VideoFilter& filter) = 0;  ///< newest first
  virtual bool rename(VideoId id, const std::string& name) = 0;
  /// What the inspection found: good with media and assets, or rejected with a reason. `bytes` counts towards the quota.
  virtual void set_inspected(VideoId id, const std::string& media_json, const std::string& assets_json,
                             std::int64_t bytes, const std::string& fault) = 0;
  /// With its requests, unless one that has not ended uses it: then it stays, and there is no answer. Else the artifacts' URIs, for
  /// their files to be removed; empty if there was no such video.
  virtual std::optional<std::vector<std::string>> remove(VideoId id) = 0;
};

}  // namespace reel::service
