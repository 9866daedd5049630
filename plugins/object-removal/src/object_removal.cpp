#include "object_removal.hpp"

#include <algorithm>
#include <future>
#include <opencv2/imgproc.hpp>
#include <reel/convert.hpp>

namespace reel::removal {
namespace {

/// The planes of a mapped picture, as they are.
std::vector<cv::Mat> planes_of(GstVideoFrame& raw) {
  std::vector<cv::Mat> planes;
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&raw); ++c)
    planes.emplace_back(GST_VIDEO_FRAME_COMP_HEIGHT(&raw, c), GST_VIDEO_FRAME_COMP_WIDTH(&raw, c),
                        GST_VIDEO_FRAME_COMP_DEPTH(&raw, c) > 8 ? CV_16U : CV_8U, GST_VIDEO_FRAME_COMP_DATA(&raw, c),
                        static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_STRIDE(&raw, c)));
  return planes;
}

int depth_of(const GstVideoInfo& format) { return static_cast<int>(GST_VIDEO_INFO_COMP_DEPTH(&format, 0)); }

/// The samples of a buffer, which is kept as long as they are.
Picture picture_of(GstBuffer* buffer, const GstVideoInfo& format) {
  struct Held {
    Held(GstBuffer* b, const GstVideoInfo& format) : buffer(gst_buffer_ref(b)), mapped(b, format, GST_MAP_READ) {}
    BufferPtr buffer;
    MappedFrame mapped;
  };
  const auto held = std::make_shared<Held>(buffer, format);
  return {.planes = planes_of(held->mapped.get()), .depth = depth_of(format), .memory = held};
}

template <class T>
void blend(cv::Mat& plane, const Patch& patch, int depth) {
  const auto top = static_cast<float>((1 << depth) - 1), unit = static_cast<float>(1 << (depth - 8));
  for (int y = 0; y < patch.area.height; ++y) {
    T* const out = plane.ptr<T>(patch.area.y + y) + patch.area.x;
    const auto *const value = patch.values.ptr<float>(y), *const opacity = patch.opacity.ptr<float>(y);
    for (int x = 0; x < patch.area.width; ++x) {
      if (opacity[x] <= 0) continue;
      const float was = static_cast<float>(out[x]);
      out[x] = static_cast<T>(std::clamp(was + opacity[x] * (unit * value[x] - was) + 0.5F, 0.0F, top));
    }
  }
}

void show_mask(std::vector<cv::Mat>& planes, const cv::Mat& hole, Debug debug, int depth) {
  const int unit = 1 << (depth - 8);
  for (std::size_t p = 0; p < planes.size(); ++p) {
    cv::Mat mask = hole;
    if (!hole.empty() && hole.size() != planes[p].size())
      cv::resize(hole, mask, planes[p].size(), 0, 0, cv::INTER_AREA);
    if (debug == Debug::matte) planes[p].setTo((p == 0 ? 16 : 128) * unit);
    if (hole.empty()) continue;
    if (debug == Debug::matte && p == 0) planes[p].setTo(235 * unit, mask);
    if (debug == Debug::mask && p > 0) planes[p].setTo((p == 1 ? 100 : 212) * unit, mask);
  }
}

}  // namespace

void ObjectRemoval::start(GstElement* e, const Params& params) {
  element_ = e;
  source_ = gst_element_get_static_pad(e, "src");
  gst_object_unref(source_);  // it lives as long as its element
  locator_.start({params.region, params.track, params.target, params.which, params.mask, params.shadow});
  debug_ = params.debug;
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  forget();
}

/// What was seen has nothing to do with what comes.
void ObjectRemoval::forget() {
  waiting_.clear();
  filler_.forget();
  locator_.forget();
  clean_outside_ = false;
  was_wanted_.reset();
}

Time ObjectRemoval::duration(const GstBuffer* buffer) const {
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) return Time{static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))};
  if (format_.fps_n <= 0) return Time{40'000'000};
  return Time{static_cast<std::int64_t>(gst_util_uint64_scale_int(GST_SECOND, format_.fps_d, format_.fps_n))};
}

