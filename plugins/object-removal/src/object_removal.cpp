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

cv::Mat drawn(const Shape& shape, cv::Size size) {
  cv::Mat mask(size, CV_8U, cv::Scalar(0));
  for (int y = 0; y < size.height; ++y)
    for (const auto& [from, to] : shape.row(y, size.width)) mask.row(y).colRange(from, to) = 255;
  return mask;
}

/// A picture as trackers see it.
track::WorkPicture work_picture(const Analysis& analysis) {
  const std::vector<cv::Mat>& planes = analysis.picture.planes;
  if (planes.size() < 3) return {analysis.motion.luma, {}, {}};
  const auto small = [&](const cv::Mat& plane) {
    const cv::Size size = analysis.motion.luma.size();
    return shrunk(plane, analysis.picture.depth, {std::min(plane.cols, size.width), std::min(plane.rows, size.height)});
  };
  return {analysis.motion.luma, small(planes[1]), small(planes[2])};
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
  source_ = gst_element_get_static_pad(e, "src");
  gst_object_unref(source_);  // it lives as long as its element
  const int ways =
      (params.region.whole_picture() ? 0 : 1) + (params.mask.path.empty() ? 0 : 1) + (params.target.empty() ? 0 : 1);
  if (ways != 1) throw Error("what is to be removed? Give one of `region`, `target` and `mask`");
  mask_file_ = params.mask.path.empty() ? nullptr : std::make_unique<MaskFile>(params.mask.path);
  detector_ = params.target.empty() ? nullptr : make_detector(params.target);
  debug_ = params.debug;
  follows_ = detector_ || (params.track && !mask_file_);
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  waiting_.clear();
  forget();
}

/// What was seen is not followed by what comes.
void ObjectRemoval::forget() {
  filler_.forget();
  scout_.forget();
  followers_.clear();
  clean_outside_ = false;
  was_wanted_.reset();
  followed_ = next_number_;
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

/// Where a region is that a person drew; throws where it cannot be meant.
cv::Mat ObjectRemoval::region_at(Time time, const Params& params) const {
  const cv::Size size(format_.width, format_.height);
  cv::Mat mask = drawn(params.region.at(time, size.width, size.height), size);
  if (params.region.times().size() < 2 && cv::countNonZero(mask) == 0)
    throw Error("the region '" + params.region.to_text() + "' lies outside the picture, which has " +
                std::to_string(size.width) + "x" + std::to_string(size.height) + " pixels");
  return mask;
}

/// What stays the same from picture to picture is the same cv::Mat.
cv::Mat ObjectRemoval::mask_at(Time time, const Params& params) {
  const cv::Size size(format_.width, format_.height);
  if (mask_file_) return mask_file_->at(time, size);
  const Shape shape = params.region.at(time, size.width, size.height);
  if (drawn_.size() != size || shape.corners != shape_.corners) {
    shape_ = shape;
    drawn_ = region_at(time, params);
  }
  return drawn_;
}

cv::Mat ObjectRemoval::grown_by(const cv::Mat& mask, double pixels) {
  if (pixels <= 0) return mask;
  if (mask.data == small_.data && mask.size() == small_.size() && pixels == grown_by_) return large_;
  small_ = mask, grown_by_ = pixels;
  cv::Mat distance;
  cv::distanceTransform(mask == 0, distance, cv::DIST_L2, 5);
  large_ = cv::Mat();
  large_ = distance <= pixels;
  return large_;
}

HolePtr ObjectRemoval::hole_of(const cv::Mat& mask, double feather) {
  if (mask.data == hole_mask_.data && hole_mask_.size() == mask.size() && feather == hole_feather_) return hole_;
  hole_mask_ = mask, hole_feather_ = feather;
  const double covered = double(cv::countNonZero(mask)) / double(mask.total());
  if (covered == 1 && !follows_) throw Error("the mask covers the whole picture: nothing is left around it");
  // What is followed that far comes too near: better to see it than nothing.
  const bool nothing = covered == 0 || (follows_ && covered > 0.9);
  hole_ = nothing ? nullptr : std::make_shared<Hole>(mask, WorkScale(mask.size()), feather);
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
  // While this one is looked at, one that has waited long enough is filled.
  const HolePtr hole = follows_ ? nullptr : hole_of(grown_by(mask_at(time, now), now.dilate), now.feather);
  auto looked_at = std::async(std::launch::async, [this, buffer, hole, last = filler_.last()] {
    return analysed(picture_of(buffer, format_), hole, last);
  });
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && front_is_ready()) flow = push_front();
  const std::int64_t number = next_number_++;
  filler_.add(number, looked_at.get());
  waiting_.push_back(
      {std::move(owned), time, number, params.during.empty() || params.during.contains(time), false, {}});
  if (follows_) {
    const track::WorkPicture seen = work_picture(*filler_.last());
    if (followers_.empty()) scout_.add(number, seen, filler_.last()->from_previous);
    for (Follower& follower : followers_) follower.add(number, seen, filler_.last()->from_previous);
    follow_to(number + 1 - Follower::look_ahead, now);
  } else {
    mask_fixed(now);
  }
  return flow;
}

