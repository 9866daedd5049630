#include "anonymize.hpp"

#include <algorithm>

namespace reel::removal {
namespace {

/// Before and after it, pictures hide what is hidden in this one as well: a detector looks at every fifth.
constexpr std::size_t spread = 3;

}  // namespace

void Anonymize::start(GstElement* e, const Params& params) {
  element_ = e;
  source_ = gst_element_get_static_pad(e, "src");
  gst_object_unref(source_);  // it lives as long as its element
  locator_.start({.region = params.region,
                  .track = params.track,
                  .target = params.target,
                  .which = params.target.empty() ? Which::largest : params.which,
                  .mask = params.mask,
                  .boxes = true});
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  forget();
}

/// What was seen has nothing to do with what comes.
void Anonymize::forget() {
  locator_.forget();
  last_.reset();
  pictures_.clear();
  gone_ = 0;
}

/// Pictures that have to be known after one before its mask is complete: somebody who is found later is looked for in it, too.
int Anonymize::held() const {
  return locator_.follows() ? static_cast<int>(Follower::look_ahead + Follower::look_back) : 0;
}

GstFlowReturn Anonymize::chain(GstElement* e, GstPad*, GstBuffer* buffer, const Params& params) {
  BufferPtr owned(buffer);
  const Time time = detail::stream_time(segment_, GST_BUFFER_PTS(buffer));
  const Time reach = held() * duration_of(buffer, format_);
  if (!is_near(time, params.during, reach, reach)) {
    const GstFlowReturn flow = drain(params);
    return flow == GST_FLOW_OK ? gst_pad_push(source_, owned.release()) : flow;
  }
  const Params now = params_at(e, time);
  const bool wanted = params.during.empty() || params.during.contains(time);
  pictures_.push_back({std::move(owned), next_number_++, wanted, now.mode, now.margin, {}});
  Waiting& latest = pictures_.back();
  if (locator_.follows()) {
    last_ = analysed(picture_of(buffer, format_), nullptr, last_ ? &*last_ : nullptr);
    set_masks(locator_.add(latest.number, time, wanted, *last_, now.region));
    last_->picture = {};
  } else if (wanted) {
    latest.mask = locator_.drawn_at(time, now.region);
  }
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && static_cast<int>(pictures_.size() - gone_) > held()) flow = push_next();
  return flow;
}

void Anonymize::set_masks(const std::vector<Located>& located) {
  for (const auto& [number, mask] : located) {
    const std::int64_t index = pictures_.empty() ? -1 : number - pictures_.front().number;
    if (index >= 0 && index < static_cast<std::int64_t>(pictures_.size()))
      pictures_[static_cast<std::size_t>(index)].mask = mask;
  }
}

/// The mask of a picture, and where something is followed, of those next to it.
cv::Mat Anonymize::mask_around(std::size_t index) const {
  if (!locator_.follows()) return pictures_[index].mask;
  cv::Mat all;
  const std::size_t first = index - std::min(index, spread), end = std::min(index + spread + 1, pictures_.size());
  for (std::size_t i = first; i < end; ++i)
    if (const cv::Mat& mask = pictures_[i].mask; !mask.empty()) all = all.empty() ? mask : cv::Mat(all | mask);
  return all;
}

BufferPtr Anonymize::covered(const Waiting& entry, const cv::Mat& mask) const {
  return changed_copy(entry.buffer.get(), format_, [&](std::vector<cv::Mat>& planes) {
    cover(planes, depth_of(format_), mask, entry.mode, entry.margin);
  });
}

GstFlowReturn Anonymize::push_next() {
  Waiting& next = pictures_[gone_];
  const cv::Mat mask = next.wanted ? mask_around(gone_) : cv::Mat();
  const bool shown = mask.empty() || cv::countNonZero(mask) == 0;
  BufferPtr picture = shown ? std::move(next.buffer) : covered(next, mask);
  next.buffer.reset();
  ++gone_;
  for (; gone_ > spread; --gone_) pictures_.pop_front();
  return gst_pad_push(source_, picture.release());
}

/// Nothing more is to be seen.
GstFlowReturn Anonymize::drain(const Params& params) {
  if (locator_.follows()) set_masks(locator_.rest(params.region));
  if (const std::string in_vain = locator_.in_vain(); !in_vain.empty())
    log(LogLevel::warning, in_vain + ": nothing was hidden", element_);
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && gone_ < pictures_.size()) flow = push_next();
  forget();
  return flow;
}

bool Anonymize::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params) {
  const bool format = GST_EVENT_TYPE(event) == GST_EVENT_CAPS;
  const bool taken = take_event(
      e, pad, EventPtr(event), format_, segment_, [&] { drain(params); }, [this] { forget(); });
  if (format) locator_.set_size({format_.width, format_.height});
  return taken;
}

bool Anonymize::query(GstElement* e, GstPad* pad, GstQuery* query, const Params&) {
  return answer_query(e, pad, query, held() * picture_duration(format_));
}

}  // namespace reel::removal
