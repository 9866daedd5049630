#include "text.hpp"

#include <algorithm>
#include <cmath>

namespace reel::titles {
namespace {

std::string clock_text(Time t) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(t).count();
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld.%03lld", static_cast<long long>(ms / 3'600'000),
                static_cast<long long>(ms / 60'000 % 60), static_cast<long long>(ms / 1000 % 60),
                static_cast<long long>(ms % 1000));
  return text.data();
}

std::string with_time(std::string text, Time t) {
  constexpr std::string_view mark = "{time}";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    const std::string clock = clock_text(t);
    text.replace(at, mark.size(), clock);
    at += clock.size();
  }
  return text;
}

/// How far the text has come in, and how far it still is from being gone, each 0..1.
struct Presence {
  double come, stay;

  Presence(const Text::Params& p, Time t) : come(1), stay(1) {
    static constexpr TimeRange always{};
    const TimeRange* const found = p.during.find(t);
    const TimeRange& range = found != nullptr ? *found : always;
    Time takes = p.animation_duration;
    // In a range that is too short for both, coming and going have half of it each.
    if (range.end != Time::max()) takes = std::min(takes, (range.end - range.begin) / 2);
    if (p.animation == TextAnimation::none || takes <= Time{0}) return;
    come = std::min(1.0, to_seconds(t - range.begin) / to_seconds(takes));
    if (range.end != Time::max()) stay = std::min(1.0, to_seconds(range.end - t) / to_seconds(takes));
  }
  /// 0..1, soft at the end.
  double eased() const {
    const double left = 1 - std::min(come, stay);
    return 1 - left * left * left;
  }
};

}  // namespace

void Text::start(const Params& p) {
  raster_ = std::make_unique<TextRaster>();
  if (p.markup) check_markup(p.text);
}

void Text::stop() {
  layer_.reset();
  staged_.reset();
  drawn_.reset();
  raster_.reset();
}

void Text::format(const VideoFormat&, const Params&) {
  layer_.reset();
  drawn_.reset();
}

void Text::process(VideoFrame& frame, const Params& p) {
  const VideoFormat& main = frame.raw()->info;
  const Presence presence(p, frame.time());
  TextLook look = p;
  look.text = with_time(std::move(look.text), frame.time());
  draw(look, p.animation == TextAnimation::typewriter ? presence.come : 1, main);
  if (!staged_) return;
  const bool slides = p.animation == TextAnimation::slide_up;
  lay(p, slides ? 1 - presence.eased() : 0, main);
  const bool fades = slides || p.animation == TextAnimation::fade;
  layer_->blend(frame, p.opacity * (fades ? std::min(presence.come, presence.stay) : 1));
}

void Text::draw(const TextLook& look, double revealed, const VideoFormat& main) {
  if (drawn_ && *drawn_ == look && drawn_share_ == revealed) return;
  drawn_.reset();
  staged_.reset();
  layer_.reset();
  if (auto picture = raster_->draw(look, main, revealed)) {
    staged_ =
        std::make_unique<Picture>(staging_format(main, picture->frame().info, picture->width(), picture->height()));
    conversion_.run(picture->frame(), staged_->frame());
  }
  drawn_ = look;
  drawn_share_ = revealed;
}

void Text::lay(const Params& p, double drop, const VideoFormat& main) {
  const int width = staged_->width(), height = staged_->height();
  const double margin = p.margin / 100 * main.height;
  const auto place = [](double wanted, double share, int whole, int size, double edge) {
    if (wanted <= Params::by_align) return at_edge(share, whole, size, edge);
    return static_cast<int>(std::lround(wanted * whole - share * size));
  };
  const int x = place(p.x, across(p.align), main.width, width, margin / pixel_aspect(main));
  const int y = place(p.y, down(p.align), main.height, height, margin) + static_cast<int>(std::lround(drop * height));
  if (layer_ && layer_x_ == x && layer_y_ == y) return;
  layer_.emplace(staged_->frame(), main, x, y);
  layer_x_ = x, layer_y_ = y;
}

}  // namespace reel::titles