/// The mask of the latest picture where nothing moves by itself.
void ObjectRemoval::mask_fixed(const Params& params) {
  const Waiting& entry = waiting_.back();
  const cv::Mat mask = mask_at(entry.time, params);
  const bool border = was_wanted_ && *was_wanted_ != entry.wanted;
  was_wanted_ = entry.wanted;
  set_mask(entry.number, {mask}, params);
  if (!border) {
    if (clean_outside_ && !entry.wanted) filler_.set_hole(entry.number, nullptr);
    return;
  }
  // Where the object comes or goes all at once, pictures beyond show what is behind it. Else it may be there, too.
  clean_outside_ = filler_.changes_in_hole(entry.number);
  if (!clean_outside_) return;
  if (entry.wanted)
    filler_.clear_holes_before(entry.number);
  else
    filler_.set_hole(entry.number, nullptr);
}

void ObjectRemoval::follow_to(std::int64_t end, const Params& params) {
  for (; followed_ < end; ++followed_) {
    const Waiting& entry = waiting(followed_);
    set_mask(entry.number, followed(entry, params), params);
  }
}

/// An object's masks in the picture after those that were followed.
std::vector<cv::Mat> ObjectRemoval::followed(const Waiting& entry, const Params& params) {
  if (followers_.empty()) {
    if (entry.wanted) begin_to_follow(entry, params);
    std::vector<cv::Mat> masks;
    for (const Follower& follower : followers_) masks.push_back(follower.first());
    return masks;
  }
  // A person who gave keyframes corrects there.
  const Time before = waiting_.front().number < entry.number ? waiting(entry.number - 1).time : entry.time;
  const bool corrected =
      !detector_ && std::ranges::any_of(params.region.times(), [&](Time t) { return before < t && t <= entry.time; });
  std::vector<cv::Mat> masks;
  for (Follower& follower : followers_)
    masks.push_back(corrected ? follower.show(entry.number, shown_in(entry, params).front()) : follower.next());
  return masks;
}

void ObjectRemoval::begin_to_follow(const Waiting& entry, const Params& params) {
  constexpr std::int64_t every = 5;  // pictures that are searched as long as nothing is found
  const bool first = waiting_.front().number == entry.number || !waiting(entry.number - 1).wanted;
  if (detector_ && entry.number % every != 0 && !first) return;
  for (const cv::Mat& shown : shown_in(entry, params)) {
    followers_.push_back(scout_);
    followers_.back().show(entry.number, shown);
  }
  if (followers_.empty()) return;
  scout_.forget();
  std::vector<std::vector<cv::Mat>> before;
  for (const Follower& follower : followers_) before.push_back(follower.before());
  filler_.forget_before(entry.number - static_cast<std::int64_t>(before.front().size()));
  for (std::size_t back = 0; back < before.front().size(); ++back) {
    std::vector<cv::Mat> masks;
    for (const auto& of_one : before) masks.push_back(of_one[back]);
    set_mask(entry.number - 1 - static_cast<std::int64_t>(back), masks, params);
  }
}