/// Whether the picture is filled, or may show what is behind a hole of another.
bool ObjectRemoval::is_of_use(Time time, const GstBuffer* buffer, const Ranges& during) const {
  if (during.empty()) return true;
  const Time length = duration(buffer);
  return std::ranges::any_of(during, [&](const TimeRange& r) {
    return time + look_back * length >= r.begin &&
           (r.end == Time::max() || time < r.end + (look_ahead + Follower::look_ahead) * length);
  });
}

/// A mask that stays is the same cv::Mat, and becomes the same hole.
HolePtr ObjectRemoval::hole_of(const cv::Mat& mask, const Params& params) {
  if (mask.data == mask_.data && mask_.size() == mask.size() && params.dilate == dilate_ && params.feather == feather_)
    return hole_;
  mask_ = mask, dilate_ = params.dilate, feather_ = params.feather;
  hole_ = nullptr;
  if (mask.empty()) return hole_;
  const cv::Mat grown = grown_by(mask, params.dilate);
  const double covered = double(cv::countNonZero(grown)) / double(grown.total());
  if (covered == 1 && !locator_.follows()) throw Error("the mask covers the whole picture: nothing is left around it");
  // What is followed that far comes too near: better to see it than nothing.
  if (covered > 0 && (covered <= 0.9 || !locator_.follows()))
    hole_ = std::make_shared<Hole>(grown, WorkScale(grown.size()), params.feather);
  return hole_;
}

GstFlowReturn ObjectRemoval::chain(GstElement* e, GstPad*, GstBuffer* buffer, const Params& params) {
  BufferPtr owned(buffer);
  const Time time = detail::stream_time(segment_, GST_BUFFER_PTS(buffer));
  if (!is_of_use(time, buffer, params.during)) {
    const GstFlowReturn flow = drain(params);
    return flow == GST_FLOW_OK ? gst_pad_push(source_, owned.release()) : flow;
  }
  const Params now = params_at(e, time);
  const bool wanted = params.during.empty() || params.during.contains(time);
  // While this one is looked at, one that has waited long enough is filled.
  const HolePtr hole = locator_.follows() ? nullptr : hole_of(locator_.drawn_at(time, now.region), now);
  auto looked_at = std::async(std::launch::async, [this, buffer, hole, last = filler_.last()] {
    return analysed(picture_of(buffer, format_), hole, last);
  });
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && front_is_ready()) flow = push_front();
  const std::int64_t number = next_number_++;
  filler_.add(number, looked_at.get());
  waiting_.push_back({std::move(owned), time, number, wanted});
  if (locator_.follows())
    set_masks(locator_.add(number, time, wanted, *filler_.last(), now.region), now);
  else
    judge_border();
  return flow;
}

/// Where the times begin or end, a drawn object may come or go all at once: then pictures beyond show what is behind it.
/// Else it may be there, too.
void ObjectRemoval::judge_border() {
  const Waiting& entry = waiting_.back();
  const bool border = was_wanted_ && *was_wanted_ != entry.wanted;
  was_wanted_ = entry.wanted;
  if (border) {
    clean_outside_ = filler_.changes_in_hole(entry.number);
    if (clean_outside_ && entry.wanted) filler_.clear_holes_before(entry.number);
  }
  if (clean_outside_ && !entry.wanted) filler_.set_hole(entry.number, nullptr);
}

void ObjectRemoval::set_masks(const std::vector<Located>& located, const Params& params) {
  filler_.forget_before(locator_.known_since());
  for (const auto& [number, mask] : located) filler_.set_hole(number, hole_of(mask, params));
}

bool ObjectRemoval::acts_on(const Waiting& entry) const {
  return entry.wanted && filler_.hole(entry.number) != nullptr;
}

bool ObjectRemoval::front_is_ready() const {
  if (waiting_.empty()) return false;
  const Waiting& front = waiting_.front();
  const std::int64_t known = locator_.follows() ? locator_.known_before() : next_number_;
  if (!front.wanted) return front.number < known;
  // What is found later is looked for in earlier pictures, too.
  const bool final = front.number < known && (!locator_.follows() || locator_.found());
  if (final && (debug_ != Debug::none || !acts_on(front))) return true;
  return known > front.number + look_ahead;
}

