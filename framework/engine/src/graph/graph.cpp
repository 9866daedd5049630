#include "graph/graph.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "graph/bypass.hpp"
#include "graph/failures.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/plugin.h"

namespace reel::engine {

/// What a node gives of one kind: its pad, or the queue that will stand behind it; with a tee where several
/// want it.
struct Graph::Outlet {
  std::size_t node = 0;
  Kind kind = Kind::video;
  std::size_t users = 0;
  GstElement* tee = nullptr;
  gst::PadPtr pad;
};

/// Pads that a source adds once it has looked at its media, and what waits for them.
struct Graph::SourcePads {
  GstElement* source;
  std::map<Kind, gst::PadPtr> waiting;
  std::string stage_id;

  /// A source may still be telling of its pads, on a thread of its own, when the graph has gone: so they belong to the source.
  static void connect(std::unique_ptr<SourcePads> pads) {
    GstElement* const source = pads->source;
    const std::shared_ptr<SourcePads> shared = std::move(pads);
    const auto on = [&](const char* signal, GCallback call) {
      g_signal_connect_data(
          source, signal, call, new std::shared_ptr<SourcePads>(shared),
          [](gpointer owned, GClosure*) { delete static_cast<std::shared_ptr<SourcePads>*>(owned); }, GConnectFlags{});
    };
    on("pad-added", G_CALLBACK(added));
    on("no-more-pads", G_CALLBACK(no_more));
  }

  static void added(GstElement*, GstPad* pad, std::shared_ptr<SourcePads>* shared) {
    const auto& self = *shared;
    const auto kind = kind_of(pad);
    if (gst_pad_get_direction(pad) != GST_PAD_SRC || !kind) return;
    const auto found = self->waiting.find(*kind);
    if (found == self->waiting.end()) return;
    if (gst_pad_is_linked(found->second.get()) != FALSE) return;
    if (GST_PAD_LINK_FAILED(gst_pad_link(pad, found->second.get())))
      GST_ELEMENT_ERROR(self->source, STREAM, FORMAT, ("what '%s' gives could not be linked", self->stage_id.c_str()),
                        (nullptr));
  }
  static void no_more(GstElement*, std::shared_ptr<SourcePads>* shared) {
    const auto& self = *shared;
    for (const auto& [kind, pad] : self->waiting)
      if (gst_pad_is_linked(pad.get()) == FALSE)
        GST_ELEMENT_ERROR(self->source, STREAM, TYPE_NOT_FOUND,
                          ("the media hold no %s that can be decoded", kind == Kind::video ? "picture" : "sound"),
                          (nullptr));
  }
};

namespace {

/// Sound waits for pictures that an encoder holds back; this much of it must fit. 64 MB are minutes.
constexpr guint most_sound = 64U << 20U;

struct ProbeData {
  StageCounters* counters;
  std::atomic<std::uint64_t>* activity;
  bool incoming, sink;
};

void note_position(ProbeData& data, GstPad* pad, const GstBuffer* buffer) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) return;
  const gst::EventPtr event(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
  if (!event) return;
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event.get(), &segment);
  const GstClockTime length = GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : 0;
  const guint64 time = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  if (!GST_CLOCK_TIME_IS_VALID(time)) return;
  const auto end = static_cast<std::int64_t>(time + length);
  if (end > data.counters->position.load(std::memory_order_relaxed))
    data.counters->position.store(end, std::memory_order_relaxed);
}

GstPadProbeReturn on_data(GstPad* pad, GstPadProbeInfo* info, gpointer user) {
  auto& data = *static_cast<ProbeData*>(user);
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    data.activity->fetch_add(1, std::memory_order_relaxed);
    if (data.counters == nullptr) return GST_PAD_PROBE_OK;
    (data.incoming ? data.counters->frames_in : data.counters->frames_out).fetch_add(1, std::memory_order_relaxed);
    if (!data.incoming || data.sink) note_position(data, pad, GST_PAD_PROBE_INFO_BUFFER(info));
  } else if (data.counters != nullptr && GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) {
    data.activity->fetch_add(1, std::memory_order_relaxed);
    if (!data.incoming || data.sink) data.counters->done.store(true);
  }
  return GST_PAD_PROBE_OK;
}

void add_probe(GstPad* pad, ProbeData data) {
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                    on_data, new ProbeData(data), [](gpointer d) { delete static_cast<ProbeData*>(d); });
}

