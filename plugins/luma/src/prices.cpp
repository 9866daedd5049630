#include "prices.hpp"

#include <cmath>
#include <cstdlib>
#include <string_view>

namespace reel::luma {

namespace {

/// US cents for a clip of five seconds made from words or pictures, 16:9, and for each second that is edited or reframed; less than 0:
/// not published. Longer clips cost in proportion. Neither API tells its prices, so these are what others wrote down:
///   ray-2, ray-flash-2   0.64 and 0.22 cents for a million pixels at 24 pictures a second, Luma's list of 2025; plans.apis.io has the
///                        same for ray-2 in May 2026
///   ray-3.2              editing and reframing: fal.ai/models/luma/agent/ray/v3.2, June 2026; new clips: resellers that add to fal.ai's
///                        price (maxvideoai.com, wavespeed.ai), the same month
struct Price {
  const char *model, *resolution;
  double five_seconds, edit_second, reframe_second;
};
constexpr Price prices[]{
    {"ray-2", "540p", 40, -1, -1},        {"ray-2", "720p", 71, -1, -1},       {"ray-2", "1080p", 159, -1, -1},
    {"ray-2", "4k", 637, -1, -1},         {"ray-flash-2", "540p", 14, -1, -1}, {"ray-flash-2", "720p", 24, -1, -1},
    {"ray-flash-2", "1080p", 55, -1, -1}, {"ray-flash-2", "4k", 219, -1, -1},  {"ray-3.2", "540p", 50, 14.4, 6},
    {"ray-3.2", "720p", 100, 21.6, 12},   {"ray-3.2", "1080p", 200, 43.2, 36},
};

/// Seconds until a clip is there, roughly, for five seconds at 720p: reported for ray-2 (30 to 60), guessed from that for the others.
struct Pace {
  const char* model;
  double seconds;
};
constexpr Pace paces[]{{"ray-2", 60}, {"ray-flash-2", 30}, {"ray-3.2", 90}};

const Price* find(std::string_view model, std::string_view resolution) {
  for (const Price& p : prices)
    if (model == p.model && resolution == p.resolution) return &p;
  return nullptr;
}

double cents(const Price& price, const std::string& kind, const std::string& duration, double input_seconds) {
  if (kind == "video") return price.five_seconds * std::atof(duration.c_str()) / 5;
  const double second = kind == "video_reframe" ? price.reframe_second : kind == "video_edit" ? price.edit_second : -1;
  return second < 0 || input_seconds <= 0 ? -1 : second * std::ceil(input_seconds);
}

}  // namespace

ProviderEstimate estimate(const Json& prepared) {
  const Json body = prepared.value("body", Json::object()), video = body.value("video", body);
  const std::string model = string_at(body, "model"), type = string_at(body, "type");
  ProviderEstimate found;
  if (const Price* const price = find(model, string_at(video, "resolution")))
    found.cents = cents(*price, type.empty() ? string_at(body, "generation_type") : type, string_at(video, "duration"),
                        prepared.value("seconds", 0.0));
  for (const Pace& pace : paces)
    if (model == pace.model) found.seconds = pace.seconds;
  return found;
}

}  // namespace reel::luma
