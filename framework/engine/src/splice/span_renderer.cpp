#include "splice/span_renderer.hpp"

#include <atomic>
#include <optional>
#include <utility>

#include "graph/app_end.hpp"
#include "reel/base/error.hpp"
#include "splice/assembly.hpp"
#include "splice/packet_watch.hpp"

namespace reel::engine {
namespace {

using base::Time;

/// Containers, demuxers and maps of time round, each a little.
constexpr Time clock_rounding = std::chrono::microseconds(60);

/// Pictures from a streaming thread on their way into the encoder: those of the span, each at its time.
class Collector {
 public:
  Collector(const std::vector<Time>& times, Time end, PictureEncoder& encoder)
      : times_(times), end_(end), encoder_(encoder) {}

  GstFlowReturn take(GstAppSink* sink) {
    const gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(sink));
    if (!sample) return GST_FLOW_EOS;
    const std::size_t place = taken_;
    const Time time{static_cast<std::int64_t>(gst_segment_to_stream_time(
        gst_sample_get_segment(sample.get()), GST_FORMAT_TIME, GST_BUFFER_PTS(gst_sample_get_buffer(sample.get()))))};
    if (armed_ && !done_ && time >= times_.front() - clock_rounding) put(sample.get(), place, time);
    return done_ ? GST_FLOW_EOS : GST_FLOW_OK;
  }
  /// From now on pictures count. Until then they only show that the graph is ready to be sent elsewhere.
  void arm() { armed_ = true; }
  bool done() const { return done_; }
  std::size_t taken() const { return taken_; }
  bool strayed() const { return strayed_; }

 private:
  void put(GstSample* sample, std::size_t place, Time time) {
    if (place == times_.size() || time > end_ - clock_rounding) {
      done_ = true;
      return;
    }
    strayed_ = strayed_ || std::chrono::abs(time - times_[place]) > clock_rounding;
    if (strayed_ || !encoder_.push(sample)) {
      done_ = true;
      return;
    }
    ++taken_;
    if (taken_ == times_.size()) done_ = true;
  }

