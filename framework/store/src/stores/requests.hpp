/// service::RequestStore on PostgreSQL.
#pragma once

#include "reel/service/request.hpp"
#include "session.hpp"

namespace reel::store {

class PostgresRequests : public service::RequestStore {
 public:
  explicit PostgresRequests(Session& session) : session_(session) {}

  service::Created create(const service::NewRequest& request) override;
  std::optional<service::Created> submitted(service::UserId user, const std::string& idempotency_key,
                                            const std::string& idempotency_hash) override;
  bool start(service::RequestId id) override;
  void record_progress(service::RequestId id, const service::ProgressRecord& progress,
                       const std::vector<service::StageRecord>& stages, std::optional<int> attempt) override;
  bool finish(service::RequestId id, const service::Outcome& outcome, std::optional<int> attempt) override;
  void append_logs(service::RequestId id, const std::vector<service::LogRecord>& lines) override;

  std::optional<service::Request> find(service::RequestId id) override;
  std::vector<service::Request> list(const service::RequestFilter& filter) override;
  std::vector<service::LogRecord> logs(service::RequestId id, std::int64_t after, int limit) override;
  Changes changes(service::UserId user, std::int64_t mark) override;
  std::vector<std::string> remove_finished(int days, int limit) override;

 private:
  Session& session_;
};

}  // namespace reel::store
