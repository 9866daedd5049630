#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <vector>

#include "appearance.hpp"
#include "background.hpp"
#include "rivals.hpp"
#include "view.hpp"

namespace reel::removal::track {

/// Where the object is in one picture.
struct Tracked {
  /// CV_8U, picture size, 255 where the object is, a little too large rather than too small. Empty: it is not in the
  /// picture.
  cv::Mat mask;
  /// 0..1: how sure.
  double confidence = 0;
};

/// A later picture, to see the ground that the object hides now.
struct Ahead {
  WorkPicture picture;
  /// The present picture's points to that one's, as far as the ground goes.
  cv::Matx33d from_now = cv::Matx33d::eye();
  /// How many pictures later.
  int distance = 0;
};

/// Follows one object through pictures, from one in which a person showed where it is. Pictures may also come in reverse
/// order. All pictures are of one size. Not for several threads at once.
class Tracker {
 public:
  /// `with_shadow`: masks hold the shadow that the object casts, too.
  explicit Tracker(bool with_shadow = false) : with_shadow_(with_shadow) {}

  /// How far ahead to look: give `next` and `begin` these pictures as far as they exist and no scene change lies between.
  static constexpr int looks_ahead[] = {5, 12, 20, 30};

  /// `object`, CV_8U of the picture's size: nonzero where it may be: a box drawn by hand round all of it, or a mask.
  Tracked begin(const WorkPicture& picture, const cv::Mat& object, std::span<const Ahead> ahead = {});
  /// The next picture. `camera`: the previous picture's points to this one's, as far as the ground moves (identity if
  /// unknown); `cut`: a scene change lies between.
  Tracked next(const WorkPicture& picture, const cv::Matx33d& camera, bool cut, std::span<const Ahead> ahead = {});
  /// A person shows where the object is in the picture that `next` had last.
  Tracked correct(const cv::Mat& object, std::span<const Ahead> ahead = {});

 private:
  /// What `next` knows before it looks: where the object should be and in what shape.
  struct Guess {
    cv::Rect2d box;
    cv::Matx33d motion = cv::Matx33d::eye();  // the previous picture's points to this one's, on the object
    bool followed = false;                    // by its own corners, not only by its speed
    cv::Mat shape;                            // CV_8U, picture size: all of it, also what something hides
  };
  /// The division of a view.
  struct Division {
    View view;
    cv::Mat patch, object, odds;
    GroundEvidence ground;
  };

  /// A scene that was cut away from; films often come back.
  struct Scene {
    WorkPicture last;
    GroundMemory ground;
    cv::Rect2d box;
  };

  void change_scene(const WorkPicture& picture);
  Tracked start(const cv::Mat& object, std::span<const Ahead> ahead);
  Guess predict(const WorkPicture& picture, const cv::Matx33d& camera) const;
  bool believable(const cv::Rect2d& moved, const cv::Rect2d& expected) const;
  Division look(const cv::Rect2d& box, std::span<const Ahead> ahead);
  cv::Mat shape_odds(const View& view, const Guess& guess) const;
  void remember_shape(const Division& division, const Guess& guess, double share, int gap);
  cv::Point2d speed_ahead(std::span<const Ahead> ahead) const;
  void temper(Division& division, const Guess& guess) const;
  void divide(Division& division, const cv::Mat& shape);
  Tracked settle(const Division& division, const Guess& guess, const cv::Matx33d& camera, std::span<const Ahead> ahead);
  Tracked tracked(const Division& division, double confidence, std::span<const Ahead> ahead);
  cv::Mat shadow(std::span<const Ahead> ahead);
  cv::Mat shadow_seen(std::span<const Ahead> ahead);
  Tracked lose(const Guess& guess);
  /// What may be the object, come back.
  struct Candidate {
    cv::Mat mask;
    cv::Rect2d box;
    double score = 0;
  };

  bool find_again();
  Candidate best_candidate(const cv::Mat& candidates, const cv::Mat& patch, const View& view) const;
  double usual_extent() const;
  double missing(const cv::Rect2d& box) const;
  void follow_box(const Division& division, const Guess& guess, double share, const cv::Matx33d& camera);
  void learn_contrast(const Division& division, const cv::Mat& shape, int gap);
  void remember();
  std::vector<Reference> later(std::span<const Ahead> ahead) const;
  cv::Mat grown_for_output(const Division& division) const;

  bool with_shadow_;
  WorkPicture now_;
  cv::Mat object_;        // CV_8U, picture size: the object in `now_`, not grown; empty: out of sight
  cv::Mat shape_;         // the same with what something hides, as far as known
  bool crowded_ = false;  // another thing that moves is next to it
  cv::Rect2d box_;        // round all of it, also what something hides
  cv::Size2d usual_;      // of the box, when all of the object is in sight
  cv::Point2d speed_;     // a picture, against the ground
  double alike_ = 0.12;   // which share of it looks like the ground behind
  double area_ = 0;       // what it usually covers, in samples
  int lost_ = 0;          // for how many pictures
  int since_added_ = 0;
  cv::Mat cast_;          // CV_8U, picture size: its shadow
  cv::Point2d cast_at_;   // where the object was then
  int guessed_cast_ = 0;  // for how many pictures it only went on with the object
  Appearance appearance_;
  GroundMemory ground_;
  Rivals rivals_;
  std::optional<Scene> left_;
};

}  // namespace reel::removal::track
