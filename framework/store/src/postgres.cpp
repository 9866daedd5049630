#include "reel/store/postgres.hpp"

#include "reel/base/error.hpp"
#include "stores/accounts.hpp"
#include "stores/provider_calls.hpp"
#include "stores/queue.hpp"
#include "stores/requests.hpp"
#include "stores/videos.hpp"
#include "stores/webhooks.hpp"

namespace reel::store {
namespace {

class PostgresStore : public service::Store {
 public:
  PostgresStore(const std::string& url, Session::Hook before_connect) : session_(url, std::move(before_connect)) {}

  service::AccountStore& accounts() override { return accounts_; }
  service::VideoStore& videos() override { return videos_; }
  service::RequestStore& requests() override { return requests_; }
  service::QueueStore& queue() override { return queue_; }
  service::WebhookStore& webhooks() override { return webhooks_; }
  std::unique_ptr<service::Ledger> ledger(service::UserId user, service::RequestId request,
                                          std::optional<std::int64_t> most_cents) override {
    return std::make_unique<PostgresLedger>(session_, user, request, most_cents);
  }
  std::string installation() override {
    return session_.run([](pqxx::work& tx) { return tx.exec1("SELECT id FROM installation")[0].as<std::string>(); });
  }
  void ping() override {
    session_.run([](pqxx::work& tx) { tx.exec("SELECT 1"); });
  }

 private:
  Session session_;
  PostgresAccounts accounts_{session_};
  PostgresVideos videos_{session_};
  PostgresRequests requests_{session_};
  PostgresQueue queue_{session_};
  PostgresWebhooks webhooks_{session_};
};

}  // namespace

std::unique_ptr<service::Store> open_postgres(const std::string& url, std::function<void()> before_connect) {
  const MigrationStatus schema = migration_status(url);
  if (schema.applied < schema.available)
    throw base::RunError("The database has schema version " + std::to_string(schema.applied) + "; this program needs " +
                             std::to_string(schema.available) + ".",
                         "Bring it up to date with `reel db migrate`.");
  return std::make_unique<PostgresStore>(url, std::move(before_connect));
}

}  // namespace reel::store
