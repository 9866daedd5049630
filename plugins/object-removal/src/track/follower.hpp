/// The object's mask in every picture, as they come.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "camera_motion.hpp"
#include "track/tracker.hpp"

namespace reel::removal {

/// Follows an object through pictures that come in order of time, looking ahead, and back from where it was shown first. One thread at
/// a time. Masks are CV_8U at work size; empty: the object is not in the picture.
class Follower {
 public:
  /// Pictures after one that are looked at to find the object in it.
  static constexpr std::int64_t look_ahead = 30;
  /// Pictures before the first one that it is looked for in, too.
  static constexpr std::int64_t look_back = 30;

  /// `with_shadow`: the shadow that the object casts belongs to it.
  explicit Follower(bool with_shadow = false) : tracker_(with_shadow), with_shadow_(with_shadow) {}

  /// Numbers count pictures, without gaps. `from_previous`: the ground's motion since the picture before.
  void add(std::int64_t number, track::WorkPicture picture, const Motion& from_previous);
  /// Shows the object in a picture that was added, the last one that was asked for or the one after.
  cv::Mat show(std::int64_t number, const cv::Mat& object);
  /// In the picture after the last one that was asked for.
  cv::Mat next();
  /// In the pictures before the one where it was shown first, going back.
  std::vector<cv::Mat> before() const;
  /// In the picture where it was shown first.
  const cv::Mat& first() const { return first_; }
  bool follows() const { return at_ != none; }
  void forget();

 private:
  struct Seen {
    std::int64_t number;
    track::WorkPicture picture;
    Motion from_previous;
  };
  static constexpr std::int64_t none = -1;

  const Seen& seen(std::int64_t number) const {
    return pictures_[static_cast<std::size_t>(number - pictures_.front().number)];
  }
  std::vector<track::Ahead> ahead_of(std::int64_t number) const;

  std::deque<Seen> pictures_;
  track::Tracker tracker_;
  bool with_shadow_;
  cv::Mat first_;             ///< where it was shown first
  std::int64_t at_ = none;    ///< the last picture that was asked for
  std::int64_t from_ = none;  ///< the first one
};

}  // namespace reel::removal
