#pragma once

#include <array>
#include <optional>

#include "frame_queue.hpp"
#include "stager.hpp"

namespace reel::titles {

enum class AtEnd { hold, hide };

constexpr auto choices(AtEnd) {
  return std::array{choice(AtEnd::hold, "hold", "Its last picture stays"),
                    choice(AtEnd::hide, "hide", "It disappears")};
}

/// The second input's pictures over the first's. Each output frame is a frame of the first, with its timestamps and caps.
struct Overlay : PadStage<Overlay> {
  static constexpr StageInfo stage{
      .name = "reel-overlay",
      .title = "Overlay",
      .summary = "Lays the pictures of a second input over those of the first",
      .formats = nullptr,
      .contract = "pointwise",
      .synonyms = "picture in picture,pip,inset,composite,superimpose,put on top",
      .max_inputs = 2,
  };
  static constexpr std::array pads{PadInfo{"video_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, "video/x-raw"},
                                   PadInfo{"video_src", GST_PAD_SRC, GST_PAD_ALWAYS, "video/x-raw"}};

  struct Params {
    double x = 0, y = 0, width = 0, height = 0, opacity = 1;
    Time start{0};
    AtEnd at_end = AtEnd::hide;
    Ranges during;
  };
  static constexpr auto params = reel::params(
      param("x", &Params::x, "Left edge of the second picture, from 0 (left) to 1 (right) of the first").range(-2, 2),
      param("y", &Params::y, "Top edge of the second picture, from 0 (top) to 1 (bottom) of the first").range(-2, 2),
      param("width", &Params::width, "Width of the second picture as a share of the first's; 0: by height, or as it is")
          .range(0, 4),
      param("height", &Params::height, "Height of the second picture as a share of the first's; 0: by its proportions")
          .range(0, 4),
      param("opacity", &Params::opacity, "How much the second picture covers, from 0 (nothing) to 1")
          .range(0, 1)
          .identity("0"),
      param("start", &Params::start, "When, in the first input, the second one begins").fixed(),
      param("at-end", &Params::at_end, "What happens when the second input ends before the first").fixed());

  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& p);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& p);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const Params& p);
  void start(GstElement* e, const Params& p);
  void unlock(GstElement* e);
  void stop(GstElement* e);

 private:
  /// What the prepared layer was made from.
  struct Prepared {
    FramePtr frame;
    int x = 0, y = 0, width = 0, height = 0;
    friend bool operator==(const Prepared&, const Prepared&) = default;
  };

  GstFlowReturn chain_second(BufferPtr buffer);
  GstFlowReturn chain_main(GstElement* e, BufferPtr buffer);
  bool second_event(GstPad* pad, EventPtr event);
  static std::int64_t second_moment(GstPad* second, std::int64_t moment, Time start);
  static bool seek(GstElement* e, EventPtr event, Time start);
  void watch_main(GstEvent* event);
  BufferPtr blended(BufferPtr main, Time at, const FramePtr& second, const Params& p);
  void prepare(const Prepared& wanted);
  Prepared placed(const FramePtr& second, const Params& p) const;

  FrameQueue queue_;
  // Of the second input's thread.
  GstSegment second_segment_{};
  VideoFormat second_format_{};
  // Of the main input's thread.
  GstSegment main_segment_{};
  VideoFormat main_format_{};
  Stager stager_;
  Prepared prepared_;
  std::optional<Layer> layer_;
};

}  // namespace reel::titles
