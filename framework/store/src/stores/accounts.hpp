/// service::AccountStore on PostgreSQL.
#pragma once

#include "reel/service/account.hpp"
#include "session.hpp"

namespace reel::store {

class PostgresAccounts : public service::AccountStore {
 public:
  explicit PostgresAccounts(Session& session) : session_(session) {}

  service::UserId local_user() override;
  std::optional<service::UserId> add_user(const std::string& email, const std::string& password_hash,
                                          service::Role role) override;
  std::optional<service::User> user(service::UserId id) override;
  std::optional<service::User> user_of(const std::string& email) override;
  std::vector<service::User> users(service::UserId after, int limit) override;
  void set_password(service::UserId id, const std::string& password_hash, const std::string& keep) override;
  void set_role(service::UserId id, service::Role role) override;
  void set_disabled(service::UserId id, bool disabled) override;
  void set_quota(service::UserId id, const service::Quota& quota) override;
  void remove_user(service::UserId id) override;
  service::Usage usage(service::UserId id) override;

  std::string add_session(const service::NewSession& session) override;
  std::optional<std::pair<service::Session, service::User>> session(const std::string& id) override;
  std::vector<service::Session> sessions(service::UserId user) override;
  bool end_session(service::UserId user, const std::string& id) override;
  void end_sessions(service::UserId user) override;
  RefreshResult refresh(const std::string& old_hash, const std::string& new_hash,
                        std::chrono::seconds lifetime) override;

  std::int64_t add_api_token(const service::NewApiToken& token) override;
  std::optional<std::pair<service::ApiToken, service::User>> api_token(const std::string& hash) override;
  std::vector<service::ApiToken> api_tokens(service::UserId user) override;
  bool remove_api_token(service::UserId user, std::int64_t id) override;
  int remove_expired() override;

 private:
  Session& session_;
};

}  // namespace reel::store
