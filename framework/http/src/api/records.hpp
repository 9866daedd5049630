/// What is kept, as the API shows it.
#pragma once

#include <nlohmann/json.hpp>

#include "core.hpp"

namespace reel::http {

/// Empty: null.
nlohmann::json text_or_null(const std::string& text);
nlohmann::json parsed_or_null(const std::string& json_text);

/// Of a time as the store gives it, `2030-01-31T12:00:00.123456Z`; negative: it is to come.
std::optional<double> seconds_since(const std::string& time);

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

/// `{"items": …, "next_cursor": …}` of at most `limit`, where `items` has one more if there are more.
template <class Items, class Make>
nlohmann::json page_json(const Items& items, int limit, Make make) {
  const bool more = std::ssize(items) > limit;
  nlohmann::json page{{"items", nlohmann::json::array()}, {"next_cursor", nullptr}};
  for (auto item = items.begin(); item != items.end() - (more ? 1 : 0); ++item) page["items"].push_back(make(*item));
  if (more) page["next_cursor"] = std::to_string(items[items.size() - 2].id);
  return page;
}

/// The parameter `cursor`, none if it is not there. Throws Refused if it is more than any id.
std::optional<std::int64_t> cursor_of(const Call& call);

/// Things of the caller; 404 where there is none, or another user's.
service::Video own_video(Call& call);
service::Request own_request(Call& call);

}  // namespace reel::http
