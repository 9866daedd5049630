/// The way that a camera took, how it would have gone with a steadier hand, and what that asks of each picture.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <reel/types.hpp>

#include "steady/similarity.hpp"

namespace reel::removal::steady {

struct Aims {
  cv::Size size;              ///< of the pictures
  Time smoothing{0};          ///< movements as short as that are shake
  int pictures = 0;           ///< but so many to either side are asked at most
  bool stands_still = false;  ///< the camera does not move at all: where it was at hold() or after the latest cut
  double zoom = 0;            ///< how much pictures are enlarged; 0: as far as necessary
  double most_zoom = 1.0;     ///< what must not be left for it: instead, less is corrected
};

/// Pictures are numbered by who asks, one after the other. One thread at a time.
class CameraPath {
 public:
  /// To either side: how long a change of the zoom takes, in pictures.
  static constexpr int zoom_reach = 30;

  /// Forgets all; the next picture has number `first`.
  void begin(const Aims& aims, std::int64_t first);
  /// The next picture. `from_previous`: its points by those of the one before; nothing: another scene, in which the camera stands
  /// where it is now if it stood in the one before.
  void add(Time time, const std::optional<Similarity>& from_previous);
  /// A camera that stands still does so from here on, where it is in the latest picture. What was before is left as it is.
  void hold() { entries_.back().held = entries_.back().from_origin; }
  /// Whether it was told to, and from what points to those of the latest picture it moved all the same.
  bool holds() const { return !entries_.empty() && entries_.back().held; }
  Similarity from_held() const { return entries_.back().from_origin * entries_.back().held->inverse(); }
  /// That is known better than by adding up.
  void correct(const Similarity& from_held) { entries_.back().from_origin = from_held * *entries_.back().held; }

  std::int64_t first() const { return first_; }
  std::int64_t end() const { return first_ + static_cast<std::int64_t>(entries_.size()); }
  /// Pictures that have to be known after one before it can be corrected.
  int ahead() const { return reach() + zoom_reach; }
  /// Forgets what no picture from `number` on needs.
  void forget_before(std::int64_t number);

  /// Which points of picture `number` are to be shown at the points of the steady one: to the source, by the output. What comes later
  /// than ahead() is not asked; what is missing, is missing.
  Similarity view(std::int64_t number);

 private:
  struct Entry {
    Time time;
    std::int64_t scene;
    Similarity from_origin;          ///< points of the scene's first picture to those of this one
    std::optional<Similarity> held;  ///< from_origin of the picture where the camera stands
    std::optional<Similarity> view = std::nullopt;
    double need = 1;     ///< of enlargement, for `view`
    double allowed = 1;  ///< share of `view` that most_zoom leaves
  };

  int reach() const { return aims_.stands_still ? 0 : aims_.pictures; }
  Entry& entry(std::int64_t number) { return entries_[static_cast<std::size_t>(number - first_)]; }
  const Entry& viewed(std::int64_t number);
  Similarity smoothed(std::int64_t number);
  template <class Worst>
  double evened(std::int64_t number, double Entry::*value, Worst worst);

  Aims aims_;
  std::deque<Entry> entries_;
  std::int64_t first_ = 0;
};

/// How much a view has to be enlarged so that no sample from outside the picture is seen; infinite: nothing helps.
double enlargement_for(const Similarity& view, cv::Size size);

}  // namespace reel::removal::steady
