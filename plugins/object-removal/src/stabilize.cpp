#include "stabilize.hpp"

#include <algorithm>
#include <future>

#include "steady/resample.hpp"

namespace reel::removal {
namespace {

using steady::Similarity;

constexpr int most_pictures = 60;                         // to either side, that smooth the path of the camera
constexpr double most_zoom = 1.25;                        // by itself
constexpr double least_moved = 0.05;                      // samples
constexpr Time passage = std::chrono::milliseconds(500);  // from no correction to all of it

/// How much is corrected at a time within the times: nothing at their ends, unless the media ends there as well.
double share_at(Time time, const Ranges& during) {
  double share = during.empty() ? 1 : 0;
  for (const TimeRange& r : during) {
    if (time < r.begin || time >= r.end) continue;
    const bool ends = r.end != Time::max();
    const double ramp = to_seconds(ends ? std::min<Time>(passage, (r.end - r.begin) / 2) : passage);
    const double in = r.begin <= Time{0} ? 1 : to_seconds(time - r.begin) / ramp;
    const double out = ends ? to_seconds(r.end - time) / ramp : 1;
    const double x = std::clamp(std::min(in, out), 0.0, 1.0);
    share = std::max(share, x * x * (3 - 2 * x));
  }
  return share;
}

cv::Size size_of(const GstVideoInfo& format) { return {format.width, format.height}; }

}  // namespace

void Stabilize::start(GstElement* e, const Params& params) {
  source_ = gst_element_get_static_pad(e, "src");
  gst_object_unref(source_);  // it lives as long as its element
  if (params.zoom > 0 && params.zoom < 1)
    throw Error("`zoom` is 0 (as much as necessary) or from 1 to 2: a picture is not made smaller");
  fixed_ = params;
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  forget();
}

/// What was seen is not followed by what comes.
void Stabilize::forget() {
  waiting_.clear();
  last_.reset();
  held_.reset();
  was_wanted_ = false;
}

steady::Aims Stabilize::aims() const {
  const bool crop = fixed_.border == Border::crop;
  const bool by_itself = crop && fixed_.zoom == 0;
  const double given = std::max(fixed_.zoom, 1.0);
  return {.size = size_of(format_),
          .smoothing = from_seconds(fixed_.smoothing),
          .pictures = pictures(),
          .stands_still = fixed_.camera == Camera::still,
          .zoom = by_itself ? 0 : given,
          .most_zoom = by_itself ? most_zoom
                       : crop    ? given
                                 : 2};
}

/// To either side, that have a say in the path.
int Stabilize::pictures() const {
  const double of_time = fixed_.smoothing / to_seconds(picture_duration(format_));
  return static_cast<int>(std::clamp(std::ceil(of_time), 1.0, double(most_pictures)));
}

GstFlowReturn Stabilize::chain(GstElement* e, GstPad*, GstBuffer* buffer, const Params& params) {
  BufferPtr owned(buffer);
  const Time time = detail::stream_time(segment_, GST_BUFFER_PTS(buffer));
  // Whether the picture is corrected, or its place is asked for to correct another.
  const Time reach = (pictures() + steady::CameraPath::zoom_reach) * duration_of(buffer, format_);
  if (!is_near(time, params.during, reach, reach)) {
    const GstFlowReturn flow = drain();
    return flow == GST_FLOW_OK ? gst_pad_push(source_, owned.release()) : flow;
  }
  const double share = share_at(time, params.during) * params_at(e, time).strength;
  // While this one is looked at, one that has waited long enough is corrected.
  const std::optional<Similarity> held = held_ ? std::optional(path_.from_held()) : std::nullopt;
  auto looked_at = std::async(std::launch::async, [=, this] { return seen(buffer, held); });
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && static_cast<int>(waiting_.size()) > path_.ahead()) flow = push_front();
  add(looked_at.get(), {std::move(owned), time, share});
  return flow;
}

