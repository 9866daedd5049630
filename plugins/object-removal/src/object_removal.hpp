/// reel-object-removal: takes an object out of the pictures.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <reel/sdk.hpp>

#include "buffers.hpp"
#include "fill/filler.hpp"
#include "fill/grain.hpp"
#include "mask/locator.hpp"
#include "model/painter.hpp"

namespace reel::removal {

enum class Debug { none, mask, matte };
constexpr auto choices(Debug) {
  return std::array{choice(Debug::none, "none", "Removes"),
                    choice(Debug::mask, "mask", "Shows what would be removed, in red"),
                    choice(Debug::matte, "matte", "Shows it in white on black")};
}

class ObjectRemoval : public PadStage<ObjectRemoval> {
 public:
  static constexpr StageInfo stage{.name = "reel-object-removal",
                                   .title = "Object removal",
                                   .summary = "Takes an object out of the picture, and shows what is behind it",
                                   .contract = "window 60 60 from-begin=track,target",
                                   .synonyms = "remove,erase,delete,inpaint,clean"};
  struct Params {
    Region region;
    bool track = false;
    std::string target;
    Which which = Which::largest;
    File mask;
    bool shadow = false;
    std::string model;
    double dilate = 0, feather = 2;
    bool grain = true;
    Debug debug = Debug::none;
    Ranges during;
  };
  static constexpr auto params = reel::params(
      param("region", &Params::region, "Where the object is"),
      param("track", &Params::track,
            "Whether the region is drawn around the object at the first moment, and at each of its keyframes, and "
            "followed from there")
          .fixed(),
      param("target", &Params::target,
            "What to remove, instead of a region: person, face, or what an installed model finds; a colour may stand "
            "before "
            "it: red car")
          .fixed(),
      param("which", &Params::which, "Which of several targets").fixed(),
      param("mask", &Params::mask, "A picture or a video that is white where the object is, instead of a region")
          .fixed(),
      param("shadow", &Params::shadow, "Whether the shadow of what is followed goes with it").fixed(),
      param("model", &Params::model,
            "An installed model that paints what no other picture shows (see `reel models`); none: it goes on as its "
            "surroundings do")
          .fixed(),
      param("dilate", &Params::dilate, "By how much the mask grows on all sides").range(0, 200).unit("px"),
      param("feather", &Params::feather, "Width of the soft edge around the mask").range(0, 100).unit("px"),
      param("grain", &Params::grain, "Whether what is shown instead gets the grain of its surroundings").fixed(),
      param("debug", &Params::debug, "Shows the mask instead of removing what is under it").fixed());
  static constexpr std::array pads = picture_pads;

  void start(GstElement* e, const Params& params);
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params);

 private:
  /// A picture that has come and not yet gone.
  struct Waiting {
    BufferPtr buffer;
    Time time;
    std::int64_t number;  ///< the filler's
    bool wanted;          ///< the object is to be removed from it
  };

  HolePtr hole_of(const cv::Mat& mask, const Params& params);
  void set_masks(const std::vector<Located>& located, const Params& params);
  void judge_border();
  bool acts_on(const Waiting& entry) const;
  bool front_is_ready() const;
  BufferPtr removed(const Waiting& front);
  BufferPtr masked(const Waiting& front) const;
  GstFlowReturn push_front();
  GstFlowReturn drain(const Params& params);
  void forget();

  GstElement* element_ = nullptr;
  GstPad* source_ = nullptr;
  GstSegment segment_{};
  GstVideoInfo format_{};
  bool grain_ = true;
  Debug debug_ = Debug::none;
  Locator locator_;
  // The latest hole, with what it was made from.
  cv::Mat mask_;
  double dilate_ = 0, feather_ = 0;
  HolePtr hole_;
  std::unique_ptr<Painter> painter_;
  Filler filler_;
  std::deque<Waiting> waiting_;
  std::int64_t next_number_ = 0;
  std::optional<bool> was_wanted_;  ///< the picture before
  bool clean_outside_ = false;      ///< where the object is not to be removed, it is not there at all
};

}  // namespace reel::removal
