/// All SQL that the store speaks, as prepared statements.
#pragma once

#include <pqxx/pqxx>

namespace reel::store {

/// Prepares each statement under the name by which the store calls it.
void prepare_statements(pqxx::connection& connection);

}  // namespace reel::store
