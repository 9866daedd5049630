/// Where the object is, picture by picture: drawn, read from a file, or found and followed.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <reel/sdk.hpp>
#include <string>
#include <vector>

#include "fill/filler.hpp"
#include "mask/detector.hpp"
#include "mask/mask_file.hpp"
#include "track/follower.hpp"

namespace reel::removal {

/// As a parameter of stages.
constexpr auto choices(Which) {
  return std::array{choice(Which::largest, "largest", "The largest one"),
                    choice(Which::left_most, "left-most", "The one on the left"),
                    choice(Which::right_most, "right-most", "The one on the right"),
                    choice(Which::all, "all", "All of them")};
}

/// What is looked for: exactly one of a region, a target and a mask.
struct Sought {
  Region region;
  bool track = false;  ///< the region is drawn around the object once, and followed
  std::string target;
  Which which = Which::largest;
  File mask;
  bool shadow = false;  ///< what is followed has its shadow with it
  bool boxes = false;   ///< what a detector finds counts as a whole, whether it can be followed or not
};

/// The mask of a picture. CV_8U, of the picture's size, nonzero where the object is; empty: nowhere.
struct Located {
  std::int64_t number;
  cv::Mat mask;
};

/// Gives each picture its mask. Either what is drawn or in a file: known as soon as the picture's time is (`drawn_at`). Or what is
/// followed: known `Follower::look_ahead` pictures later (`add`). Pictures come in order of time; one thread at a time.
class Locator {
 public:
  /// Throws Error where what is asked for makes no sense or cannot be found here.
  void start(const Sought& sought);
  void set_size(cv::Size size) { size_ = size; }
  /// Whether it follows something; else all is drawn.
  bool follows() const { return detector_ || (track_ && !mask_file_); }

  /// What is drawn or in the file at that time; what stays the same from picture to picture is the same cv::Mat.
  cv::Mat drawn_at(Time time, const Region& region);

  /// The next picture; numbers have no gaps. `wanted`: whether the object is to be found in it. Returns the masks that are known now,
  /// which may be those of pictures long before: an object that is found is looked for in earlier pictures, too.
  std::vector<Located> add(std::int64_t number, Time time, bool wanted, const Analysis& seen, const Region& region);
  /// Those of all that were added; no more are added before `forget`.
  std::vector<Located> rest(const Region& region);
  /// In words, what was looked for in vain; empty: it was found, or not looked for.
  std::string in_vain() const;
  /// Whether it looks for something, or for more: what it finds is looked for in the `Follower::look_back` pictures before, too.
  bool seeks() const { return followed_.empty() || (detector_ && which_ == Which::all); }
  /// Pictures before this one have their masks.
  std::int64_t known_before() const {
    return entries_.empty() ? (last_ ? last_->number + 1 : 0) : entries_.front().number;
  }
  /// Of pictures before this one, nobody knows whether the object is in them.
  std::int64_t known_since() const { return since_; }
  /// What was seen is not followed by what comes.
  void forget();

 private:
  struct Entry {
    std::int64_t number;
    Time time;
    bool wanted;
    track::WorkPicture picture;
  };

  struct Followed {
    Follower follower;
    bool sure = false;  ///< a detector found it again where it was followed to
    int missed = 0;     ///< until then: how often it did not
  };

  cv::Mat region_at(Time time, const Region& region) const;
  std::vector<Located> follow_to(std::int64_t end, const Region& region);
  std::vector<cv::Mat> followed_in(const Entry& entry, const Region& region);
  void seek(const Entry& entry, const Region& region, std::vector<cv::Mat>& masks, std::vector<Located>& located);
  void drop_doubtful(const std::vector<cv::Mat>& shown, std::vector<cv::Mat>& masks);
  std::int64_t add_before(const Follower& follower, std::int64_t number, std::vector<Located>& located);
  void give(std::int64_t number, const std::vector<cv::Mat>& masks, std::vector<Located>& located);
  std::vector<cv::Mat> shown_in(const Entry& entry, const Region& region);
  cv::Mat together(const std::vector<cv::Mat>& masks) const;

  cv::Size size_;
  bool track_ = false, boxes_ = false;
  Which which_ = Which::largest;
  std::string target_;
  std::unique_ptr<MaskFile> mask_file_;
  std::unique_ptr<Detector> detector_;
  Shape shape_;
  cv::Mat drawn_;                   ///< of shape_
  Follower scout_;                  ///< has seen what those that begin to follow have to know
  std::vector<Followed> followed_;  ///< an object each
  std::deque<Entry> entries_;       ///< without masks yet
  std::optional<Entry> last_;       ///< the one before those
  std::deque<Located> given_;       ///< the latest masks, at work size, while more may be found in those pictures
  bool sought_ = false, found_ = false;
  std::int64_t since_ = 0;
};

}  // namespace reel::removal
