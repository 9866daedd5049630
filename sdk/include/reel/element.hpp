/// Stages that VideoFilter, AudioFilter, the sources and the sinks cannot express: PadStage sees pads and
/// buffers itself (joins, changes of the clock, pictures and sound in one), BinStage is made of other
/// elements. Here you are close to GStreamer: its rules of threads and ownership hold.
#pragma once

#include <gst/gst.h>

#include <array>
#include <string>
#include <string_view>

#include "reel/handles.hpp"
#include "reel/stage.hpp"

namespace reel {

/// A pad template of a stage.
struct PadInfo {
  const char* name;  ///< `sink`, `video_src`, `video_sink_%u`: see plugin.h
  GstPadDirection direction;
  GstPadPresence presence;
  const char* caps;
};

namespace detail {

/// Kinds of media that pads touch, by their names and caps.
template <std::size_t N>
constexpr bool touches(const std::array<PadInfo, N>& pads, std::string_view caps_prefix) {
  return std::ranges::any_of(pads, [&](const PadInfo& p) { return std::string_view(p.caps).starts_with(caps_prefix); });
}

template <class Self>
void describe_pads(gpointer klass) {
  const bool video = touches(Self::pads, "video"), audio = touches(Self::pads, "audio");
  constexpr bool sinks = std::ranges::any_of(Self::pads, [](auto& p) { return p.direction == GST_PAD_SINK; });
  constexpr bool sources = std::ranges::any_of(Self::pads, [](auto& p) { return p.direction == GST_PAD_SRC; });
  const std::string text = std::string(!sinks     ? "Source"
                                       : !sources ? "Sink"
                                                  : "Filter/Effect") +
                           (video ? "/Video" : "") + (audio ? "/Audio" : "");
  describe<Self>(klass, g_intern_string(text.c_str()), video, audio);
  for (const PadInfo& p : Self::pads) add_pad_template(klass, p.name, p.direction, p.presence, p.caps);
}

template <class Self>
struct PadStageClass : Class<GstElement, Self> {
  using Base = Class<GstElement, Self>;
  using Params = ParamsOf<Self>;

  static GType type() {
    static const GType made = Base::make_type(GST_TYPE_ELEMENT, class_init, instance_init);
    return made;
  }

 private:
  static void class_init(gpointer klass) {
    describe_pads<Self>(klass);
    auto* const element = static_cast<GstElementClass*>(klass);
    element->change_state = change_state;
    element->request_new_pad = request_new_pad;
    element->release_pad = [](GstElement* e, GstPad* pad) {
      auto& s = Base::state(e);
      if constexpr (requires { s.self.pad_removed(e, pad); }) s.self.pad_removed(e, pad);
      gst_pad_set_active(pad, FALSE);
      gst_element_remove_pad(e, pad);
    };
  }

  static void instance_init(GstElement* e) {
    for (const PadInfo& p : Self::pads)
      if (p.presence == GST_PAD_ALWAYS) add_pad(e, template_of(e, p.name), p.name);
  }

  static GstPadTemplate* template_of(GstElement* e, const char* name) {
    return gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(e), name);
  }

  static GstPad* add_pad(GstElement* e, GstPadTemplate* made_from, const char* name) {
    GstPad* const pad = gst_pad_new_from_template(made_from, name);
    if (GST_PAD_IS_SINK(pad)) gst_pad_set_chain_function(pad, chain);
    gst_pad_set_event_function(pad, event);
    gst_pad_set_query_function(pad, query);
    // Unless the stage says otherwise, both sides of a stage have the same format.
    if (GST_PAD_IS_SRC(pad) || !is_side_input(name)) GST_PAD_SET_PROXY_CAPS(pad);
    gst_pad_set_iterate_internal_links_function(pad, internal_links);
    gst_element_add_pad(e, pad);
    return pad;
  }

  static bool is_side_input(std::string_view name) {
    const auto at = name.rfind("sink");
    return at != std::string_view::npos && name.size() > at + 4 && name.substr(at + 4) != "_0";
  }

  /// `video_sink`, `video_sink_0` and `video_src` belong together, as do `sink` and `src`; further inputs of
  /// a join stand alone.
  static GstIterator* internal_links(GstPad* pad, GstObject* parent) {
    std::string name = GST_PAD_NAME(pad);
    if (GST_PAD_IS_SRC(pad)) {
      name.replace(name.rfind("src"), 3, "sink");
    } else {
      if (is_side_input(name)) return nullptr;
      name = name.substr(0, name.rfind("sink")) + "src";
    }
    GstElement* const e = GST_ELEMENT(parent);
    GstPad* other = gst_element_get_static_pad(e, name.c_str());
    if (other == nullptr) other = gst_element_get_static_pad(e, (name + "_0").c_str());
    if (other == nullptr) return nullptr;
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_PAD);
    g_value_take_object(&value, other);
    GstIterator* const links = gst_iterator_new_single(GST_TYPE_PAD, &value);
    g_value_unset(&value);
    return links;
  }

