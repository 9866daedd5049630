/// What was behind an object, out of the pictures before and after.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "camera_motion.hpp"
#include "composite.hpp"
#include "finish.hpp"
#include "picture.hpp"

namespace reel::removal {

/// New samples for a part of one plane.
struct Patch {
  cv::Rect area;    ///< in the plane
  cv::Mat values;   ///< CV_32F, in steps of 8 bits
  cv::Mat opacity;  ///< CV_32F, 0 to 1
};

/// What a hole was filled with. All 0 to 1.
struct FillReport {
  double area = 0;                           ///< of the picture
  double past = 0, future = 0, guessed = 0;  ///< of the hole: seen in earlier pictures, in later ones, nowhere
  double confidence = 1;
};

struct Filling {
  std::vector<Patch> planes;
  FillReport report;
};

/// How far behind and ahead of a picture others are of use: where the gain ends.
inline constexpr std::int64_t look_back = 60, look_ahead = 30;

/// What is found out about a picture when it comes.
struct Analysis {
  Picture picture;
  HolePtr hole;  ///< where the object is; null: nowhere
  MotionView motion;
  SourceView view;
  Motion from_previous;  ///< points of the picture before to this one's
};
/// `hole`: as far as it is known already; `previous`: the picture before, or null. Any thread.
Analysis analysed(Picture picture, HolePtr hole, const Analysis* previous);

/// Fills the holes of one shot after the other. Pictures come in order of time and all of one format; one thread at a time.
class Filler {
 public:
  /// Makes the areas of holes in a picture's planes, CV_32F in steps of 8 bits, by what is around them. May throw.
  using Paint = std::function<std::vector<cv::Mat>(const Picture&, const Hole&, const std::vector<PlaneHole>&)>;
  /// What nobody ever saw is painted so from now on; null: it goes on as its surroundings do.
  void paint_by(Paint paint) { paint_ = std::move(paint); }

  /// Numbers count pictures, without gaps.
  void add(std::int64_t number, Analysis analysis);
  /// The last one that was added, or null. What is added does not move.
  const Analysis* last() const { return frames_.empty() ? nullptr : &frames_.back().seen; }
  /// At work size.
  const cv::Mat& luma(std::int64_t number) const { return seen(number).view.smooth; }
  /// Null: the object is not in it. Does nothing if the picture is no longer known.
  void set_hole(std::int64_t number, const HolePtr& hole);
  const HolePtr& hole(std::int64_t number) const { return seen(number).hole; }
  void clear_holes_before(std::int64_t number);
  /// Pictures before this one are no sources.
  void forget_before(std::int64_t number);
  /// Whether a picture differs from the one before where the hole is, and not around it.
  bool changes_in_hole(std::int64_t number) const;
  /// The hole of a picture that was added, and has one, filled by those around it that were added; in order of their numbers.
  Filling fill(std::int64_t number);
  /// Nothing before or after was seen.
  void forget();

 private:
  struct Frame {
    std::int64_t number;
    Analysis seen;  ///< its picture without planes where it serves no longer
  };
  static constexpr std::int64_t none = -2;

  /// What the sources show of a plane of a hole's surroundings, what is there, and how far they differ.
  struct Shown {
    cv::Mat values, error;
    Composite composite;
  };

  const Analysis& seen(std::int64_t number) const {
    return frames_[static_cast<std::size_t>(number - frames_.front().number)].seen;
  }
  Analysis& seen(std::int64_t number) { return const_cast<Analysis&>(std::as_const(*this).seen(number)); }
  void drop_before(std::int64_t number);
  void move_alignments(std::int64_t to);
  void align(std::int64_t target);
  std::vector<Source> sources_of(std::int64_t target) const;
  void take_apart(const Analysis& frame);
  std::vector<Shown> shown_of(const Analysis& frame, const std::vector<Source>& sources, const SourceGrid& grid) const;
  void guess(std::int64_t target, std::size_t plane, const Shown& shown, cv::Rect gap, cv::Mat& values) const;

  std::deque<Frame> frames_;
  std::int64_t current_ = none;  ///< what alignments_ are of
  std::map<std::int64_t, Alignment> alignments_;
  HolePtr taken_apart_;           ///< what holes_ are of
  std::vector<PlaneHole> holes_;  ///< of the picture that is filled
  Paint paint_;
  std::vector<cv::Mat> painted_;  ///< of the picture that is filled; empty: nothing
  std::vector<Patch> last_;       ///< what was filled before, to go on with
  std::int64_t last_number_ = none;
};

}  // namespace reel::removal