BufferPtr ObjectRemoval::removed(const Waiting& front) {
  BufferPtr made(gst_buffer_copy_deep(front.buffer.get()));
  MappedFrame mapped(made.get(), format_, GST_MAP_READWRITE);
  std::vector<cv::Mat> planes = planes_of(mapped.get());
  const Filling filling = filler_.fill(front.number);
  const FillReport& report = filling.report;
  note_frame(element_, front.time,
             {{"area", report.area},
              {"from-earlier", report.past},
              {"from-later", report.future},
              {"guessed", report.guessed},
              {"confidence", report.confidence}});
  for (std::size_t p = 0; p < planes.size(); ++p)
    planes[p].depth() == CV_8U ? blend<std::uint8_t>(planes[p], filling.planes[p], depth_of(format_))
                               : blend<std::uint16_t>(planes[p], filling.planes[p], depth_of(format_));
  return made;
}

BufferPtr ObjectRemoval::masked(const Waiting& front) const {
  BufferPtr made(gst_buffer_copy_deep(front.buffer.get()));
  MappedFrame mapped(made.get(), format_, GST_MAP_READWRITE);
  std::vector<cv::Mat> planes = planes_of(mapped.get());
  show_mask(planes, filler_.hole(front.number)->mask(), debug_, depth_of(format_));
  return made;
}

GstFlowReturn ObjectRemoval::push_front() {
  Waiting front = std::move(waiting_.front());
  waiting_.pop_front();
  filler_.forget_before(front.number - look_back);
  if (!acts_on(front)) return gst_pad_push(source_, front.buffer.release());
  return gst_pad_push(source_, (debug_ == Debug::none ? removed(front) : masked(front)).release());
}

/// Nothing more is to be seen.
GstFlowReturn ObjectRemoval::drain(const Params& params) {
  GstFlowReturn flow = GST_FLOW_OK;
  set_masks(locator_.rest(params.region), params);
  if (locator_.follows() && !locator_.found() && std::ranges::any_of(waiting_, &Waiting::wanted))
    log(LogLevel::warning, locator_.nothing_found() + ": nothing was removed", element_);
  while (flow == GST_FLOW_OK && !waiting_.empty()) flow = push_front();
  forget();
  return flow;
}

bool ObjectRemoval::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params) {
  EventPtr owned(event);
  if (GST_PAD_IS_SINK(pad)) switch (GST_EVENT_TYPE(event)) {
      case GST_EVENT_CAPS: {
        drain(params);
        GstCaps* caps = nullptr;
        gst_event_parse_caps(event, &caps);
        if (gst_video_info_from_caps(&format_, caps) == FALSE) return false;
        locator_.set_size({format_.width, format_.height});
        break;
      }
      case GST_EVENT_SEGMENT:
        drain(params);
        gst_event_copy_segment(event, &segment_);
        break;
      case GST_EVENT_EOS:
        drain(params);
        break;
      case GST_EVENT_FLUSH_STOP:
        forget();
        break;
      default:
        break;
    }
  return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
}

bool ObjectRemoval::query(GstElement* e, GstPad* pad, GstQuery* query, const Params&) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || GST_PAD_IS_SINK(pad))
    return gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
  GstPad* const sink = gst_element_get_static_pad(e, "sink");
  const bool known = gst_pad_peer_query(sink, query) != FALSE;
  gst_object_unref(sink);
  if (!known) return false;
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  const auto held =
      static_cast<GstClockTime>(look_ahead + (locator_.follows() ? Follower::look_ahead : 0)) *
      (format_.fps_n > 0 ? gst_util_uint64_scale_int(GST_SECOND, format_.fps_d, format_.fps_n) : 40 * GST_MSECOND);
  gst_query_set_latency(query, live, least + held, GST_CLOCK_TIME_IS_VALID(most) ? most + held : most);
  return true;
}

}  // namespace reel::removal
