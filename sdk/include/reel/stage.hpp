/// What all kinds of stages share: how they describe themselves, and the GObject side of it.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "reel/params.hpp"
#include "reel/plugin.h"

namespace reel {

/// What a stage says of itself: `static constexpr reel::StageInfo stage{…};` in each stage's class.
struct StageInfo {
  const char* name;     ///< the element factory, `VENDOR-NAME`; authors write `uses: vendor/name`
  const char* title;    ///< a few words
  const char* summary;  ///< one line
  /// Accepted formats, as in caps: `{ I420, Y444 }` (pictures), `{ F32LE }` (sound).
  const char* formats = nullptr;
  /// How output depends on time: `pointwise`, `window 2 2`, `retime keep=keep`, `whole` (see plugin.h).
  const char* contract = "whole";
  const char* synonyms = nullptr;  ///< `hide,obscure`: words a person may say for it
  /// False where acting on a part of the time makes no sense. A stage that needs to know its ranges has a
  /// member `Ranges during` in Params: it is kept equal to the property, which needs no line in the table.
  bool during = true;
  int max_inputs = 0;     ///< of a join; 0 means any number
  bool two_pass = false;  ///< works better after a pass that measures: REEL_META_TWO_PASS in plugin.h
};

/// What process() and its like get from a stage that has no `Params`.
struct NoParams {};

enum class LogLevel {
  debug = REEL_LOG_DEBUG,
  info = REEL_LOG_INFO,
  warning = REEL_LOG_WARNING,
  error = REEL_LOG_ERROR
};

namespace detail {

/// The host, or null in a plain GStreamer program. One a plugin.
inline const reel_host*& host() {
  static const reel_host* instance = nullptr;
  return instance;
}

template <class Self>
auto params_of() {
  if constexpr (requires { typename Self::Params; })
    return typename Self::Params{};
  else
    return NoParams{};
}
template <class Self>
using ParamsOf = decltype(params_of<Self>());
template <class Self>
constexpr auto table_of() {
  if constexpr (requires { Self::params; })
    return Self::params;
  else
    return std::tuple{};
}

/// `acme-negative` → `AcmeNegative`: names of GTypes carry the vendor's prefix.
inline std::string type_name(const char* factory) {
  std::string name;
  bool upper = true;
  for (const char* c = factory; *c != '\0'; ++c) {
    if (*c == '-') {
      upper = true;
      continue;
    }
    name += upper ? static_cast<char>(g_ascii_toupper(*c)) : *c;
    upper = false;
  }
  return name;
}

/// Runs `body`; what it throws becomes an error of the element and `failed` is returned.
template <class R, class F>
R guarded(gpointer element, R failed, F body) noexcept {
  std::string what;
  try {
    return body();
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
    what = "the stage threw something that is no std::exception";
  }
  GST_ELEMENT_ERROR(element, STREAM, FAILED, ("%s", what.c_str()), ("thrown by the stage"));
  return failed;
}

/// The C++ side of one element.
template <class Self>
struct State {
  using Params = ParamsOf<Self>;
  Params shared{};       ///< as last set; guarded by the object lock
  Ranges shared_during;  ///< likewise
  std::string fault;     ///< the first unreadable property; likewise
  std::atomic<unsigned> version{1};
  Params params{};  ///< the streaming thread's own copy
  Ranges during;
  unsigned seen = 0;
  Self self{};

  /// Takes over what has been set since. Streaming thread. Throws Error if a property could not be read.
  void refresh(gpointer element) {
    if (seen == version.load(std::memory_order_acquire)) return;
    GST_OBJECT_LOCK(element);
    seen = version.load(std::memory_order_relaxed);
    params = shared;
    during = shared_during;
    const std::string problem = fault;
    GST_OBJECT_UNLOCK(element);
    if (!problem.empty()) throw Error(problem);
  }
  bool active_at(Time t) const { return during.empty() || during.contains(t); }
};

template <class Base, class Self>
struct Instance {
  Base base;
  State<Self>* state;
};

/// The GObject class of stage `Self` on top of the C instance struct `Base`.
template <class Base, class Self>
struct Class {
  static inline gpointer parent_class = nullptr;

