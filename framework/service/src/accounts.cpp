#include "reel/service/accounts.hpp"

#include <algorithm>
#include <cctype>

#include "access_token.hpp"
#include "crypto.hpp"
#include "passwords.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::service {
namespace {

using Why = AccountRefused::Why;

constexpr std::size_t secret_bytes = 32;
constexpr std::string_view api_prefix = "reel_";
constexpr std::size_t longest_email = 255, longest_local_part = 64, longest_client = 200, longest_token_name = 100;

/// Not whether mail arrives there: only that it looks like an address and can be shown and kept.
bool is_email(const std::string& email) {
  const std::size_t at = email.find('@');
  return at != std::string::npos && at > 0 && at <= longest_local_part && at + 1 < email.size() &&
         email.size() <= longest_email && email.find('@', at + 1) == std::string::npos &&
         email.find(' ') == std::string::npos && base::printable(email) == email;
}

void require_email(const std::string& email) {
  if (!is_email(email))
    throw AccountRefused(Why::bad_email, "That is no e-mail address.", "Write it as in name@example.org.");
}

void require_good_password(const std::string& password, const std::string& email) {
  const std::string fault = password_fault(password, email);
  if (!fault.empty())
    throw AccountRefused(Why::bad_password, "The password " + fault + ".",
                         "Choose another one: several words are good.");
}

AccountRefused wrong_credentials() { return {Why::wrong_credentials, "The e-mail address or the password is wrong."}; }

/// As the store compares addresses, for those of ASCII.
std::string account_key(std::string email) {
  std::transform(email.begin(), email.end(), email.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return email.substr(0, longest_email);
}

std::string random_secret() { return crypto::base64url(crypto::random_bytes(secret_bytes)); }

Identity identity(User user, std::variant<Session, ApiToken> proof) {
  user.password_hash.clear();
  return {std::move(user), std::move(proof)};
}

}  // namespace

class Accounts::Rules {
 public:
  Rules(const Keys& keys, const AccountSettings& chosen)
      : settings(chosen),
        access_tokens(keys.derived(KeyPurpose::access_tokens), chosen.access_lifetime),
        passwords(chosen.hashes_at_once, chosen.hashes_waiting),
        tries_by_account(chosen.tries_by_account),
        logins_by_address(chosen.logins_by_address),
        registrations_by_address(chosen.registrations_by_address) {}

  /// The same work and the same answer, whatever of it is wrong.
  void require_password(const std::optional<User>& user, const std::string& email, const std::string& password) {
    const std::string key = account_key(user ? user->email : email);
    tries_by_account.enforce(key);
    if (!passwords.verify(user ? user->password_hash : "", password) || user->disabled) throw wrong_credentials();
    tries_by_account.forgive(key);
  }

  Tokens tokens(const Session& session, const User& user, const std::string& refresh) const {
    return {access_tokens.make({user.id, session.id}), refresh, settings.access_lifetime, settings.session_lifetime,
            identity(user, session)};
  }

  const AccountSettings settings;
  AccessTokens access_tokens;
  Passwords passwords;
  RateLimit tries_by_account, logins_by_address, registrations_by_address;
};

namespace {

void enforce(RateLimit& limit, const Client& client) {
  if (!client.address.empty()) limit.enforce(limit_key(client.address));
}

}  // namespace

Accounts::Accounts(const Keys& keys, AccountSettings settings) : rules_(std::make_unique<Rules>(keys, settings)) {}

Accounts::~Accounts() = default;

UserId Accounts::register_user(AccountStore& store, const std::string& email, const std::string& password,
                               const Client& client, Role role) {
  require_email(email);
  require_good_password(password, email);
  enforce(rules_->registrations_by_address, client);
  const auto id = store.add_user(email, rules_->passwords.hash(password), role);
  if (!id) throw AccountRefused(Why::email_taken, "This e-mail address has an account already.", "Log in with it.");
  return *id;
}

Tokens Accounts::login(AccountStore& store, const std::string& email, const std::string& password,
                       const Client& client) {
  enforce(rules_->logins_by_address, client);
  const auto user = is_email(email) ? store.user_of(email) : std::nullopt;
  rules_->require_password(user, email, password);
  const std::string refresh = random_secret();
  const std::string id =
      store.add_session({user->id, crypto::digest(refresh), base::printable(client.name).substr(0, longest_client),
                         client.address, rules_->settings.session_lifetime});
  // A password that was changed meanwhile, or an account that was disabled, ended only the sessions that there were.
  const auto begun = store.session(id);
  if (!begun || begun->second.password_hash != user->password_hash) {
    store.end_session(user->id, id);
    throw wrong_credentials();
  }
  return rules_->tokens(begun->first, begun->second, refresh);
}

std::optional<Tokens> Accounts::refresh(AccountStore& store, const std::string& refresh_token) {
  const std::string next = random_secret();
  const auto result =
      store.refresh(crypto::digest(refresh_token), crypto::digest(next), rules_->settings.session_lifetime);
  if (result.refreshed == AccountStore::Refreshed::reused)
    base::log(base::Level::warning, "A refresh token was used twice; its session has been ended.");
  if (result.refreshed != AccountStore::Refreshed::done) return std::nullopt;
  return rules_->tokens(result.session, result.user, next);
}

std::optional<Identity> Accounts::identify(AccountStore& store, const std::string& token) {
  if (token.starts_with(api_prefix)) {
    const auto found = store.api_token(crypto::digest(token));
    return found ? std::optional(identity(found->second, found->first)) : std::nullopt;
  }
  const auto subject = rules_->access_tokens.read(token);
  if (!subject) return std::nullopt;
  const auto found = store.session(subject->session);
  if (!found || found->second.id != subject->user) return std::nullopt;
  return identity(found->second, found->first);
}

void Accounts::change_password(AccountStore& store, const Identity& who, const std::string& old_password,
                               const std::string& new_password) {
  require_good_password(new_password, who.user.email);
  rules_->require_password(store.user(who.user.id), who.user.email, old_password);
  const Session* const session = who.session();
  store.set_password(who.user.id, rules_->passwords.hash(new_password), session == nullptr ? "" : session->id);
}

void Accounts::delete_account(AccountStore& store, UserId id, const std::string& password) {
  const auto user = store.user(id);
  if (!user) throw wrong_credentials();
  rules_->require_password(user, user->email, password);
  store.remove_user(id);
}

MadeApiToken Accounts::make_api_token(AccountStore& store, UserId user, const std::string& name,
                                      std::optional<std::chrono::seconds> lifetime) {
  if (name.empty() || name.size() > longest_token_name || base::printable(name) != name)
    throw AccountRefused(Why::bad_token_name, "The name of a token has 1 to 100 bytes of printable text.");
  if (store.api_tokens(user).size() >= static_cast<std::size_t>(rules_->settings.api_tokens))
    throw AccountRefused(Why::too_many_tokens,
                         "There are " + std::to_string(rules_->settings.api_tokens) + " tokens already, which is all.",
                         "Remove one that is not used any more.");
  const std::string text = std::string(api_prefix) + random_secret();
  return {store.add_api_token({user, name, text.substr(text.size() - 4), crypto::digest(text), lifetime}), text};
}

std::uint64_t Accounts::hashes() const { return rules_->passwords.computed(); }

}  // namespace reel::service
