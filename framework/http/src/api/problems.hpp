/// How handlers refuse: by the codes that openapi.yaml lists.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "reel/http/message.hpp"
#include "reel/service/request.hpp"
#include "schema_check.hpp"

namespace reel::http {

/// A problem with the status and the title that belong to the code. `extra` as problem() takes it. Throws std::logic_error for a code
/// that is not known.
Refused refusal(std::string_view code, const std::string& detail, const nlohmann::json& extra = nullptr);
/// As above, with `Retry-After`.
Refused refusal_for(std::string_view code, const std::string& detail, long seconds);

Refused refusal(const service::NoRoom& error);

/// 404. Also where the thing is another user's: that it exists is nobody's business.
Refused not_found(std::string_view what);

nlohmann::json to_json(const Fault& fault);
nlohmann::json to_json(const std::vector<Fault>& faults);

}  // namespace reel::http