void set_property_from(GQuark field, const GValue* value, GstElement* element) {
  const char* const property = g_quark_to_string(field);
  if (has_property(element, property)) g_object_set_property(G_OBJECT(element), property, value);
}

}  // namespace

Graph::Graph(const Prepared& prepared, GraphOptions options)
    : prepared_(prepared),
      options_(std::move(options)),
      outputs_(output_kinds(prepared.pipeline, prepared.media)),
      planner_(prepared.pipeline, outputs_),
      counters_(prepared.pipeline.stages.size()),
      activity_(std::make_unique<std::atomic<std::uint64_t>>(0)) {
  gst::init();
  pipeline_ = gst::sunk(gst_pipeline_new(nullptr));
  // Nothing is shown to anybody: each part runs as fast as it can.
  gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), nullptr);
}

Graph::~Graph() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

const model::Stage& Graph::stage_of(std::size_t node) const {
  return prepared_.pipeline.stages[planner_.plan().nodes[node].stage];
}

std::uint64_t Graph::activity() const { return activity_->load(std::memory_order_relaxed); }

void Graph::want_output(const Tap& tap, gst::ElementPtr end) {
  const std::size_t node = planner_.want_output(tap);
  ends_.push_back({node, tap.kind, add(std::move(end), tap.stage)});
}

GstElement* Graph::add(gst::ElementPtr element, std::size_t stage) {
  GstElement* const raw = element.get();
  gst::set_stage(GST_OBJECT(raw), stage, prepared_.pipeline.stages[stage].id);
  gst_bin_add(GST_BIN(pipeline_.get()), raw);
  return raw;
}

GstElement* Graph::add(const char* factory, std::size_t stage) {
  auto element = gst::sunk(gst_element_factory_make(factory, nullptr));
  if (!element)
    throw base::RunError(std::string("the GStreamer element '") + factory + "' is not installed",
                         "apt install gstreamer1.0-plugins-base");
  return add(std::move(element), stage);
}

GstElement* Graph::make_queue(std::size_t stage, Kind kind) {
  GstElement* const queue = add("queue", stage);
  if (kind == Kind::video)
    g_object_set(queue, "max-size-buffers", 3U, "max-size-bytes", 0U, "max-size-time", G_GUINT64_CONSTANT(0), nullptr);
  else
    g_object_set(queue, "max-size-buffers", 0U, "max-size-bytes", most_sound, "max-size-time", G_GUINT64_CONSTANT(0),
                 nullptr);
  return queue;
}

// -- stages

gst::ElementPtr Graph::make_element(const model::Stage& stage) {
  auto element = gst::sunk(gst_element_factory_make(stage.traits.factory.c_str(), nullptr));
  if (!element)
    throw stage_error(stage, "the element '" + stage.traits.factory + "' could not be made", "run 'reel doctor'");
  try {
    const auto folder = std::filesystem::path(prepared_.pipeline.file).parent_path();
    apply_settings(element.get(), stage, folder, options_.secret);
    return stage.during ? limited(std::move(element), stage) : std::move(element);
  } catch (const base::Error& e) {
    throw stage_error(stage, e.what(), e.hint());
  }
}

gst::ElementPtr Graph::limited(gst::ElementPtr element, const model::Stage& stage) {
  if (stage.traits.handles_during) {
    g_object_set(element.get(), REEL_PROPERTY_DURING, ranges_text({*stage.during}).c_str(), nullptr);
    return element;
  }
  const auto time = [](const std::optional<base::TimePoint>& t, base::Time otherwise) {
    return t ? std::get<base::Time>(*t) : otherwise;
  };
  const base::TimeRange range{time(stage.during->begin, base::Time{0}), time(stage.during->end, base::Time::max())};
  const Kind kind = stage.traits.takes_video ? Kind::video : Kind::audio;
  return make_bypass(std::move(element), kind, {range});
}

void Graph::set_kinds_of_source(GstElement* element, std::size_t node) {
  for (const Kind kind : both_kinds)
    if (has_property(element, name(kind)))
      g_object_set(element, name(kind), outlet(node, kind).users > 0 ? TRUE : FALSE, nullptr);
}