 public:
  static Params snapshot(GstElement* e) {
    auto& s = Base::state(e);
    GST_OBJECT_LOCK(e);
    Params copy = s.shared;
    const std::string problem = s.fault;
    GST_OBJECT_UNLOCK(e);
    if (!problem.empty()) throw Error(problem);
    return copy;
  }

 private:
  static GstFlowReturn chain(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
    GstElement* const e = GST_ELEMENT(parent);
    auto& s = Base::state(e);
    BufferPtr owned(buffer);
    return guarded(e, GST_FLOW_ERROR, [&] {
      const Params params = snapshot(e);
      return s.self.chain(e, pad, owned.release(), params);
    });
  }

  static gboolean event(GstPad* pad, GstObject* parent, GstEvent* event) {
    GstElement* const e = GST_ELEMENT(parent);
    auto& s = Base::state(e);
    if constexpr (requires { s.self.event(e, pad, event, Params{}); }) {
      EventPtr owned(event);
      return guarded(e, FALSE, [&] {
        const Params params = snapshot(e);
        return s.self.event(e, pad, owned.release(), params) ? TRUE : FALSE;
      });
    } else
      return gst_pad_event_default(pad, parent, event);
  }

  static gboolean query(GstPad* pad, GstObject* parent, GstQuery* query) {
    GstElement* const e = GST_ELEMENT(parent);
    auto& s = Base::state(e);
    if constexpr (requires { s.self.query(e, pad, query, Params{}); })
      return guarded(e, FALSE, [&] { return s.self.query(e, pad, query, snapshot(e)) ? TRUE : FALSE; });
    else
      return gst_pad_query_default(pad, parent, query);
  }

  /// `video_sink_%u` → `video_sink_0`, or the first after it that no pad has.
  static std::string free_name(GstElement* e, std::string_view pattern) {
    const std::string stem(pattern.substr(0, pattern.find('%')));
    for (unsigned n = 0;; ++n) {
      std::string name = stem + std::to_string(n);
      GstPad* const taken = gst_element_get_static_pad(e, name.c_str());
      if (taken == nullptr) return name;
      gst_object_unref(taken);
    }
  }

  static GstPad* request_new_pad(GstElement* e, GstPadTemplate* made_from, const gchar* name, const GstCaps*) {
    auto& s = Base::state(e);
    const std::string given = name != nullptr ? name : free_name(e, GST_PAD_TEMPLATE_NAME_TEMPLATE(made_from));
    GstPad* const pad = add_pad(e, made_from, given.c_str());
    if constexpr (requires { s.self.pad_added(e, pad); }) s.self.pad_added(e, pad);
    return pad;
  }

  static GstStateChangeReturn change_state(GstElement* e, GstStateChange change) {
    auto& s = Base::state(e);
    if (change == GST_STATE_CHANGE_READY_TO_PAUSED) {
      if constexpr (requires { s.self.start(e, Params{}); })
        if (!guarded(e, false, [&] { return s.self.start(e, snapshot(e)), true; })) return GST_STATE_CHANGE_FAILURE;
    } else if (change == GST_STATE_CHANGE_PAUSED_TO_READY) {
      if constexpr (requires { s.self.unlock(e); }) s.self.unlock(e);
    }
    const auto result = static_cast<GstElementClass*>(Base::parent_class)->change_state(e, change);
    if (change == GST_STATE_CHANGE_PAUSED_TO_READY) {
      if constexpr (requires { s.self.stop(e); }) s.self.stop(e);
    }
    return result;
  }
};

template <class Self>
struct BinStageClass : Class<GstBin, Self> {
  using Base = Class<GstBin, Self>;
  using Params = ParamsOf<Self>;

  static GType type() {
    static const GType made = Base::make_type(GST_TYPE_BIN, class_init, instance_init);
    return made;
  }

 private:
  static void class_init(gpointer klass) {
    describe_pads<Self>(klass);
    auto* const element = static_cast<GstElementClass*>(klass);
    element->change_state = change_state;
    constexpr bool is_source = std::ranges::none_of(Self::pads, [](auto& p) { return p.direction == GST_PAD_SINK; });
    if constexpr (is_source) element->send_event = send_event;
    if constexpr (requires(Self s, GstBin * b, GstPadTemplate * t, const char* n) { s.request_pad(b, t, n); }) {
      element->request_new_pad = [](GstElement* e, GstPadTemplate* t, const gchar* name, const GstCaps*) -> GstPad* {
        return guarded(e, static_cast<GstPad*>(nullptr),
                       [&] { return Base::state(e).self.request_pad(GST_BIN(e), t, name); });
      };
      element->release_pad = [](GstElement* e, GstPad* pad) { gst_element_remove_pad(e, pad); };
    }
    if constexpr (requires(Self s, GstBin * b, GstMessage * m) { s.message(b, m); })
      static_cast<GstBinClass*>(klass)->handle_message = [](GstBin* b, GstMessage* m) {
        const bool pass = guarded(b, true, [&] { return Base::state(b).self.message(b, m); });
        if (pass)
          static_cast<GstBinClass*>(Base::parent_class)->handle_message(b, m);
        else
          gst_message_unref(m);
      };
  }

