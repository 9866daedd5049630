/// What a user has, and room for more of it.
#pragma once

#include <pqxx/pqxx>

#include "reel/service/account.hpp"

namespace reel::store {

service::Usage usage_of(pqxx::work& tx, service::UserId user);

/// That the user may have `more`; until the transaction ends, nobody else takes any for this user. Throws service::NoRoom.
void take_room(pqxx::work& tx, service::UserId user, const service::Room& room, const service::Usage& more);

}  // namespace reel::store
