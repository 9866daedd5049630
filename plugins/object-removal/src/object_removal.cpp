#include "object_removal.hpp"

#include <algorithm>
#include <future>
#include <opencv2/imgproc.hpp>

namespace reel::removal {
namespace {

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
  painter_ = params.model.empty() ? nullptr : std::make_unique<Painter>(params.model);
  filler_.paint_by(painter_ ? [this](const Picture& picture, const Hole& hole, const std::vector<PlaneHole>& planes) {
    std::vector<cv::Rect> areas;
    for (const PlaneHole& plane : planes) areas.push_back(plane.area);
    return painter_->paint(picture, hole.mask(), areas);
  } : Filler::Paint());
  grain_ = params.grain;
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
  // Whether the picture is filled, or may show what is behind a hole of another.
  const Time length = duration_of(buffer, format_);
  if (!is_near(time, params.during, look_back * length, (look_ahead + Follower::look_ahead) * length)) {
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
  const bool final = front.number < known && (!locator_.follows() || !locator_.seeks());
  if (final && (debug_ != Debug::none || !acts_on(front))) return true;
  return known > front.number + look_ahead;
}

BufferPtr ObjectRemoval::removed(const Waiting& front) {
  Filling filling = filler_.fill(front.number);
  const FillReport& report = filling.report;
  note_frame(element_, front.time,
             {{"area", report.area},
              {"from-earlier", report.past},
              {"from-later", report.future},
              {"guessed", report.guessed},
              {"confidence", report.confidence}});
  const auto seed = static_cast<std::uint64_t>(front.time.count());
  const int depth = depth_of(format_);
  return changed_copy(front.buffer.get(), format_, [&](std::vector<cv::Mat>& planes) {
    for_each_plane(planes.size(), [&](std::size_t p) {
      Patch& patch = filling.planes[p];
      if (grain_) add_grain(patch, planes[p], depth, 3 * seed + p);
      depth == 8 ? blend<std::uint8_t>(planes[p], patch, depth) : blend<std::uint16_t>(planes[p], patch, depth);
    });
  });
}

BufferPtr ObjectRemoval::masked(const Waiting& front) const {
  return changed_copy(front.buffer.get(), format_, [&](std::vector<cv::Mat>& planes) {
    show_mask(planes, filler_.hole(front.number)->mask(), debug_, depth_of(format_));
  });
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
  if (const std::string in_vain = locator_.in_vain(); !in_vain.empty())
    log(LogLevel::warning, in_vain + ": nothing was removed", element_);
  while (flow == GST_FLOW_OK && !waiting_.empty()) flow = push_front();
  forget();
  return flow;
}

bool ObjectRemoval::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params) {
  const bool format = GST_EVENT_TYPE(event) == GST_EVENT_CAPS;
  const bool taken = take_event(
      e, pad, EventPtr(event), format_, segment_, [&] { drain(params); }, [this] { forget(); });
  if (format) locator_.set_size({format_.width, format_.height});
  return taken;
}

bool ObjectRemoval::query(GstElement* e, GstPad* pad, GstQuery* query, const Params&) {
  const std::int64_t held = look_ahead + (locator_.follows() ? Follower::look_ahead : 0);
  return answer_query(e, pad, query, held * picture_duration(format_));
}

}  // namespace reel::removal
