#include "stores/videos.hpp"

#include <algorithm>

#include "reel/base/error.hpp"
#include "storable.hpp"
#include "stores/statement.hpp"
#include "stores/usage.hpp"

namespace reel::store {
namespace {

using service::Upload;
using service::UserId;
using service::Video;
using service::VideoId;

#define SELECT_UPLOADS                                                                              \
  "SELECT upload_id, user_id, length, name, metadata, video_id, rfc3339(created_at) AS created_at," \
  " rfc3339(expires_at) AS expires_at FROM uploads "
#define SELECT_VIDEOS                                                                                             \
  "SELECT video_id, user_id, original_video_url, processed_video_url, name, bytes, status, fault, media, assets," \
  " etag, rfc3339(upload_date) AS uploaded_at FROM videos "

constexpr Statement add_upload_row{"add_upload", R"(
  INSERT INTO uploads (upload_id, user_id, length, name, metadata, expires_at)
  VALUES ($1, $2::bigint, $3, $4, $5, now() + $6::bigint * interval '1 s'))"};
constexpr Statement read_upload{"read_upload", SELECT_UPLOADS "WHERE upload_id = $1"};
constexpr Statement lock_upload{"lock_upload", SELECT_UPLOADS "WHERE upload_id = $1 FOR UPDATE"};
constexpr Statement keep{"keep_upload", R"(
  UPDATE uploads SET expires_at = now() + $2::bigint * interval '1 s' WHERE upload_id = $1)"};
constexpr Statement remove_one_upload{"remove_upload", "DELETE FROM uploads WHERE upload_id = $1"};
constexpr Statement remove_expired_one{"remove_expired_upload", R"(
  DELETE FROM uploads WHERE upload_id = $1 AND video_id IS NULL AND expires_at <= now())"};
constexpr Statement expired{"expired_uploads", SELECT_UPLOADS
                            "WHERE video_id IS NULL AND expires_at <= now() ORDER BY expires_at LIMIT $1::bigint"};
constexpr Statement add_uploaded_video{"add_uploaded_video", R"(
  INSERT INTO videos (user_id, original_video_url, name, bytes, etag, status)
  SELECT user_id, 'upload:' || upload_id, name, length, $2, 'inspecting' FROM uploads WHERE upload_id = $1
  RETURNING video_id)"};
constexpr Statement link_video{"link_video", "UPDATE uploads SET video_id = $2::bigint WHERE upload_id = $1"};
// Of the highest priority, since the user waits for it before anything else.
constexpr Statement ask_inspection{"ask_inspection", R"(
  INSERT INTO requests (user_id, video_id, kind, pipeline_name, pipeline_yaml, for_workers, priority)
  SELECT user_id, video_id, 'inspect', 'inspect', '', true, 10 FROM videos WHERE video_id = $1::bigint)"};

constexpr Statement read_video{"read_video", SELECT_VIDEOS "WHERE video_id = $1::bigint"};
constexpr Statement list_videos{"list_videos", SELECT_VIDEOS R"(
  WHERE user_id = $1::bigint AND ($2::bigint IS NULL OR video_id < $2::bigint)
    AND (NOT $3::bool OR starts_with(original_video_url, 'upload:'))
  ORDER BY video_id DESC LIMIT $4::bigint)"};
constexpr Statement rename_video{"rename_video", "UPDATE videos SET name = $2 WHERE video_id = $1::bigint"};
// Pipelines on it, which may have been asked for meanwhile, say what a good video does.
constexpr Statement inspected{"set_inspected", R"(
  UPDATE videos v SET media = nullif($2::text, '')::jsonb, assets = nullif($3::text, '')::jsonb, bytes = $4,
    fault = nullif($5, ''), status = CASE WHEN $5 <> '' THEN 'rejected' ELSE coalesce(
      (SELECT video_status(r.state) FROM requests r WHERE r.video_id = v.video_id AND r.kind = 'pipeline'
       ORDER BY r.request_id DESC LIMIT 1), 'ready') END
  WHERE video_id = $1::bigint)"};
constexpr Statement used{"video_in_use", R"(
  SELECT 1 FROM requests
  WHERE (video_id = $1::bigint OR request_id IN (SELECT request_id FROM request_inputs WHERE video_id = $1::bigint))
    AND state IN ('queued', 'running') LIMIT 1)"};
// Until the transaction ends, no request comes to it.
constexpr Statement lock_video{"lock_video", "SELECT 1 FROM videos WHERE video_id = $1::bigint FOR UPDATE"};
constexpr Statement artifacts_of{"artifacts_of_video", R"(
  SELECT uri FROM artifacts JOIN requests USING (request_id) WHERE video_id = $1::bigint ORDER BY artifact_id)"};
constexpr Statement remove_video{"remove_video", "DELETE FROM videos WHERE video_id = $1::bigint"};

Upload upload_of(const pqxx::row& row) {
  Upload upload;
  upload.id = text(row["upload_id"]);
  upload.user = row["user_id"].as<UserId>();
  upload.length = row["length"].as<std::int64_t>();
  upload.name = text(row["name"]);
  upload.metadata = text(row["metadata"]);
  upload.video = optional<VideoId>(row["video_id"]);
  upload.created_at = text(row["created_at"]);
  upload.expires_at = text(row["expires_at"]);
  return upload;
}

Video video_of(const pqxx::row& row) {
  Video video;
  video.id = row["video_id"].as<VideoId>();
  video.user = row["user_id"].as<UserId>();
  video.url = text(row["original_video_url"]);
  video.processed_url = text(row["processed_video_url"]);
  video.name = text(row["name"]);
  video.bytes = row["bytes"].as<std::int64_t>();
  video.state = service::video_state(row["status"].c_str()).value();
  video.fault = text(row["fault"]);
  video.media_json = text(row["media"]);
  video.assets_json = text(row["assets"]);
  video.etag = text(row["etag"]);
  video.uploaded_at = text(row["uploaded_at"]);
  return video;
}

VideoId complete_in(pqxx::work& tx, const std::string& id, const std::string& etag) {
  const pqxx::result rows = lock_upload(tx, id);
  if (rows.empty()) throw base::RunError("There is no upload " + id + ".");
  if (const auto video = upload_of(rows[0]).video) return *video;
  const auto video = add_uploaded_video(tx, id, etag).at(0)[0].as<VideoId>();
  link_video(tx, id, video);
  ask_inspection(tx, video);
  return video;
}

std::string json_or_empty(const std::string& json) { return json.empty() ? json : storable_json(json); }

}  // namespace

void PostgresVideos::add_upload(const Upload& upload, std::chrono::seconds lifetime, const service::Room& room) {
  session_.run([&](pqxx::work& tx) {
    take_room(tx, upload.user, room, {.stored_bytes = upload.length});
    add_upload_row(tx, storable(upload.id), upload.user, upload.length, storable(upload.name),
                   storable(upload.metadata), lifetime.count());
  });
}

std::optional<Upload> PostgresVideos::upload(const std::string& id) {
  return session_.run([&](pqxx::work& tx) {
    const pqxx::result rows = read_upload(tx, storable(id));
    return rows.empty() ? std::nullopt : std::optional(upload_of(rows[0]));
  });
}

void PostgresVideos::keep_upload(const std::string& id, std::chrono::seconds lifetime) {
  session_.run([&](pqxx::work& tx) { keep(tx, storable(id), lifetime.count()); });
}

bool PostgresVideos::remove_upload(const std::string& id) {
  return session_.run([&](pqxx::work& tx) { return remove_one_upload(tx, storable(id)).affected_rows() == 1; });
}

bool PostgresVideos::remove_expired_upload(const std::string& id) {
  return session_.run([&](pqxx::work& tx) { return remove_expired_one(tx, storable(id)).affected_rows() == 1; });
}

std::vector<Upload> PostgresVideos::expired_uploads(int limit) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<Upload> result;
    for (const auto& row : expired(tx, std::max(limit, 0))) result.push_back(upload_of(row));
    return result;
  });
}