GstElement* Graph::make_stage(std::size_t node) {
  const std::size_t index = planner_.plan().nodes[node].stage;
  const model::Stage& stage = stage_of(node);
  GstElement* const element = add(make_element(stage), index);
  const std::string label =
      "stage-" + stage.id + (planner_.plan().nodes[node].branch.empty() ? "" : "-" + std::to_string(node));
  gst_object_set_name(GST_OBJECT(element), label.c_str());
  elements_.emplace_back(index, element);
  if (const auto found = options_.measured.find(index); found != options_.measured.end()) {
    const auto set = [](GQuark field, const GValue* value, gpointer to) -> gboolean {
      set_property_from(field, value, static_cast<GstElement*>(to));
      return TRUE;
    };
    gst_structure_foreach(found->second.get(), set, element);
  }
  if (has_property(element, REEL_PROPERTY_MAIN_LENGTH) && !stage.inputs.empty())
    if (const auto& length = prepared_.clocks[stage.inputs.front()].output_duration)
      g_object_set(element, REEL_PROPERTY_MAIN_LENGTH, static_cast<guint64>(length->count()), nullptr);
  if (stage.traits.role == model::StageRole::source) set_kinds_of_source(element, node);
  if (stage.traits.role == model::StageRole::sink && options_.hold_artifacts && has_property(element, "commit"))
    g_object_set(element, "commit", FALSE, nullptr);
  return element;
}

// -- links

Graph::Outlet& Graph::outlet(std::size_t node, Kind kind) {
  for (auto& known : outlets_)
    if (known->node == node && known->kind == kind) return *known;
  outlets_.push_back(std::make_unique<Outlet>());
  outlets_.back()->node = node;
  outlets_.back()->kind = kind;
  return *outlets_.back();
}

/// What a stage gives although nobody takes it (the sound, where a preview wants the picture alone) goes nowhere: left
/// unlinked, it would end the run.
void Graph::drop_output(std::size_t node, Kind kind, GstElement* element) {
  const GraphPlan& plan = planner_.plan();
  const auto feeds = [&](const PlannedLink& link) { return link.to == node && link.kind == kind; };
  if (std::ranges::none_of(plan.links, feeds)) return;
  const gst::PadPtr pad = output_pad(element, kind);
  if (!pad) return;
  GstElement* const nowhere = add("fakesink", plan.nodes[node].stage);
  g_object_set(nowhere, "sync", FALSE, "async", FALSE, nullptr);
  const gst::PadPtr entry(gst_element_get_static_pad(nowhere, "sink"));
  gst_pad_link(pad.get(), entry.get());
}

/// Finds, or prepares for, the pads through which a stage gives what somebody takes.
void Graph::make_outlets(std::size_t node, GstElement* element) {
  const std::size_t index = planner_.plan().nodes[node].stage;
  const model::Stage& stage = stage_of(node);
  std::unique_ptr<SourcePads> late;
  for (const Kind kind : both_kinds) {
    Outlet& out = outlet(node, kind);
    if (out.users == 0) {
      drop_output(node, kind, element);
      continue;
    }
    out.pad = output_pad(element, kind);
    if (!out.pad && stage.traits.role != model::StageRole::source)
      throw stage_error(stage, "'" + stage.id + "' gives no " + (kind == Kind::video ? "picture" : "sound"), "");
    if (out.pad) count(out.pad.get(), index, kind, false);
    if (stage.traits.role == model::StageRole::source) {
      GstElement* const queue = make_queue(index, kind);
      gst::PadPtr entry(gst_element_get_static_pad(queue, "sink"));
      if (out.pad) {
        gst_pad_link(out.pad.get(), entry.get());
      } else {
        count(entry.get(), index, kind, false);
        if (!late) late.reset(new SourcePads{element, {}, stage.id});
        late->waiting.emplace(kind, std::move(entry));
      }
      out.pad.reset(gst_element_get_static_pad(queue, "src"));
    }
    if (out.users > 1) {
      out.tee = add("tee", index);
      const gst::PadPtr entry(gst_element_get_static_pad(out.tee, "sink"));
      gst_pad_link(out.pad.get(), entry.get());
    }
  }
  if (late) SourcePads::connect(std::move(late));
}

