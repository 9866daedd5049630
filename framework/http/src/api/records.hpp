/// What is kept, as the API shows it.
#pragma once

#include <nlohmann/json.hpp>

#include "core.hpp"

namespace reel::http {

/// Empty: null.
nlohmann::json text_or_null(const std::string& text);
nlohmann::json parsed_or_null(const std::string& json_text);

nlohmann::json to_json(const service::User& user);
/// User, effective quota and usage.
nlohmann::json account_json(const Core& core, service::Store& store, const service::User& user);
service::Quota effective_quota(const Core& core, const service::User& user);

nlohmann::json to_json(const service::Video& video);
nlohmann::json summary_json(const service::Request& request);
nlohmann::json details_json(const service::Request& request);
nlohmann::json to_json(const service::LogRecord& line);

/// By the name's ending: a type that a browser may show, or application/octet-stream.
std::string media_type_of(const std::string& name);
/// The file that a rendition of the video is; none: it has no such.
std::optional<std::filesystem::path> rendition_file(const Core& core, const service::Video& video,
                                                    const std::string& rendition);

/// `{"items": …, "next_cursor": …}`: a page that is full may have another one behind it.
template <class Items, class Make>
nlohmann::json page_json(const Items& items, std::size_t limit, Make make) {
  nlohmann::json page{{"items", nlohmann::json::array()}, {"next_cursor", nullptr}};
  for (const auto& item : items) page["items"].push_back(make(item));
  if (items.size() == limit) page["next_cursor"] = std::to_string(items.back().id);
  return page;
}

/// The parameter `cursor`, none if it is not there. Throws Refused if it is more than any id.
std::optional<std::int64_t> cursor_of(const Call& call);

/// Things of the caller; 404 where there is none, or another user's.
service::Video own_video(Call& call);
service::Request own_request(Call& call);

}  // namespace reel::http
