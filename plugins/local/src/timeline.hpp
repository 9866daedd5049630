/// A private element: puts decoded media on the timeline that stages rely on.
#pragma once

#include <array>
#include <optional>

#include "reel/sdk.hpp"

namespace reel::local {

/// Buffers leave with their stream time as timestamp, cut to their segment, in segments that map running time as before.
/// So time starts at 0 whatever the container's clock says. The orientation tag is dropped: pictures arrive upright.
class Timeline : public PadStage<Timeline> {
 public:
  static constexpr StageInfo stage{.name = "reel-local-timeline",
                                   .title = "Timeline",
                                   .summary = "Puts decoded media on a timeline that starts at 0",
                                   .contract = "pointwise",
                                   .during = false};
  static constexpr std::array pads{PadInfo{"sink", GST_PAD_SINK, GST_PAD_ALWAYS, "ANY"},
                                   PadInfo{"src", GST_PAD_SRC, GST_PAD_ALWAYS, "ANY"}};

  /// A new element, floating. `origin` is the stream time that becomes 0. `duration` is the answer to queries, where upstream
  /// cannot know it.
  static GstElement* make(Time origin, std::optional<Time> duration = std::nullopt);

  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const NoParams&);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const NoParams&);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const NoParams&);

 private:
  GstFlowReturn push(GstElement* e, BufferPtr buffer);
  GstFlowReturn release(GstElement* e);
  BufferPtr clipped(BufferPtr buffer) const;
  EventPtr on_timeline(GstEvent* segment_event);
  EventPtr gap_on_timeline(const GstEvent* gap) const;
  EventPtr upstream_seek(EventPtr seek) const;

  GstSegment segment_{};  ///< as it came in, but for the origin
  GstClockTime origin_ = 0;
  std::optional<GstAudioInfo> sound_;  ///< set for sound, which is cut to the sample
  std::optional<Time> duration_;
  bool starts_ = false;  ///< the next buffer is the first of its segment
  BufferPtr held_;       ///< the first sound, until it is known whether it is to be heard
};

}  // namespace reel::local