  /// A bin gives what goes upstream to the sinks in it. A source has none: its first pad takes it.
  static gboolean send_event(GstElement* e, GstEvent* event) {
    GST_OBJECT_LOCK(e);
    const PadPtr pad(e->srcpads != nullptr ? GST_PAD(gst_object_ref(e->srcpads->data)) : nullptr);
    GST_OBJECT_UNLOCK(e);
    if (pad && !GST_EVENT_IS_DOWNSTREAM(event)) return gst_pad_send_event(pad.get(), event);
    return static_cast<GstElementClass*>(Base::parent_class)->send_event(e, event);
  }

  static void instance_init(GstElement* e) {
    auto& s = Base::state(e);
    if constexpr (requires { s.self.build(GST_BIN(e)); })
      guarded(e, false, [&] { return s.self.build(GST_BIN(e)), true; });
  }

  static GstStateChangeReturn change_state(GstElement* e, GstStateChange change) {
    auto& s = Base::state(e);
    if (change == GST_STATE_CHANGE_NULL_TO_READY) {
      const bool good = guarded(e, false, [&] {
        s.seen = 0;
        s.refresh(e);
        if constexpr (requires { s.self.prepare(GST_BIN(e), s.params); }) s.self.prepare(GST_BIN(e), s.params);
        return true;
      });
      if (!good) return GST_STATE_CHANGE_FAILURE;
    }
    const auto result = static_cast<GstElementClass*>(Base::parent_class)->change_state(e, change);
    if (change == GST_STATE_CHANGE_READY_TO_NULL) {
      if constexpr (requires { s.self.cleanup(GST_BIN(e)); })
        guarded(e, false, [&] { return s.self.cleanup(GST_BIN(e)), true; });
    }
    return result;
  }
};

}  // namespace detail

/// A stage with pads of its own. `Self` gives `stage`, `static constexpr std::array pads{reel::PadInfo{…},
/// …}`, perhaps `Params` and `params`, and
///
///   GstFlowReturn chain(GstElement*, GstPad* sink, GstBuffer* owned, const Params&)
///
/// called on each input's own streaming thread, so guard what inputs share. If it needs them:
///
///   bool event(GstElement*, GstPad*, GstEvent* owned, const Params&)
///   bool query(GstElement*, GstPad*, GstQuery*, const Params&)
///   void pad_added(GstElement*, GstPad*), void pad_removed(GstElement*, GstPad*)   request pads
///   void start(GstElement*, const Params&)   before data flow
///   void unlock(GstElement*)                 data flow is to end: wake whatever chain() waits for
///   void stop(GstElement*)                   after data flow
///
/// Keyframes reach a PadStage where it asks for them: `params_at(element, time)`. What `during` means is the
/// stage's own affair too: `Ranges during` in its Params holds it.
template <class Self>
class PadStage {
 public:
  /// The parameters at a moment of the stage's input timeline, keyframes applied. Any thread, but for one
  /// moment at a time. Throws Error if a property could not be read.
  static auto params_at(GstElement* element, Time time) {
    gst_object_sync_values(GST_OBJECT(element), static_cast<GstClockTime>(time.count()));
    return detail::PadStageClass<Self>::snapshot(element);
  }
  static bool register_stage(GstPlugin* plugin) {
    return gst_element_register(plugin, Self::stage.name, GST_RANK_NONE, detail::PadStageClass<Self>::type()) != FALSE;
  }
};

/// A stage made of other elements. `Self` gives `stage`, `pads` as for PadStage, perhaps `Params` and
/// `params`, and of
///
///   void build(GstBin*)                       on creation: children and ghost pads that never change
///   void prepare(GstBin*, const Params&)      before READY: what depends on parameters
///   void changed(GstElement*, const Params&)  whenever a property was set
///   GstPad* request_pad(GstBin*, GstPadTemplate*, const char* name)
///   bool message(GstBin*, GstMessage*)        false swallows a message of the children
///   void cleanup(GstBin*)                     after NULL
///
/// those that it needs. Keyframes do not reach children by themselves.
template <class Self>
class BinStage {
 public:
  static bool register_stage(GstPlugin* plugin) {
    return gst_element_register(plugin, Self::stage.name, GST_RANK_NONE, detail::BinStageClass<Self>::type()) != FALSE;
  }
};

/// Makes an element. Throws Error that names the missing one.
inline GstElement* make_element(const char* factory, const char* name = nullptr) {
  GstElement* const element = gst_element_factory_make(factory, name);
  if (element == nullptr) throw Error(std::string("the GStreamer element '") + factory + "' is not installed");
  return element;
}

}  // namespace reel
