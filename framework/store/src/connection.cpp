#include "connection.hpp"

#include <libpq-fe.h>

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "reel/base/error.hpp"

namespace reel::store {
namespace {

using Settings = std::map<std::string, std::string>;

/// What the user set, by libpq's own reading of the URL. Empty if it cannot be read.
std::optional<Settings> parse(const std::string& url) {
  char* fault = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), &fault),
                                                                             &PQconninfoFree);
  PQfreemem(fault);  // not shown: it quotes the URL, password and all
  if (!options) return std::nullopt;
  Settings settings;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) settings[option->keyword] = option->val;
  return settings;
}

std::string quoted(const Settings& settings) {
  std::string result;
  for (const auto& [key, value] : settings) {
    result += key + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') result += '\\';
      result += c;
    }
    result += "' ";
  }
  return result;
}

std::string value_or(const Settings& settings, const std::string& key, const std::string& otherwise) {
  const auto found = settings.find(key);
  return found == settings.end() || found->second.empty() ? otherwise : found->second;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts)
    if (text.find(part) != std::string_view::npos) return true;
  return false;
}

/// Reasons of the server to refuse that stay the same however often one asks. libpq gives no SQLSTATE for
/// them.
bool refused_for_good(std::string_view message) {
  return contains_any(message,
                      {"authentication failed", "no password supplied", "no pg_hba.conf entry", "does not exist\n",
                       "permission denied for database", "is not permitted to log in", "pg_hba.conf rejects"}) &&
         message.find("Is the server running") == std::string_view::npos;
}

/// `role "bob" does not exist` becomes `this role does not exist`.
std::string nameless(std::string text, std::string_view who) {
  const std::string mark = std::string(who) + " \"";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    const auto end = text.find('"', at + mark.size());
    text.replace(at, end == std::string::npos ? std::string::npos : end + 1 - at, "this " + std::string(who));
  }
  return text;
}

/// The last part of `connection to server at "h" (::1), port 5432 failed: FATAL:  password authentication
/// failed …`.
std::string reason(std::string text) {
  for (const std::string_view mark : {"failed: ", "FATAL:  ", "ERROR:  ", "PANIC:  "})
    if (const auto at = text.rfind(mark); at != std::string::npos) text.erase(0, at + mark.size());
  if (const auto end = text.find('\n'); end != std::string::npos) text.erase(end);
  for (const std::string_view who : {"user", "role"}) text = nameless(std::move(text), who);
  return text;
}

/// Classes of SQLSTATE whose reason can pass: connection, resources (a full disk, too many connections),
/// operator intervention, system error, and clashes of transactions.
bool transient(std::string_view sqlstate) {
  const std::string_view kind = sqlstate.substr(0, 2);
  return kind == "08" || kind == "53" || kind == "57" || kind == "58" || kind == "40" || sqlstate == "55P03";
}

bool connection_ended(std::string_view sqlstate) {
  return sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03" || sqlstate.substr(0, 2) == "08";
}

}  // namespace

Target::Target(const std::string& url) {
  auto settings = parse(url);
  if (!settings)
    throw base::InputError("The database URL is not one that PostgreSQL understands.",
                           "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, special characters as %NN, "
                           "or as host=… dbname=… user=…");
  const std::string host = value_or(*settings, "host", value_or(*settings, "hostaddr", "this machine"));
  name_ = "database \"" + value_or(*settings, "dbname", value_or(*settings, "user", "")) + "\" on " + host;
  password_ = value_or(*settings, "password", "");
  // Only what the URL leaves open: a dead network is noticed in seconds, not hours.
  settings->try_emplace("connect_timeout", "5");
  settings->try_emplace("keepalives_idle", "10");
  settings->try_emplace("keepalives_interval", "5");
  settings->try_emplace("keepalives_count", "3");
  settings->try_emplace("tcp_user_timeout", "20000");
  settings->try_emplace("application_name", "reelwork");
  (*settings)["client_encoding"] = "UTF8";
  conninfo_ = quoted(*settings);
}

std::string Target::without_secrets(std::string text) const {
  if (password_.empty()) return text;
  for (auto at = text.find(password_); at != std::string::npos; at = text.find(password_, at + 3))
    text.replace(at, password_.size(), "***");
  return text;
}

std::unique_ptr<pqxx::connection> Target::connect() const {
  try {
    return std::make_unique<pqxx::connection>(conninfo_);
  } catch (const pqxx::failure& error) {
    const std::string message = error.what();
    const std::string why = without_secrets(reason(message));
    if (refused_for_good(message))
      throw base::RunError("The " + name_ + " refused the connection: " + why + ".",
                           "Check user, password and database name in the database URL.");
    throw base::TransientError("The " + name_ + " cannot be reached: " + why + ".",
                               "Check that the server runs and that the database URL is right.");
  }
}

void Target::rethrow() const {
  try {
    throw;
  } catch (const pqxx::sql_error& error) {
    const std::string what = "The " + name_ + " refused an operation: " + without_secrets(reason(error.what())) +
                             " (SQLSTATE " + error.sqlstate() + ").";
    if (transient(error.sqlstate())) throw base::TransientError(what);
    throw base::RunError(what);
  } catch (const pqxx::in_doubt_error&) {
    throw base::TransientError("The connection to the " + name_ + " broke while it was saving.");
  } catch (const pqxx::broken_connection&) {
    throw base::TransientError("The connection to the " + name_ + " broke.");
  } catch (const pqxx::failure& error) {
    throw base::RunError("The " + name_ + " failed: " + without_secrets(reason(error.what())) + ".");
  }
}

bool lost_before_commit() {
  try {
    throw;
  } catch (const pqxx::in_doubt_error&) {
    return false;
  } catch (const pqxx::broken_connection&) {
    return true;
  } catch (const pqxx::sql_error& error) {
    return connection_ended(error.sqlstate());
  } catch (...) {
    return false;
  }
}

}  // namespace reel::store
