/// service::QueueStore on PostgreSQL.
#pragma once

#include "reel/service/queue.hpp"
#include "session.hpp"

namespace reel::store {

class PostgresQueue : public service::QueueStore {
 public:
  explicit PostgresQueue(Session& session) : session_(session) {}

  std::optional<service::Claim> claim(const std::string& worker, Milliseconds lease, int user_limit) override;
  std::vector<service::Order> renew(const std::vector<service::ClaimKey>& keys, Milliseconds lease) override;
  bool release(const service::ClaimKey& key, Milliseconds delay, const std::string& why, bool uncounted) override;
  int reap(int most_attempts) override;

  service::Cancelled cancel(service::RequestId id) override;
  bool set_paused(service::RequestId id, bool paused) override;

  bool report_worker(const service::WorkerRecord& worker) override;
  void remove_worker(const std::string& name) override;
  std::vector<service::WorkerRecord> workers() override;
  int ask_to_drain(const std::string& name, bool drain) override;

  service::QueueFigures figures() override;

 private:
  Session& session_;
};

}  // namespace reel::store
