/// service::Ledger on PostgreSQL.
#pragma once

#include "reel/service/ledger.hpp"
#include "reel/service/store.hpp"
#include "session.hpp"

namespace reel::store {

/// Of one request's user: what others have asked for counts towards the limits of the account, but is never found.
class PostgresLedger final : public service::Ledger {
 public:
  PostgresLedger(Session& session, service::UserId user, service::RequestId request,
                 std::optional<std::int64_t> most_cents)
      : session_(session), user_(user), request_(request), most_cents_(most_cents) {}

  std::unique_ptr<Lock> lock(const std::string& key, base::StopFlag stop) override;
  std::optional<service::ProviderCall> unfinished(const std::string& key) override;
  std::optional<service::ProviderCall> made(const std::string& key) override;
  bool begin(const service::ProviderCall& call, const model::ProviderLimits& limits) override;
  void update(const service::ProviderCall& call) override;
  std::vector<std::string> ids(const std::string& account) override;

 private:
  void need_budget(pqxx::work& tx, const service::ProviderCall& call) const;

  Session& session_;
  const service::UserId user_;
  const service::RequestId request_;
  const std::optional<std::int64_t> most_cents_;
};

}  // namespace reel::store