/// Where a person or a detector says that objects are: masks at work size.
std::vector<cv::Mat> ObjectRemoval::shown_in(const Waiting& entry, const Params& params) {
  const cv::Mat& luma = filler_.luma(entry.number);
  std::vector<cv::Mat> masks;
  if (!detector_) {
    masks.push_back(shrunk_mask(region_at(entry.time, params), WorkScale({format_.width, format_.height})));
    return masks;
  }
  for (const cv::Rect& box : chosen(detector_->find(luma), params.which)) {
    cv::Mat mask(luma.size(), CV_8U, cv::Scalar(0));
    mask(box & cv::Rect({}, luma.size())) = 255;
    masks.push_back(mask);
  }
  return masks;
}

/// `masks`: of the picture's size or at work size.
void ObjectRemoval::set_mask(std::int64_t number, const std::vector<cv::Mat>& masks, const Params& params) {
  cv::Mat all;
  for (const cv::Mat& mask : masks) {
    if (mask.empty()) continue;
    cv::Mat whole = mask;
    if (mask.size() != cv::Size(format_.width, format_.height)) {
      cv::resize(mask, whole, {format_.width, format_.height}, 0, 0, cv::INTER_LINEAR);
      whole = whole > 127;
    }
    all = all.empty() ? whole : cv::Mat(all | whole);
  }
  if (!all.empty()) all = grown_by(all, params.dilate);
  const HolePtr hole = all.empty() ? nullptr : hole_of(all, params.feather);
  filler_.set_hole(number, hole);
  if (number < waiting_.front().number) return;
  Waiting& entry = waiting(number);
  entry.acts = entry.wanted && hole;
  if (debug_ != Debug::none && entry.acts) entry.mask = all;
}

bool ObjectRemoval::front_is_ready() const {
  if (waiting_.empty()) return false;
  const Waiting& front = waiting_.front();
  const std::int64_t known = follows_ ? followed_ : next_number_;  // pictures before that have their masks
  if (!front.wanted) return front.number < known;
  // What is found later is looked for in earlier pictures, too.
  const bool final = front.number < known && (!follows_ || !followers_.empty());
  if (final && (debug_ != Debug::none || !front.acts)) return true;
  return known > front.number + look_ahead;
}

BufferPtr ObjectRemoval::removed(const Waiting& front) {
  BufferPtr made(gst_buffer_copy_deep(front.buffer.get()));
  MappedFrame mapped(made.get(), format_, GST_MAP_READWRITE);
  std::vector<cv::Mat> planes = planes_of(mapped.get());
  const Filling filling = filler_.fill(front.number);
  for (std::size_t p = 0; p < planes.size(); ++p)
    planes[p].depth() == CV_8U ? blend<std::uint8_t>(planes[p], filling.planes[p], depth_of(format_))
                               : blend<std::uint16_t>(planes[p], filling.planes[p], depth_of(format_));
  return made;
}

BufferPtr ObjectRemoval::masked(const Waiting& front) const {
  BufferPtr made(gst_buffer_copy_deep(front.buffer.get()));
  MappedFrame mapped(made.get(), format_, GST_MAP_READWRITE);
  std::vector<cv::Mat> planes = planes_of(mapped.get());
  show_mask(planes, front.mask, debug_, depth_of(format_));
  return made;
}

GstFlowReturn ObjectRemoval::push_front() {
  Waiting front = std::move(waiting_.front());
  waiting_.pop_front();
  filler_.forget_before(front.number - look_back);
  if (debug_ != Debug::none && front.wanted) return gst_pad_push(source_, masked(front).release());
  return gst_pad_push(source_, front.acts ? removed(front).release() : front.buffer.release());
}

/// Nothing more is to be seen.
GstFlowReturn ObjectRemoval::drain(const Params& params) {
  GstFlowReturn flow = GST_FLOW_OK;
  if (follows_ && !waiting_.empty()) follow_to(next_number_, params);
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
        waiting_.clear();
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
      static_cast<GstClockTime>(look_ahead + (follows_ ? Follower::look_ahead : 0)) *
      (format_.fps_n > 0 ? gst_util_uint64_scale_int(GST_SECOND, format_.fps_d, format_.fps_n) : 40 * GST_MSECOND);
  gst_query_set_latency(query, live, least + held, GST_CLOCK_TIME_IS_VALID(most) ? most + held : most);
  return true;
}

}  // namespace reel::removal
