#include "reel/engine/preview.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "graph/app_end.hpp"
#include "graph/player.hpp"
#include "picture_file.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

using base::Time;

/// Sees pictures in order until the one that is shown at a time. Fed by a streaming thread.
class PictureFinder {
 public:
  explicit PictureFinder(Time at) : at_(at) {}

  GstFlowReturn take(GstAppSink* sink) {
    gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(sink));
    if (!sample) return GST_FLOW_EOS;
    const Time begin = start_of(sample.get());
    const std::lock_guard lock(mutex_);
    if (found_) return GST_FLOW_EOS;
    // The one before is shown until this one begins. If there is none, the media begin later than `at_`.
    const bool later = begin > at_;
    if (!later || !shown_) {
      shown_ = std::move(sample);
      first_late_ = later;
    }
    const GstClockTime length = GST_BUFFER_DURATION(gst_sample_get_buffer(shown_.get()));
    const bool covers =
        GST_CLOCK_TIME_IS_VALID(length) && start_of(shown_.get()) + Time{static_cast<std::int64_t>(length)} > at_;
    found_ = later || covers;
    if (!found_) return GST_FLOW_OK;
    gst_element_post_message(GST_ELEMENT(sink), gst_message_new_application(
                                                    GST_OBJECT(sink), gst_structure_new_empty("reel-picture-found")));
    return GST_FLOW_EOS;
  }
  bool found() const {
    const std::lock_guard lock(mutex_);
    return found_;
  }
  /// The picture; null if none came at all.
  gst::Ptr<GstSample> result() {
    const std::lock_guard lock(mutex_);
    return std::move(shown_);
  }
  /// Of a seek to there: it went too far, or cut the beginning off the picture, so that its own time is not
  /// known.
  bool missed(Time seek_to) const {
    const std::lock_guard lock(mutex_);
    return !shown_ || first_late_ || start_of(shown_.get()) <= seek_to;
  }

  static Time start_of(GstSample* sample) {
    const guint64 t = gst_segment_to_stream_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                 GST_BUFFER_PTS(gst_sample_get_buffer(sample)));
    return Time{GST_CLOCK_TIME_IS_VALID(t) ? static_cast<std::int64_t>(t) : 0};
  }

 private:
  const Time at_;
  mutable std::mutex mutex_;
  gst::Ptr<GstSample> shown_;
  bool found_ = false, first_late_ = false;
};

/// To square pixels. RGB is what PNG holds, and what a JPEG encoder turns into the range and matrix that JPEG means; it would write
/// other pictures as they are.
constexpr const char* conversion = "videoconvert ! videoscale ! video/x-raw,format={RGB,RGBA},pixel-aspect-ratio=1/1";

/// Longer than most pictures are shown: a seek cuts the one that it lands in.
constexpr Time before_picture = std::chrono::seconds(1);

/// How much earlier stages with a window want to begin; nothing if a stage needs all that comes before.
std::optional<Time> warm_up(const Prepared& prepared, std::size_t stage) {
  Time needed = before_picture;
  for (;; stage = prepared.pipeline.stages[stage].inputs.front()) {
    const model::Stage& s = prepared.pipeline.stages[stage];
    if (s.inputs.empty()) {
      const auto& media = prepared.media[stage];
      if (!media || !media->duration || media->video() == nullptr) return std::nullopt;
      // Frames are counted with the longest step that may be between them.
      const double rate = media->video()->video->frame_rate.value();
      return rate > 0 ? std::optional(needed * static_cast<std::int64_t>(std::max(1.0, 60.0 / rate))) : std::nullopt;
    }
    if (s.traits.video.kind == model::Contract::Kind::whole) return std::nullopt;
    if (s.traits.video.kind == model::Contract::Kind::window)
      needed += s.traits.video.before * std::chrono::milliseconds(34);
  }
}

gst::Ptr<GstSample> find_picture(const Prepared& prepared, std::size_t stage, Time at, std::optional<Time> seek_to,
                                 const SecretSource& secret) {
  // Before the player, since its threads use it.
  PictureFinder finder(at);
  const Requests requests;
  auto graph = std::make_unique<Graph>(prepared, GraphOptions{secret, {}, true});
  AppEnd end(conversion, 2, [&finder](GstAppSink* sink) { return finder.take(sink); });
  graph->want_output({stage, Kind::video}, end.release());
  graph->assemble();
  Player player(std::move(graph), prepared, requests);
  PlayHooks hooks;
  hooks.stall_timeout = std::chrono::seconds(60);
  player.reach(GST_STATE_PAUSED, hooks);
  hooks.finished = [&finder] { return finder.found(); };
  if (seek_to && *seek_to > Time{0} && !gst::seek(end.sink(), *seek_to)) return nullptr;
  player.play(hooks);
  if (!player.close()) throw base::RunError("a stage hangs after the preview");
  if (seek_to && *seek_to > Time{0} && finder.missed(*seek_to)) return nullptr;
  return finder.result();
}

}  // namespace

PreviewResult preview(const Prepared& prepared, Time at, const std::filesystem::path& target,
                      const SecretSource& secret) {
  gst::init();
  const auto sink = main_sink(prepared.pipeline);
  if (!sink) throw base::InputError("the pipeline has no sink, so nothing would be seen");
  const std::size_t shown = prepared.pipeline.stages[*sink].inputs.front();
  const auto kinds = output_kinds(prepared.pipeline, prepared.media);
  if (!kinds[shown].video) throw base::InputError("the result has no picture, only sound");
  const auto& length = prepared.clocks[*sink].input_duration;
  if (at < Time{0} || (length && at >= *length))
    throw base::InputError("there is no picture at " + base::format_moment(at) + ": the result lasts " +
                               (length ? base::format_moment(*length) : "shorter"),
                           "choose an earlier time");
  const auto warm = warm_up(prepared, shown);
  gst::Ptr<GstSample> picture;
  if (warm) picture = find_picture(prepared, shown, at, std::max(Time{0}, at - *warm), secret);
  if (!picture) picture = find_picture(prepared, shown, at, std::nullopt, secret);
  if (!picture)
    throw base::RunError("no picture came out at " + base::format_moment(at), "the input may be damaged there");
  write_picture(picture.get(), target);
  PreviewResult result;
  GstVideoInfo info;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(picture.get())) != FALSE)
    result.width = info.width, result.height = info.height;
  result.time = PictureFinder::start_of(picture.get());
  return result;
}

}  // namespace reel::engine
