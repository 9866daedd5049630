#include "pictures.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "graph/app_end.hpp"
#include "graph/player.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

using base::Time;

/// Sees pictures in order until all that are wanted came by. Fed by a streaming thread.
class PictureFinder {
 public:
  explicit PictureFinder(const PictureQuery& query) : query_(query) {}

  GstFlowReturn take(GstAppSink* sink) {
    gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(sink));
    if (!sample) return GST_FLOW_EOS;
    const std::lock_guard lock(mutex_);
    if (found_) return GST_FLOW_EOS;
    add(std::move(sample));
    if (!found_) return GST_FLOW_OK;
    gst_element_post_message(GST_ELEMENT(sink), gst_message_new_application(
                                                    GST_OBJECT(sink), gst_structure_new_empty("reel-picture-found")));
    return GST_FLOW_EOS;
  }
  bool found() const {
    const std::lock_guard lock(mutex_);
    return found_;
  }
  std::vector<gst::Ptr<GstSample>> result() {
    const std::lock_guard lock(mutex_);
    return std::move(shown_);
  }
  bool too_many() const {
    const std::lock_guard lock(mutex_);
    return bytes_ > query_.most_bytes;
  }
  /// Of a seek to there: it went too far, or cut the beginning off the picture, so that its own time is not
  /// known.
  bool missed(Time seek_to) const {
    const std::lock_guard lock(mutex_);
    return shown_.empty() || first_late_ || start_of(shown_.front().get()) <= seek_to;
  }

 private:
  void add(gst::Ptr<GstSample> sample) {
    const Time begin = start_of(sample.get());
    const GstClockTime length = GST_BUFFER_DURATION(gst_sample_get_buffer(sample.get()));
    // The one before is shown until this one begins. If there is none, the media begin later than `at`.
    const bool later = begin > query_.at, wanted = begin < query_.end;
    if (later && !wanted && !shown_.empty()) {
      found_ = true;
      return;
    }
    if (!later) shown_.clear(), bytes_ = 0;
    if (shown_.empty()) first_late_ = later;
    bytes_ += gst_buffer_get_size(gst_sample_get_buffer(sample.get()));
    shown_.push_back(std::move(sample));
    const Time until = query_.end > query_.at ? query_.end - Time{1} : query_.at;
    const bool covers = GST_CLOCK_TIME_IS_VALID(length) && begin + Time{static_cast<std::int64_t>(length)} > until;
    found_ = covers || (later && !wanted) || bytes_ > query_.most_bytes;
  }

  const PictureQuery& query_;
  mutable std::mutex mutex_;
  std::vector<gst::Ptr<GstSample>> shown_;
  std::uint64_t bytes_ = 0;  ///< of `shown_`
  bool found_ = false, first_late_ = false;
};

/// Longer than most pictures are shown: a seek cuts the one that it lands in.
constexpr Time before_picture = std::chrono::seconds(1);

/// For how long, at a moment of a later stage, a stage has gone on with what it began.
Time since_begun(const Prepared& prepared, std::size_t stage, Time source_time) {
  const model::Stage& s = prepared.pipeline.stages[stage];
  const Time begun = s.during && s.during->begin ? std::get<Time>(*s.during->begin) : Time{0};
  return std::max(Time{0}, source_time - prepared.clocks[s.inputs.front()].from_source.to_input(begun));
}

/// How much earlier stages with a window want to begin; nothing if a stage needs all that comes before.
std::optional<Time> warm_up(const Prepared& prepared, std::size_t stage, Time at) {
  Time needed = before_picture, since{0};
  const Time source_time = prepared.clocks[stage].from_source.to_input(at);
  for (;; stage = prepared.pipeline.stages[stage].inputs.front()) {
    const model::Stage& s = prepared.pipeline.stages[stage];
    if (s.inputs.empty()) {
      const auto& media = prepared.media[stage];
      if (!media || !media->duration || media->video() == nullptr) return std::nullopt;
      // Frames are counted with the longest step that may be between them.
      const double rate = media->video()->video->frame_rate.value();
      if (rate <= 0) return std::nullopt;
      return since + needed * static_cast<std::int64_t>(std::max(1.0, 60.0 / rate));
    }
    if (s.traits.video.kind == model::Contract::Kind::whole) return std::nullopt;
    if (s.traits.video.kind == model::Contract::Kind::window)
      needed += s.traits.video.before * std::chrono::milliseconds(34);
    if (s.sets_any(s.traits.video.from_begin)) since = std::max(since, since_begun(prepared, stage, source_time));
  }
}

/// Nothing: the seek went wrong.
std::optional<std::vector<gst::Ptr<GstSample>>> find(const Prepared& prepared, const PictureQuery& query,
                                                     std::optional<Time> seek_to, const SecretSource& secret,
                                                     base::StopFlag stop) {
  // Before the player, since its threads use it.
  PictureFinder finder(query);
  const Requests requests;
  auto graph = std::make_unique<Graph>(prepared, GraphOptions{secret, {}, true});
  AppEnd end(query.conversion, 2, [&finder](GstAppSink* sink) { return finder.take(sink); });
  graph->want_output({query.stage, Kind::video}, end.release());
  graph->assemble();
  Player player(std::move(graph), prepared, requests);
  PlayHooks hooks;
  hooks.stall_timeout = std::chrono::seconds(60);
  player.reach(GST_STATE_PAUSED, hooks);
  hooks.finished = [&] { return finder.found() || (stop != nullptr && *stop); };
  if (seek_to && *seek_to > Time{0} && !gst::seek(end.sink(), *seek_to)) return std::nullopt;
  player.play(hooks);
  if (!player.close()) throw base::RunError("a stage hangs after the picture");
  if (stop != nullptr && *stop) throw base::Interrupted("stopped before the end");
  if (finder.too_many())
    throw base::InputError("the pictures from " + base::format_moment(query.at) + " to " +
                               base::format_moment(query.end) + " take more than " +
                               base::format_bytes(query.most_bytes),
                           "ask for fewer");
  if (seek_to && *seek_to > Time{0} && finder.missed(*seek_to)) return std::nullopt;
  return finder.result();
}

}  // namespace

Time start_of(GstSample* picture) {
  const guint64 t = gst_segment_to_stream_time(gst_sample_get_segment(picture), GST_FORMAT_TIME,
                                               GST_BUFFER_PTS(gst_sample_get_buffer(picture)));
  return Time{GST_CLOCK_TIME_IS_VALID(t) ? static_cast<std::int64_t>(t) : 0};
}

std::vector<gst::Ptr<GstSample>> find_pictures(const Prepared& prepared, const PictureQuery& query,
                                               const SecretSource& secret, base::StopFlag stop) {
  gst::init();
  if (const auto warm = warm_up(prepared, query.stage, query.at))
    if (auto found = find(prepared, query, std::max(Time{0}, query.at - *warm), secret, stop); found && !found->empty())
      return *std::move(found);
  auto found = find(prepared, query, std::nullopt, secret, stop);
  return found ? *std::move(found) : std::vector<gst::Ptr<GstSample>>{};
}

}  // namespace reel::engine