  const std::vector<Time>& times_;
  const Time end_;
  PictureEncoder& encoder_;
  std::atomic<bool> armed_ = false, done_ = false, strayed_ = false;
  std::atomic<std::size_t> taken_ = 0;
};

/// Whether a demuxer that looks for a keyframe before the span may find one at which a decoder cannot begin.
bool has_false_entry(const planner::Span& span, const FileIndex& index) {
  for (std::size_t i = span.decode_from + 1; i < span.first; ++i)
    if (index.media.packets[i].key && !index.media.packets[i].entry && !index.media.packets[i].open_entry) return true;
  return false;
}

/// Where to begin: early enough for stages that look back, and for a picture that a seek would cut in two.
Time begin_of(const Prepared& prepared, const planner::Span& span, const FileIndex& index, std::size_t last_stage) {
  const std::vector<Time> times = times_of(span, index);
  Time step = times.size() > 1 ? times[1] - times[0] : std::chrono::milliseconds(50);
  for (std::size_t i = 2; i < times.size(); ++i) step = std::max(step, times[i] - times[i - 1]);
  constexpr std::int64_t around = 2;
  std::int64_t pictures = around;
  for (std::size_t i = 0; i <= last_stage; ++i) pictures += prepared.pipeline.stages[i].traits.video.before;
  const planner::TimeMap& map = prepared.clocks[last_stage].from_source;
  Time first = span.output.begin, joined{0};
  if (span.goes_on || has_false_entry(span, index))
    first = std::min(first, map.duration(index.media.packets[span.decode_from].time));
  else if (pictures == around)
    // What lies before a cut would be played through all that was cut.
    for (const planner::TimeMap::Piece& piece : map.pieces())
      if (piece.output <= first) joined = piece.output;
  return std::max(joined, first - pictures * std::max<Time>(step, std::chrono::milliseconds(50)));
}

/// So much is sooner played than everything rendered.
constexpr Time worth_playing = std::chrono::seconds(10);

/// The demuxer was sent to a moment and gave packets the times of others.
class SourceStrayed : public SpliceFault {
 public:
  using SpliceFault::SpliceFault;
};

/// `from`: send the graph there; none: play it from its start.
RenderedSpan play_span(const Prepared& prepared, const planner::Span& span, const FileIndex& index,
                       const PictureFormat& format, const Requests& requests, const SpanOptions& options,
                       std::optional<Time> from) {
  const std::vector<Time> times = times_of(span, index);
  const std::size_t last = prepared.pipeline.stages[main_sink(prepared.pipeline).value_or(0)].inputs.front();
  PictureEncoder encoder(format, options.spool);
  Collector collector(times, span.output.end, encoder);
  auto graph = std::make_unique<Graph>(prepared, GraphOptions{options.secret, {}, true});
  // The encoder has a thread of its own here.
  constexpr const char* queue = " ! queue max-size-buffers=2 max-size-bytes=0 max-size-time=0";
  AppEnd end(conversion_to(format) + queue, 2, [&collector](GstAppSink* sink) { return collector.take(sink); });
  graph->want_output({last, Kind::video}, end.release());
  graph->assemble();
  const PacketWatch watch(graph->pipeline(), main_source(prepared.pipeline, last), index.media, span.decode_from);
  Player player(std::move(graph), prepared, requests);
  PlayHooks hooks;
  hooks.stall_timeout = options.stall_timeout;
  player.reach(GST_STATE_PAUSED, hooks);
  if (from && !gst::seek(end.sink(), *from))
    throw SpliceFault("the source cannot be played from " + base::format_moment(*from) + " on");
  collector.arm();
  hooks.finished = [&collector] { return collector.done(); };
  hooks.on_tick = [&](Graph&) {
    if (options.on_pictures) options.on_pictures(collector.taken());
  };
  player.play(hooks);
  if (!player.close()) throw base::RunError("a stage hangs after its last picture");
  if (watch.strayed())
    throw SourceStrayed("packets of the source have other times than GStreamer gives them, near " +
                        base::format_moment(span.source.begin));
  if (collector.taken() != times.size() || collector.strayed())
    throw SpliceFault("other pictures came out than planned: " + std::to_string(collector.taken()) + " of " +
                      std::to_string(times.size()) + " at their time, from " + base::format_moment(span.output.begin) +
                      " on");
  auto pictures = encoder.finish();
  if (pictures.empty() || !pictures.front().key) throw SpliceFault("a rendered span does not begin with a keyframe");
  return {std::move(pictures), false, player.frame_notes()};
}

/// The packet of a picture that is not rendered, with its mark.
RenderedSpan mark_span(std::size_t packet, const FileIndex& index, const PictureFormat& format, Spool& spool) {
  std::optional<Buffer> marked;
  const bool read = read_packets(index, packet, packet + 1, [&](Bytes bytes) { marked = format.codec->marked(bytes); });
  if (!read || !marked) throw SpliceFault("a packet of the source cannot be marked as one where decoders can begin");
  return {{{.picture = 0, .key = true, .bytes = spool.add(*marked)}}};
}

}  // namespace

RenderedSpan render_span(const Prepared& prepared, const planner::Span& span, const FileIndex& index,
                         const PictureFormat& format, const Requests& requests, const SpanOptions& options) {
  if (span.marked) return mark_span(*span.marked, index, format, options.spool);
  const std::size_t last = prepared.pipeline.stages[main_sink(prepared.pipeline).value_or(0)].inputs.front();
  const Time begin = begin_of(prepared, span, index, last);
  // What was begun in what a cut took from the start has no moment on the output's clock.
  const bool from_start = span.goes_on && begin <= Time{0};
  try {
    return play_span(prepared, span, index, format, requests, options,
                     from_start ? std::nullopt : std::optional(begin));
  } catch (const SourceStrayed&) {
    if (begin > worth_playing) throw;
  }
  return play_span(prepared, span, index, format, requests, options, std::nullopt);
}

}  // namespace reel::engine