VideoId PostgresVideos::complete_upload(const std::string& id, const std::string& etag) {
  return session_.change([&](pqxx::work& tx) { return complete_in(tx, storable(id), storable(etag)); });
}

std::optional<Video> PostgresVideos::find(VideoId id) {
  return session_.run([&](pqxx::work& tx) {
    const pqxx::result rows = read_video(tx, id);
    return rows.empty() ? std::nullopt : std::optional(video_of(rows[0]));
  });
}

std::vector<Video> PostgresVideos::list(const service::VideoFilter& filter) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<Video> result;
    for (const auto& row : list_videos(tx, filter.user, filter.before, filter.uploads_only, std::max(filter.limit, 0)))
      result.push_back(video_of(row));
    return result;
  });
}

bool PostgresVideos::rename(VideoId id, const std::string& name) {
  return session_.change([&](pqxx::work& tx) { return rename_video(tx, id, storable(name)).affected_rows() == 1; });
}

void PostgresVideos::set_inspected(VideoId id, const std::string& media_json, const std::string& assets_json,
                                   std::int64_t bytes, const std::string& fault) {
  session_.change([&](pqxx::work& tx) {
    const pqxx::result hit =
        inspected(tx, id, json_or_empty(media_json), json_or_empty(assets_json), bytes, storable(fault));
    if (hit.affected_rows() == 0) throw base::RunError("There is no video " + std::to_string(id) + ".");
  });
}

std::optional<std::vector<std::string>> PostgresVideos::remove(VideoId id) {
  return session_.change([&](pqxx::work& tx) -> std::optional<std::vector<std::string>> {
    lock_video(tx, id);
    if (!used(tx, id).empty()) return std::nullopt;
    std::vector<std::string> uris;
    for (const auto& row : artifacts_of(tx, id)) uris.push_back(text(row[0]));
    remove_video(tx, id);
    return uris;
  });
}

}  // namespace reel::store