  static State<Self>& state(gpointer object) { return *reinterpret_cast<Instance<Base, Self>*>(object)->state; }

  /// Makes the type. `class_init` sets the virtual functions, `instance_init` the pads.
  static GType make_type(GType parent, void (*class_init)(gpointer), void (*instance_init)(GstElement*)) {
    static void (*const init_class)(gpointer) = class_init;
    static void (*const init_instance)(GstElement*) = instance_init;
    GTypeQuery query;
    g_type_query(parent, &query);
    GTypeInfo info{};
    info.class_size = static_cast<guint16>(query.class_size);
    info.class_init = [](gpointer klass, gpointer) {
      parent_class = g_type_class_peek_parent(klass);
      install(klass);
      init_class(klass);
    };
    info.instance_size = sizeof(Instance<Base, Self>);
    info.instance_init = [](GTypeInstance* object, gpointer) {
      reinterpret_cast<Instance<Base, Self>*>(object)->state = new State<Self>{};
      if (init_instance != nullptr) init_instance(reinterpret_cast<GstElement*>(object));
    };
    return g_type_register_static(parent, type_name(Self::stage.name).c_str(), &info, GTypeFlags(0));
  }

 private:
  static constexpr auto table = table_of<Self>();
  static constexpr std::size_t count = std::tuple_size_v<std::remove_const_t<decltype(table)>>;
  static constexpr guint during_id = count + 1;