/// Looks at a picture. `held`: from the picture where the camera stands to the one before. Touches nothing that changes while another
/// is corrected.
Stabilize::Seen Stabilize::seen(GstBuffer* buffer, const std::optional<Similarity>& held) const {
  const cv::Size size = size_of(format_);
  const WorkScale scale(size);
  const Picture picture = picture_of(buffer, format_);
  Seen seen{view_of(shrunk(picture.planes[0], picture.depth, scale.size()), {}), {}, {}};
  if (!last_) return seen;
  const Motion motion = shake_between(*last_, seen.view);
  if (motion.cut) return seen;
  seen.from_previous = steady::similarity_of(motion.matrix, size, scale.factor());
  if (!held) return seen;
  const cv::Matx33d about = steady::work_matrix_of(*seen.from_previous * *held, size, scale.factor());
  const Motion from_held = shake_between(*held_, seen.view, about);
  if (from_held.agreeing > 0.5) seen.from_held = steady::similarity_of(from_held.matrix, size, scale.factor());
  return seen;
}

void Stabilize::add(Seen seen, Waiting picture) {
  if (!last_) path_.begin(aims(), path_.end());
  path_.add(picture.time, seen.from_previous);
  const bool wanted = picture.share > 0, first = wanted && !was_wanted_;
  if (first) path_.hold();
  if (fixed_.camera == Camera::still) {
    if (first || (held_ && !seen.from_previous))
      held_ = seen.view;
    else if (seen.from_held)
      path_.correct(*seen.from_held);
  }
  was_wanted_ = wanted;
  last_ = std::move(seen.view);
  waiting_.push_back(std::move(picture));
}

BufferPtr Stabilize::steadied(GstBuffer* buffer, const Similarity& view) const {
  BufferPtr made(gst_buffer_copy_deep(buffer));
  MappedFrame from(buffer, format_, GST_MAP_READ), to(made.get(), format_, GST_MAP_WRITE);
  const std::vector<cv::Mat> source = planes_of(from.get());
  std::vector<cv::Mat> shown = planes_of(to.get());
  for (std::size_t p = 0; p < source.size(); ++p) {
    const auto c = static_cast<guint>(p);
    const cv::Matx23d matrix =
        steady::matrix_of(view, size_of(format_), 1 << GST_VIDEO_FORMAT_INFO_W_SUB(format_.finfo, c),
                          1 << GST_VIDEO_FORMAT_INFO_H_SUB(format_.finfo, c));
    steady::resample(source[p], shown[p], matrix, (1 << depth_of(format_)) - 1);
  }
  return made;
}

GstFlowReturn Stabilize::push_front() {
  const std::int64_t number = path_.end() - static_cast<std::int64_t>(waiting_.size());
  Waiting front = std::move(waiting_.front());
  waiting_.pop_front();
  Similarity view;
  if (front.share > 0) view = path_.view(number).share(front.share);
  path_.forget_before(number + 1);
  // What cannot be seen is left alone: pictures of a camera that stood still stay as they are.
  const double moved = view.reach(size_of(format_)) / WorkScale(size_of(format_)).factor();
  if (moved < least_moved) return gst_pad_push(source_, front.buffer.release());
  view = view.share(std::min(1.0, moved / least_moved - 1));
  return gst_pad_push(source_, steadied(front.buffer.get(), view).release());
}

/// Nothing more is to be seen.
GstFlowReturn Stabilize::drain() {
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && !waiting_.empty()) flow = push_front();
  forget();
  return flow;
}

bool Stabilize::event(GstElement* e, GstPad* pad, GstEvent* event, const Params&) {
  return take_event(
      e, pad, EventPtr(event), format_, segment_, [this] { drain(); }, [this] { forget(); });
}

bool Stabilize::query(GstElement* e, GstPad* pad, GstQuery* query, const Params&) {
  const int held = pictures() + steady::CameraPath::zoom_reach + 1;
  return answer_query(e, pad, query, held * picture_duration(format_));
}

}  // namespace reel::removal
