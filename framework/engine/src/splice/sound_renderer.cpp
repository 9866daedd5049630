#include "splice/sound_renderer.hpp"

#include <gst/audio/audio.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

#include "checks/checks.hpp"
#include "graph/app_end.hpp"
#include "graph/kinds.hpp"
#include "splice/sound_span.hpp"
#include "splice/splice_fault.hpp"

namespace reel::engine {
namespace {

using base::Time;
using planner::SoundPlan;
using planner::SoundSpan;

constexpr Time settling = std::chrono::milliseconds(200);  ///< for decoders and stages, in front of what counts
constexpr double longest_skip = 5;                         ///< seconds that are decoded in vain rather than sought over
constexpr std::int64_t sample_rounding = 2;                ///< samples by which times are off, at most

struct Unmap {
  GstBuffer* buffer;
  GstMapInfo map;
  explicit Unmap(GstBuffer* b) : buffer(b), map() {
    if (gst_buffer_map(b, &map, GST_MAP_READ) == FALSE) throw base::RunError("a buffer of sound cannot be read");
  }
  Unmap(const Unmap&) = delete;
  Unmap& operator=(const Unmap&) = delete;
  ~Unmap() { gst_buffer_unmap(buffer, &map); }
};

/// By its end, since a seek may have taken away its start; else by its start; else as it is.
std::int64_t snapped(const model::SoundIndex& index, std::int64_t at, std::int64_t count) {
  for (const std::int64_t side : {at + count, at}) {
    const auto place = static_cast<double>(side - index.first) / index.frame;
    const std::int64_t off = side - index.begin_of(std::llround(place));
    if (std::abs(off) <= index.rate / 500) return at - off;
  }
  return at;
}

GstPadProbeReturn snap(GstPad* pad, GstPadProbeInfo* info, gpointer known) {
  const auto& index = *static_cast<const model::SoundIndex*>(known);
  const gst::CapsPtr caps(gst_pad_get_current_caps(pad));
  GstAudioInfo format;
  auto* const buffer = GST_PAD_PROBE_INFO_BUFFER(info);
  if (!caps || gst_audio_info_from_caps(&format, caps.get()) == FALSE || !GST_BUFFER_PTS_IS_VALID(buffer) ||
      format.rate != index.rate)
    return GST_PAD_PROBE_OK;
  const auto count = static_cast<std::int64_t>(gst_buffer_get_size(buffer)) / format.bpf;
  const Time time{static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))};
  const Time exact = index.time_of(snapped(index, index.sample_at(time), count));
  if (exact == time || exact < Time{0}) return GST_PAD_PROBE_OK;
  GstBuffer* const own = gst_buffer_make_writable(buffer);
  GST_BUFFER_PTS(own) = static_cast<GstClockTime>(exact.count());
  GST_PAD_PROBE_INFO_DATA(info) = own;
  return GST_PAD_PROBE_OK;
}

/// Puts what a source gives back on the grid of the file's packets: containers round times, Matroska to whole milliseconds.
void snap_to_grid(GstElement* source, const model::SoundIndex& index) {
  if (index.frame == 1) return;
  const auto added = +[](GstElement*, GstPad* pad, gpointer known) {
    // Each has its own: a graph that hangs may outlive us.
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, snap,
                      new model::SoundIndex(*static_cast<const model::SoundIndex*>(known)),
                      [](gpointer own) { delete static_cast<model::SoundIndex*>(own); });
  };
  g_signal_connect_data(
      source, "pad-added", G_CALLBACK(added), new model::SoundIndex(index),
      [](gpointer own, GClosure*) { delete static_cast<model::SoundIndex*>(own); }, GConnectFlags{});
}

/// Sound from a streaming thread on its way to the spans that want it, which lie one behind the other.
class Collector {
 public:
  /// Sound may begin as late as `start`, where the second packet ends: the first may be there for a decoder to settle, and a cut may begin
  /// in the second. Silence is before.
  Collector(std::vector<SoundSpanEncoder*> spans, std::size_t sample_size, const model::SoundIndex& index,
            std::int64_t start)
      : spans_(std::move(spans)), sample_size_(sample_size), index_(index), start_(start) {}

