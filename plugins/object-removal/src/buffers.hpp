/// Pictures in GStreamer's buffers, and what elements have in common that let pictures wait for later ones.
#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <reel/convert.hpp>
#include <reel/sdk.hpp>
#include <vector>

#include "picture.hpp"

#define REEL_REMOVAL_CAPS \
  "video/x-raw, format = (string) { I420, YV12, Y42B, Y444, I420_10LE, I422_10LE, Y444_10LE, I420_12LE, GRAY8 }"

namespace reel::removal {

/// The planes of a mapped picture, as they are.
std::vector<cv::Mat> planes_of(GstVideoFrame& raw);
/// Bits a sample.
int depth_of(const GstVideoInfo& format);
/// The samples of a buffer, which is kept as long as they are.
Picture picture_of(GstBuffer* buffer, const GstVideoInfo& format);

/// Of elements that take and give such pictures.
inline constexpr std::array picture_pads{PadInfo{"sink", GST_PAD_SINK, GST_PAD_ALWAYS, REEL_REMOVAL_CAPS},
                                         PadInfo{"src", GST_PAD_SRC, GST_PAD_ALWAYS, REEL_REMOVAL_CAPS}};

/// A copy of a picture. `change`: gets its planes, and makes what it likes of them.
template <class Change>
BufferPtr changed_copy(GstBuffer* buffer, const GstVideoInfo& format, const Change& change) {
  BufferPtr made(gst_buffer_copy_deep(buffer));
  MappedFrame mapped(made.get(), format, GST_MAP_READWRITE);
  std::vector<cv::Mat> planes = planes_of(mapped.get());
  change(planes);
  return made;
}

/// Whether a time lies in one of the ranges, or so little before or behind one; no ranges: always.
bool is_near(Time time, const Ranges& during, Time before, Time behind);

/// How long pictures of that format are shown, where they do not say it themselves.
Time picture_duration(const GstVideoInfo& format);
Time duration_of(const GstBuffer* buffer, const GstVideoInfo& format);

/// Takes what comes at a pad of an element that lets pictures wait. `drain` lets all go that wait; `forget` drops them.
template <class Drain, class Forget>
bool take_event(GstElement* e, GstPad* pad, EventPtr event, GstVideoInfo& format, GstSegment& segment, Drain drain,
                Forget forget) {
  if (GST_PAD_IS_SINK(pad)) switch (GST_EVENT_TYPE(event.get())) {
      case GST_EVENT_CAPS: {
        drain();
        GstCaps* caps = nullptr;
        gst_event_parse_caps(event.get(), &caps);
        if (gst_video_info_from_caps(&format, caps) == FALSE) return false;
        break;
      }
      case GST_EVENT_SEGMENT:
        drain();
        gst_event_copy_segment(event.get(), &segment);
        break;
      case GST_EVENT_EOS:
        drain();
        break;
      case GST_EVENT_FLUSH_STOP:
        forget();
        break;
      default:
        break;
    }
  return gst_pad_event_default(pad, GST_OBJECT(e), event.release()) != FALSE;
}

/// Answers a query; to one for the latency, with what comes from upstream and `held` more.
bool answer_query(GstElement* e, GstPad* pad, GstQuery* query, Time held);

}  // namespace reel::removal
