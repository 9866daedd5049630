/// SQL beside the code that speaks it.
#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <utility>

namespace reel::store {

// In all statements, ids are compared as BIGINT, so that one beyond the range of INT is simply not found; and lists travel as one
// JSON parameter: one statement for any number of rows. A parameter that is an empty std::optional is NULL.

/// A statement; each connection prepares it when it first runs it. Names are unique among all stores.
struct Statement {
  const char* name;
  const char* sql;

  template <class... Parameters>
  pqxx::result operator()(pqxx::work& tx, Parameters&&... parameters) const {
    tx.conn().prepare(name, sql);
    return tx.exec_prepared(name, std::forward<Parameters>(parameters)...);
  }
};

/// Of a field that may be NULL: then empty.
inline std::string text(const pqxx::field& field) { return field.as<std::string>(std::string()); }

template <class T>
std::optional<T> optional(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional(field.as<T>());
}

}  // namespace reel::store