  static void install(gpointer klass) {
    auto* const object = static_cast<GObjectClass*>(klass);
    object->set_property = [](GObject* o, guint id, const GValue* v, GParamSpec*) { set(o, id, v); };
    object->get_property = [](GObject* o, guint id, GValue* v, GParamSpec*) { get(o, id, v); };
    object->finalize = [](GObject* o) {
      delete reinterpret_cast<Instance<Base, Self>*>(o)->state;
      static_cast<GObjectClass*>(parent_class)->finalize(o);
    };
    const ParamsOf<Self> defaults{};
    const std::string owner = type_name(Self::stage.name);
    for (std::size_t i = 0; i < count; ++i)
      with_param(table, i, [&](const auto& p) {
        g_object_class_install_property(object, static_cast<guint>(i + 1), make_spec(p, defaults.*p.member, owner));
      });
    if (Self::stage.during) {
      auto* const spec = g_param_spec_string(
          REEL_PROPERTY_DURING, REEL_PROPERTY_DURING, "Times in which the stage acts; always when empty", "",
          static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
      g_param_spec_set_qdata(spec, g_quark_from_static_string(REEL_QDATA_TYPE), const_cast<char*>("ranges"));
      g_object_class_install_property(object, during_id, spec);
    }
  }

  static void set(GObject* object, guint id, const GValue* value) {
    State<Self>& s = state(object);
    GST_OBJECT_LOCK(object);
    try {
      if (id == during_id)
        set_during(s, value);
      else
        with_param(table, id - 1, [&](const auto& p) { read_value(value, p.name, s.shared.*p.member); });
    } catch (const std::exception& e) {
      if (s.fault.empty()) s.fault = e.what();
    }
    s.version.fetch_add(1, std::memory_order_release);
    [[maybe_unused]] const auto copy = s.shared;
    GST_OBJECT_UNLOCK(object);
    if constexpr (requires { s.self.changed(GST_ELEMENT_CAST(object), copy); })
      guarded(object, false, [&] { return s.self.changed(GST_ELEMENT_CAST(object), copy), true; });
  }

  static void set_during(State<Self>& s, const GValue* value) {
    read_value(value, REEL_PROPERTY_DURING, s.shared_during);
    if constexpr (requires { s.shared.during = s.shared_during; }) s.shared.during = s.shared_during;
  }

  static void get(GObject* object, guint id, GValue* value) {
    State<Self>& s = state(object);
    GST_OBJECT_LOCK(object);
    if (id == during_id)
      write_value(value, s.shared_during);
    else
      with_param(table, id - 1, [&](const auto& p) { write_value(value, s.shared.*p.member); });
    GST_OBJECT_UNLOCK(object);
  }
};

/// Sets an element class's metadata. `klass_text` as in `Filter/Effect/Video`.
template <class Self>
void describe(gpointer klass, const char* klass_text, bool video, bool audio) {
  auto* const element = static_cast<GstElementClass*>(klass);
  const StageInfo& info = Self::stage;
  gst_element_class_set_static_metadata(element, info.title, klass_text, info.summary, "Reelwork SDK");
  if (video) gst_element_class_add_static_metadata(element, REEL_META_VIDEO_CONTRACT, info.contract);
  if (audio) gst_element_class_add_static_metadata(element, REEL_META_AUDIO_CONTRACT, info.contract);
  if (info.synonyms != nullptr) gst_element_class_add_static_metadata(element, REEL_META_SYNONYMS, info.synonyms);
  if (info.max_inputs > 0)
    gst_element_class_add_metadata(element, REEL_META_MAX_INPUTS, std::to_string(info.max_inputs).c_str());
  if (!info.during) gst_element_class_add_static_metadata(element, REEL_META_DURING, "no");
  if (info.two_pass) gst_element_class_add_static_metadata(element, REEL_META_TWO_PASS, "yes");
}

inline void add_pad_template(gpointer klass, const char* name, GstPadDirection direction, GstPadPresence presence,
                             const std::string& caps_text) {
  GstCaps* const caps = gst_caps_from_string(caps_text.c_str());
  gst_element_class_add_pad_template(static_cast<GstElementClass*>(klass),
                                     gst_pad_template_new(name, direction, presence, caps));
  gst_caps_unref(caps);
}

inline std::string video_caps(const char* formats) {
  std::string caps = "video/x-raw";
  if (formats != nullptr) caps += std::string(", format = (string) ") + formats;
  return caps;
}

/// Stream time of a timestamp in a segment: what `during` and keyframes mean.
inline Time stream_time(const GstSegment& segment, GstClockTime timestamp) {
  if (segment.format != GST_FORMAT_TIME) return Time{0};  // raw files: bytes, no times
  const guint64 t = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, timestamp);
  return Time{GST_CLOCK_TIME_IS_VALID(t) ? static_cast<std::int64_t>(t) : 0};
}

}  // namespace detail

/// Writes to the host's log, or to GStreamer's where there is no host. Any thread. `source`: the element that
/// speaks.
inline void log(LogLevel level, const std::string& message, gpointer source = nullptr) {
  const reel_host* const host = detail::host();
  const auto* const table =
      host != nullptr ? static_cast<const reel_host_log*>(host->get_extension(host, REEL_HOST_LOG)) : nullptr;
  if (table != nullptr)
    table->write(host, static_cast<reel_log_level>(level), static_cast<GstObject*>(source), message.c_str());
  else if (level >= LogLevel::warning)
    GST_CAT_LEVEL_LOG(GST_CAT_DEFAULT, level == LogLevel::error ? GST_LEVEL_ERROR : GST_LEVEL_WARNING,
                      static_cast<GObject*>(source), "%s", message.c_str());
}

/// Figures of a single frame, for the report of the run (REEL_MESSAGE_FRAME). Any thread. `time`: stream time, as in `during`;
/// `figures`: at most 16, with names as `confidence`.
inline void note_frame(GstElement* e, Time time, std::initializer_list<std::pair<const char*, double>> figures) {
  GstStructure* const said =
      gst_structure_new(REEL_MESSAGE_FRAME, "time", G_TYPE_UINT64, static_cast<guint64>(time.count()), nullptr);
  for (const auto& [name, value] : figures) gst_structure_set(said, name, G_TYPE_DOUBLE, value, nullptr);
  gst_element_post_message(e, gst_message_new_element(GST_OBJECT(e), said));
}

}  // namespace reel
