#include "reel/service/submission.hpp"

#include <algorithm>
#include <charconv>

namespace reel::service {
namespace {

constexpr std::string_view scheme = "video:";

void add_videos_in(std::string_view text, std::vector<VideoId>& found, std::size_t most) {
  for (auto at = text.find(scheme); at != std::string_view::npos && found.size() < most;
       at = text.find(scheme, at + 1)) {
    VideoId id = 0;
    const auto [end, error] = std::from_chars(text.data() + at + scheme.size(), text.data() + text.size(), id);
    if (error == std::errc{} && id > 0 && std::ranges::find(found, id) == found.end()) found.push_back(id);
  }
}

}  // namespace

std::vector<VideoId> videos_named(const std::string& yaml, const std::map<std::string, std::string>& params,
                                  std::size_t most) {
  std::vector<VideoId> found;
  add_videos_in(yaml, found, most);
  for (const auto& [name, value] : params) add_videos_in(value, found, most);
  return found;
}

std::string video_uri(VideoId id) { return std::string(scheme) + std::to_string(id); }

std::optional<VideoId> video_of(std::string_view uri) {
  if (!uri.starts_with(scheme)) return std::nullopt;
  const auto found = videos_named(std::string(uri), {}, 1);
  if (found.empty() || video_uri(found[0]) != uri) return std::nullopt;
  return found[0];
}

}  // namespace reel::service