  GstFlowReturn pull(GstAppSink* sink) {
    const gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(sink));
    if (!sample || done_) return GST_FLOW_EOS;
    try {
      take(sample.get());
    } catch (...) {
      fault_ = std::current_exception();
      done_ = true;
    }
    return done_ ? GST_FLOW_EOS : GST_FLOW_OK;
  }

  bool done() const { return done_; }
  std::int64_t position() const { return position_; }

  /// Once nothing comes any more. `end`: where sound ends as far as is known.
  void finish(std::int64_t end) {
    if (fault_) std::rethrow_exception(fault_);
    for (; current_ < spans_.size(); ++current_) {
      SoundSpanEncoder& span = *spans_[current_];
      if (span.next() + 4 * index_.rate / 10 < std::min(end, span.end()))
        throw SpliceFault("the sound ends earlier than its packets");
      if (span.done()) continue;
      span.finish();
    }
  }

 private:
  void take(GstSample* sample) {
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    const auto time =
        gst_segment_to_stream_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    std::int64_t at = index_.sample_at(Time{static_cast<std::int64_t>(time)});
    // What comes twice is dropped below; a hole that is none is closed.
    if (at > position_ && at - position_ <= sample_rounding) at = position_;
    const Unmap mapped(buffer);
    const std::span<const std::uint8_t> samples(mapped.map.data, mapped.map.size);
    const std::int64_t end = at + static_cast<std::int64_t>(samples.size() / sample_size_);
    // What spans need besides their own may overlap.
    for (std::size_t i = current_; i < spans_.size() && spans_[i]->begin() < end; ++i) {
      SoundSpanEncoder& span = *spans_[i];
      if (span.done() || span.next() >= end) continue;
      if (at > span.next()) fill(span, at);
      span.take(samples.subspan(static_cast<std::size_t>(span.next() - at) * sample_size_));
      if (span.done()) span.finish();
    }
    while (current_ < spans_.size() && spans_[current_]->done()) ++current_;
    position_ = end;
    done_ = current_ == spans_.size();
  }
  void fill(SoundSpanEncoder& span, std::int64_t up_to) const {
    if (span.next() != span.begin() || up_to > std::max(span.begin(), start_) + sample_rounding)
      throw SpliceFault("the sound has a hole at " +
                        base::format_moment(index_.time_of(std::max<std::int64_t>(0, span.next()))));
    span.take_silence(up_to - span.next());
  }

  std::vector<SoundSpanEncoder*> spans_;
  std::size_t sample_size_;
  const model::SoundIndex& index_;
  std::int64_t start_;
  std::size_t current_ = 0;
  std::atomic<std::int64_t> position_ = std::numeric_limits<std::int64_t>::min() / 2;
  std::atomic<bool> done_ = false;
  std::exception_ptr fault_;
};

/// The cut as the plan moved it.
void move_cut(Prepared& prepared, const SoundPlan& plan) {
  if (plan.kept.empty()) return;
  model::Stage& stage = prepared.pipeline.stages[plan.cutter];
  const model::Contract& contract = stage.traits.audio;
  std::erase_if(stage.settings,
                [&](const model::Setting& s) { return s.name == contract.keep || s.name == contract.remove; });
  std::vector<base::TimePointRange> ranges;
  for (const base::TimeRange& r : plan.kept)
    ranges.push_back({r.begin, r.end == Time::max() ? std::nullopt : std::optional<base::TimePoint>(r.end)});
  stage.settings.push_back({.name = contract.keep, .value = std::move(ranges)});
  prepared.clocks = planner::clocks(prepared.pipeline, durations(prepared.media));
}

/// Renders spans one behind the other by one graph.
class Renderer {
 public:
  Renderer(const Prepared& prepared, const SoundPlan& plan, const SoundFile& file, const SoundFormat& format,
           const Requests& requests, const SoundOptions& options)
      : prepared_(prepared), plan_(plan), file_(file), format_(format), requests_(requests), options_(options) {}

