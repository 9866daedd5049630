/// reel-stabilize: takes the shake of a hand out of the pictures.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <reel/sdk.hpp>

#include "buffers.hpp"
#include "camera_motion.hpp"
#include "steady/camera_path.hpp"

namespace reel::removal {

enum class Camera { moving, still };
constexpr auto choices(Camera) {
  return std::array{
      choice(Camera::moving, "moving", "It goes where it went, without the shake"),
      choice(Camera::still, "still", "It stands where it stood at first, and after each cut, as on a tripod")};
}

enum class Border { crop, replicate };
constexpr auto choices(Border) {
  return std::array{choice(Border::crop, "crop",
                           "Enlarges the picture until none is seen, and corrects less where that is not enough"),
                    choice(Border::replicate, "replicate", "Repeats the samples at the rim")};
}

class Stabilize : public PadStage<Stabilize> {
 public:
  static constexpr StageInfo stage{.name = "reel-stabilize",
                                   .title = "Stabilize",
                                   .summary = "Takes the shake out of a shot that was filmed by hand",
                                   .contract = "window 90 90 from-begin=camera",
                                   .synonyms = "stabilise,steady,deshake,unshake,smooth"};
  struct Params {
    double strength = 1, smoothing = 1, zoom = 0;
    Camera camera = Camera::moving;
    Border border = Border::crop;
    Ranges during;
  };
  static constexpr auto params = reel::params(
      param("strength", &Params::strength, "How much of the shake is taken out").range(0, 1).identity("0"),
      param("smoothing", &Params::smoothing,
            "How long movements last that are taken for shake; 60 pictures to either side at most")
          .range(0.1, 10)
          .unit("s")
          .fixed(),
      param("camera", &Params::camera, "How the camera is meant to move").fixed(),
      param("border", &Params::border, "What is done about the border that comes into view").fixed(),
      param("zoom", &Params::zoom, "How much the picture is enlarged; 0: as much as necessary, which changes slowly")
          .range(0, 2)
          .fixed());
  static constexpr std::array pads = picture_pads;

  void start(GstElement* e, const Params& params);
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params);

 private:
  struct Waiting {
    BufferPtr buffer;
    Time time;
    double share;  ///< of the correction
  };
  /// What is known of a picture when it comes.
  struct Seen {
    MotionView view;
    std::optional<steady::Similarity> from_previous;
    std::optional<steady::Similarity> from_held;
  };

  steady::Aims aims() const;
  int pictures() const;
  Seen seen(GstBuffer* buffer, const std::optional<steady::Similarity>& held) const;
  void add(Seen seen, Waiting picture);
  BufferPtr steadied(GstBuffer* buffer, const steady::Similarity& view) const;
  GstFlowReturn push_front();
  GstFlowReturn drain();
  void forget();

  GstPad* source_ = nullptr;
  GstSegment segment_{};
  GstVideoInfo format_{};
  Params fixed_;
  steady::CameraPath path_;
  std::optional<MotionView> last_;
  std::optional<MotionView> held_;  ///< of the picture where a still camera stands
  std::deque<Waiting> waiting_;     ///< the latest of those on the path
  bool was_wanted_ = false;         ///< the latest
};

}  // namespace reel::removal