/// The pad to link next; behind a tee, one of a queue of its own.
gst::PadPtr Graph::take_outlet(std::size_t node, Kind kind, std::size_t for_stage) {
  Outlet& out = outlet(node, kind);
  if (out.tee == nullptr) return std::move(out.pad);
  GstElement* const queue = make_queue(for_stage, kind);
  const gst::PadPtr branch(gst_element_request_pad_simple(out.tee, "src_%u")),
      entry(gst_element_get_static_pad(queue, "sink"));
  gst_pad_link(branch.get(), entry.get());
  return gst::PadPtr(gst_element_get_static_pad(queue, "src"));
}

void Graph::link_row(gst::PadPtr from, const std::vector<GstElement*>& row, gst::PadPtr to, std::size_t stage) {
  const model::Stage& s = prepared_.pipeline.stages[stage];
  for (GstElement* const element : row) {
    const gst::PadPtr entry(gst_element_get_static_pad(element, "sink"));
    if (GST_PAD_LINK_FAILED(gst_pad_link(from.get(), entry.get())))
      throw stage_error(s, "what comes before '" + s.id + "' could not be linked to it", "");
    from.reset(gst_element_get_static_pad(element, "src"));
  }
  if (!to || GST_PAD_LINK_FAILED(gst_pad_link(from.get(), to.get())))
    throw stage_error(s, "'" + s.id + "' does not take what comes before it", "");
}

void Graph::link_nodes(const PlannedLink& link) {
  const std::size_t index = planner_.plan().nodes[link.to].stage;
  const model::Stage& stage = stage_of(link.to);
  gst::PadPtr to = input_pad(made_[link.to], link.kind, link.input);
  if (!to)
    throw stage_error(stage,
                      "'" + stage.id + "' has no input " + std::to_string(link.input + 1) + " for " +
                          (link.kind == Kind::video ? "pictures" : "sound"),
                      "");
  count(to.get(), index, link.kind, true);
  std::vector<GstElement*> row;
  if (link.kind == Kind::video) {
    row.push_back(add("videoconvert", index));
    const guint threads = std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
    g_object_set(row.back(), "n-threads", threads, nullptr);
  } else {
    row = {add("audioconvert", index), add("audioresample", index)};
  }
  if (stage.traits.role == model::StageRole::sink) row.push_back(make_queue(index, link.kind));
  link_row(take_outlet(link.from, link.kind, index), row, std::move(to), index);
}

void Graph::assemble() {
  const GraphPlan& plan = planner_.plan();
  for (const PlannedLink& link : plan.links) ++outlet(link.from, link.kind).users;
  for (const End& end : ends_) ++outlet(end.node, end.kind).users;
  for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
    auto& counters = counters_[plan.nodes[node].stage];
    if (!counters) counters = std::make_unique<StageCounters>();
    made_.push_back(make_stage(node));
    const bool sink = stage_of(node).traits.role == model::StageRole::sink;
    for (const PlannedLink& link : plan.links)
      if ((sink ? link.to : link.from) == node && link.kind == Kind::video) counters->counts_pictures = true;
    for (const End& end : ends_)
      if (end.node == node && end.kind == Kind::video) counters->counts_pictures = true;
    make_outlets(node, made_.back());
    for (const PlannedLink& link : plan.links)
      if (link.to == node) link_nodes(link);
  }
  for (const End& end : ends_) {
    const std::size_t stage = planner_.plan().nodes[end.node].stage;
    link_row(take_outlet(end.node, end.kind, stage), {}, gst::PadPtr(gst_element_get_static_pad(end.element, "sink")),
             stage);
  }
  set_chapters();
}

// -- what else goes with it

void Graph::count(GstPad* pad, std::size_t stage, Kind kind, bool incoming) {
  const bool sink = prepared_.pipeline.stages[stage].traits.role == model::StageRole::sink;
  StageCounters* counters = counters_[stage].get();
  // Sound beside pictures moves things on, but is not what is counted.
  if (counters->counts_pictures && kind == Kind::audio) counters = nullptr;
  add_probe(pad, {counters, activity_.get(), incoming, sink});
}

void Graph::watch_sinks() {
  for (const auto& [stage, element] : elements_) {
    if (prepared_.pipeline.stages[stage].traits.role != model::StageRole::sink || !GST_IS_BIN(element)) continue;
    gst::for_each_element(GST_BIN(element), [this](GstElement* e) {
      for (const GList* at = e->sinkpads; at != nullptr; at = at->next)
        add_probe(GST_PAD(at->data), {nullptr, activity_.get(), true, true});
    });
  }
}

}  // namespace reel::engine