  void run(const std::vector<SoundSpanEncoder*>& spans, const std::function<void(std::int64_t)>& on_position) {
    const model::SoundIndex& index = file_.index;
    Collector collector(spans, format_.sample_size, index,
                        std::max<std::int64_t>(0, index.begin_of(plan_.spans.front().first + 2)));
    // Nothing is dithered: what no stage changed stays what it is.
    AppEnd end("audioconvert dithering=none ! audioresample ! " + format_.caps, 16,
               [&collector](GstAppSink* sink) { return collector.pull(sink); });
    Player player(graph(end), prepared_, requests_);
    PlayHooks hooks;
    hooks.stall_timeout = options_.stall_timeout;
    player.reach(GST_STATE_PAUSED, hooks);
    const Time begin = std::max(Time{0}, index.time_of(spans.front()->begin()) - settling);
    if (begin > Time{0} && !gst::seek(end.sink(), begin))
      throw SpliceFault("the source cannot be played from " + base::format_moment(begin) + " on");
    hooks.finished = [&] { return collector.done(); };
    hooks.on_tick = [&](Graph&) { on_position(collector.position()); };
    player.play(hooks);
    if (!player.close()) throw base::RunError("a stage hangs after its last sound");
    collector.finish(index.begin_of(plan_.spans.back().end));
  }

 private:
  std::unique_ptr<Graph> graph(AppEnd& end) {
    const auto& stages = prepared_.pipeline.stages;
    auto made = std::make_unique<Graph>(prepared_, GraphOptions{options_.secret, {}, true});
    made->want_output({stages[main_sink(prepared_.pipeline).value_or(0)].inputs.front(), Kind::audio}, end.release());
    made->assemble();
    const std::size_t source = main_source(prepared_.pipeline, main_sink(prepared_.pipeline).value_or(0));
    for (const auto& [stage, element] : made->elements())
      if (stage == source) snap_to_grid(element, file_.index);
    return made;
  }

  const Prepared& prepared_;
  const SoundPlan& plan_;
  const SoundFile& file_;
  const SoundFormat& format_;
  const Requests& requests_;
  const SoundOptions& options_;
};

/// How many spans, from `first` on, lie so near to each other that one pass through all of them is quickest.
std::size_t near(const std::vector<std::unique_ptr<SoundSpanEncoder>>& spans, std::size_t first, int rate) {
  std::size_t end = first + 1;
  while (end < spans.size() && static_cast<double>(spans[end]->begin() - spans[end - 1]->end()) < longest_skip * rate)
    ++end;
  return end;
}

}  // namespace

Prepared sound_of(const Prepared& prepared) {
  Prepared sound = prepared;
  const auto is_picture = [](const model::StreamInfo& s) { return s.kind == "video"; };
  for (auto& media : sound.media)
    if (media) std::erase_if(media->streams, is_picture);
  return sound;
}

std::vector<RenderedSound> render_sound_spans(const Prepared& prepared, SoundPlan& plan, const SoundFile& file,
                                              const Requests& requests, const SoundOptions& options) {
  Prepared sound = sound_of(prepared);
  move_cut(sound, plan);
  const SoundFormat format = SoundEncoder(file, {}).format();
  std::vector<std::unique_ptr<SoundSpanEncoder>> spans;
  for (std::size_t i = 0; i < plan.spans.size(); ++i)
    if (plan.spans[i].kind == SoundSpan::Kind::render)
      spans.push_back(std::make_unique<SoundSpanEncoder>(file, format, plan, i, options.spool));
  Renderer renderer(sound, plan, file, format, requests, options);
  const double all = std::max<double>(1, static_cast<double>(file.index.begin_of(plan.spans.back().end)));
  for (std::size_t first = 0, end = 0; first < spans.size(); first = end) {
    end = near(spans, first, file.index.rate);
    std::vector<SoundSpanEncoder*> group;
    for (std::size_t i = first; i < end; ++i) group.push_back(spans[i].get());
    renderer.run(group, [&](std::int64_t at) {
      if (options.on_part) options.on_part(std::clamp(static_cast<double>(at) / all, 0.0, 1.0));
    });
  }
  std::vector<RenderedSound> rendered;
  for (const auto& span : spans) rendered.push_back(span->fit(plan));
  plan.copied = plan.rendered = 0;
  for (const SoundSpan& s : plan.spans) (s.kind == SoundSpan::Kind::copy ? plan.copied : plan.rendered) += s.packets();
  return rendered;
}

}  // namespace reel::engine
