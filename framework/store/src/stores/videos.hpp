/// service::VideoStore on PostgreSQL.
#pragma once

#include "reel/service/video.hpp"
#include "session.hpp"

namespace reel::store {

class PostgresVideos : public service::VideoStore {
 public:
  explicit PostgresVideos(Session& session) : session_(session) {}

  void add_upload(const service::Upload& upload, std::chrono::seconds lifetime, const service::Room& room) override;
  std::optional<service::Upload> upload(const std::string& id) override;
  void keep_upload(const std::string& id, std::chrono::seconds lifetime) override;
  bool remove_upload(const std::string& id) override;
  std::vector<service::Upload> expired_uploads(int limit) override;
  bool remove_expired_upload(const std::string& id) override;
  service::VideoId complete_upload(const std::string& id, const std::string& etag) override;

  std::optional<service::Video> find(service::VideoId id) override;
  std::vector<service::Video> list(const service::VideoFilter& filter) override;
  bool rename(service::VideoId id, const std::string& name) override;
  void set_inspected(service::VideoId id, const std::string& media_json, const std::string& assets_json,
                     std::int64_t bytes, const std::string& fault) override;
  std::optional<std::vector<std::string>> remove(service::VideoId id) override;

 private:
  Session& session_;
};

}  // namespace reel::store
