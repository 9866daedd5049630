#include "transition_kind.hpp"

namespace reel::timeline {
namespace {

using enum TransitionKind;

/// One component of both pictures.
template <class T>
struct Pair {
  Plane<T> onto, other;

  /// onto(x, y) = other(x - dx, y - dy) for x in [x0, x1), y in [y0, y1)
  void copy(int x0, int x1, int y0, int y1, int dx = 0, int dy = 0) const {
    for (int y = y0; y < y1; ++y)
      for (int x = x0; x < x1; ++x) onto.at(x, y) = other.at(x - dx, y - dy);
  }

  /// onto(x, y) = onto(x + dx, y + dy) where that is inside the picture; each sample is read before it is
  /// written.
  void move(int dx, int dy) const {
    const int width = onto.width(), height = onto.height();
    for (int i = 0; i < height - std::abs(dy); ++i) {
      const int y = dy >= 0 ? i : height - 1 - i;
      for (int k = 0; k < width - std::abs(dx); ++k) {
        const int x = dx >= 0 ? k : width - 1 - k;
        onto.at(x, y) = onto.at(x + dx, y + dy);
      }
    }
  }
};

template <class T>
void fade_in(const Pair<T>& p, std::uint32_t share) {
  for (int y = 0; y < p.onto.height(); ++y) {
    if (p.onto.step() == 1) {
      mix_row(p.onto.row_data(y), p.other.row_data(y), p.onto.width(), share);
      continue;
    }
    for (int x = 0; x < p.onto.width(); ++x) mix_row(&p.onto.at(x, y), &p.other.at(x, y), 1, share);
  }
}

template <class T>
void mix_component(TransitionKind kind, const Pair<T>& p, double share) {
  const int width = p.onto.width(), height = p.onto.height();
  const int across = static_cast<int>(std::lround(width * share)), down = static_cast<int>(std::lround(height * share));
  switch (kind) {
    case fade:
      return fade_in(p, share_of(share));
    case dip:
      return p.copy(0, width, 0, height);
    case wipe_left:
      return p.copy(width - across, width, 0, height);
    case wipe_right:
      return p.copy(0, across, 0, height);
    case wipe_up:
      return p.copy(0, width, height - down, height);
    case wipe_down:
      return p.copy(0, width, 0, down);
    case slide_left:
      p.move(across, 0);
      return p.copy(width - across, width, 0, height, width - across, 0);
    case slide_right:
      p.move(-across, 0);
      return p.copy(0, across, 0, height, across - width, 0);
    case slide_up:
      p.move(0, down);
      return p.copy(0, width, height - down, height, 0, height - down);
    case slide_down:
      p.move(0, -down);
      return p.copy(0, width, 0, down, 0, down - height);
  }
}

}  // namespace

void mix(TransitionKind kind, VideoFrame& picture, const VideoFrame& other, double share, const Components& color) {
  share = std::clamp(share, 0.0, 1.0);
  if (kind != dip || share >= 0.5)
    for (int c = 0; c < picture.components(); ++c) {
      if (picture.depth() > 8)
        mix_component<std::uint16_t>(kind, {picture.component<std::uint16_t>(c), other.component<std::uint16_t>(c)},
                                     share);
      else
        mix_component<std::uint8_t>(kind, {picture.component<std::uint8_t>(c), other.component<std::uint8_t>(c)},
                                    share);
    }
  if (kind == dip) mix_with_color(picture, color, share_of(std::abs(2 * share - 1)));
}

}  // namespace reel::timeline
