#include "buffers.hpp"

#include <algorithm>

namespace reel::removal {

std::vector<cv::Mat> planes_of(GstVideoFrame& raw) {
  std::vector<cv::Mat> planes;
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&raw); ++c)
    planes.emplace_back(GST_VIDEO_FRAME_COMP_HEIGHT(&raw, c), GST_VIDEO_FRAME_COMP_WIDTH(&raw, c),
                        GST_VIDEO_FRAME_COMP_DEPTH(&raw, c) > 8 ? CV_16U : CV_8U, GST_VIDEO_FRAME_COMP_DATA(&raw, c),
                        static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_STRIDE(&raw, c)));
  return planes;
}

int depth_of(const GstVideoInfo& format) { return static_cast<int>(GST_VIDEO_INFO_COMP_DEPTH(&format, 0)); }

Picture picture_of(GstBuffer* buffer, const GstVideoInfo& format) {
  struct Held {
    Held(GstBuffer* b, const GstVideoInfo& format) : buffer(gst_buffer_ref(b)), mapped(b, format, GST_MAP_READ) {}
    BufferPtr buffer;
    MappedFrame mapped;
  };
  const auto held = std::make_shared<Held>(buffer, format);
  return {.planes = planes_of(held->mapped.get()), .depth = depth_of(format), .memory = held};
}

bool is_near(Time time, const Ranges& during, Time before, Time behind) {
  return during.empty() || std::ranges::any_of(during, [&](const TimeRange& r) {
           return time + before >= r.begin && (r.end == Time::max() || time < r.end + behind);
         });
}

Time picture_duration(const GstVideoInfo& format) {
  if (format.fps_n <= 0) return Time{40'000'000};
  return Time{static_cast<std::int64_t>(gst_util_uint64_scale_int(GST_SECOND, format.fps_d, format.fps_n))};
}

Time duration_of(const GstBuffer* buffer, const GstVideoInfo& format) {
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) return Time{static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))};
  return picture_duration(format);
}

bool answer_query(GstElement* e, GstPad* pad, GstQuery* query, Time held) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || GST_PAD_IS_SINK(pad))
    return gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
  const PadPtr sink(gst_element_get_static_pad(e, "sink"));
  if (gst_pad_peer_query(sink.get(), query) == FALSE) return false;
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  const auto more = static_cast<GstClockTime>(held.count());
  gst_query_set_latency(query, live, least + more, GST_CLOCK_TIME_IS_VALID(most) ? most + more : most);
  return true;
}

}  // namespace reel::removal
