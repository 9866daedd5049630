/// Pictures in GStreamer's buffers, and what elements have in common that let pictures wait for later ones.
#pragma once

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
