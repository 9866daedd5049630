#include "reel/engine/blame.hpp"

// Tracers are public, but may change: https://gstreamer.freedesktop.org/documentation/gstreamer/gsttracer.html
#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/gsttracer.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "graph/gst.hpp"

namespace reel::engine {
namespace {

/// Ids of stages, innermost last. Deeper calls than there is room for are only counted.
struct Entered {
  std::array<const char*, 64> stages{};
  std::size_t depth = 0;
};
thread_local Entered entered;

void enter(GstObject* object) {
  if (entered.depth < entered.stages.size())
    entered.stages[entered.depth] = object != nullptr ? gst::stage_id_of(object) : "";
  ++entered.depth;
}

void leave() {
  if (entered.depth > 0) --entered.depth;
}

void before_push(GstTracer*, GstClockTime, GstPad* pad, gpointer) {
  GstPad* const peer = GST_PAD_PEER(pad);
  enter(GST_OBJECT(peer != nullptr ? peer : pad));
}
void after_push(GstTracer*, GstClockTime, GstPad*, int) { leave(); }

void before_change(GstTracer*, GstClockTime, GstElement* element, GstStateChange) { enter(GST_OBJECT(element)); }
void after_change(GstTracer*, GstClockTime, GstElement*, GstStateChange, GstStateChangeReturn) { leave(); }

/// Hooks belong to an object of its kind.
GstTracer* tracer() {
  static const GType type = g_type_register_static_simple(GST_TYPE_TRACER, "ReelStageTracer", sizeof(GstTracerClass),
                                                          nullptr, sizeof(GstTracer), nullptr, GTypeFlags{});
  static auto* const one = GST_TRACER(gst_object_ref_sink(g_object_new(type, nullptr)));
  return one;
}

}  // namespace

void note_stages() {
  const auto hook = [](const char* name, GCallback call) { gst_tracing_register_hook(tracer(), name, call); };
  for (const char* const push : {"pad-push-pre", "pad-push-list-pre", "pad-push-event-pre"})
    hook(push, G_CALLBACK(before_push));
  for (const char* const push : {"pad-push-post", "pad-push-list-post", "pad-push-event-post"})
    hook(push, G_CALLBACK(after_push));
  hook("element-change-state-pre", G_CALLBACK(before_change));
  hook("element-change-state-post", G_CALLBACK(after_change));
}

const char* current_stage() noexcept {
  for (std::size_t i = std::min(entered.depth, entered.stages.size()); i-- > 0;)
    if (entered.stages[i] != nullptr && entered.stages[i][0] != '\0') return entered.stages[i];
  return "";
}

}  // namespace reel::engine
