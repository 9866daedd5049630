/// Runs GStreamer graphs in tests: what the test makes goes in by `appsrc`, what comes out by `appsink` is
/// kept.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <reel/sdk.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace reel::testing {

/// Makes the stages of a plugin known to GStreamer. `name`: the path of its library, or NAME for one of
/// Reelwork's own, `reel-NAME.so` in the build folder that the environment names as REEL_BUILD_DIR.
inline void load_plugin(const std::string& name) {
  gst_init(nullptr, nullptr);
  const char* const build = std::getenv("REEL_BUILD_DIR");
  const bool is_path = name.find('/') != std::string::npos || name.ends_with(".so");
  const std::string path =
      is_path ? name : std::string(build != nullptr ? build : ".") + "/lib/reelwork/plugins/reel-" + name + ".so";
  GError* error = nullptr;
  GstPlugin* const plugin = gst_plugin_load_file(path.c_str(), &error);
  if (plugin == nullptr) {
    const std::string what = error != nullptr ? error->message : path;
    g_clear_error(&error);
    throw std::runtime_error("cannot load " + path + ": " + what);
  }
  gst_object_unref(plugin);
}

/// A buffer that holds a copy of `data`. A time below 0 is none.
inline BufferPtr make_buffer(const void* data, std::size_t size, Time pts, Time duration) {
  GstBuffer* const b = gst_buffer_new_allocate(nullptr, size, nullptr);
  gst_buffer_fill(b, 0, data, size);
  const auto clock = [](Time t) { return t < Time{0} ? GST_CLOCK_TIME_NONE : static_cast<GstClockTime>(t.count()); };
  GST_BUFFER_PTS(b) = clock(pts);
  GST_BUFFER_DURATION(b) = clock(duration);
  return BufferPtr(b);
}

inline Time pts(const BufferPtr& b) { return Time{static_cast<std::int64_t>(GST_BUFFER_PTS(b.get()))}; }
inline Time duration(const BufferPtr& b) { return Time{static_cast<std::int64_t>(GST_BUFFER_DURATION(b.get()))}; }

template <class T = std::uint8_t>
std::vector<T> contents(const BufferPtr& b) {
  std::vector<T> data(gst_buffer_get_size(b.get()) / sizeof(T));
  gst_buffer_extract(b.get(), 0, data.data(), data.size() * sizeof(T));
  return data;
}

/// What left the graph by one appsink.
struct Output {
  std::vector<BufferPtr> buffers;
  std::string caps;
  GstSegment segment{};

  /// All samples of all buffers in a row.
  template <class T>
  std::vector<T> samples() const {
    std::vector<T> all;
    for (const BufferPtr& b : buffers) {
      const auto part = contents<T>(b);
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
};

/// One run of a graph in gst-launch syntax. `appsrc name=X` is fed with push("X", …) before run(); `appsink
/// name=Y` is collected. Throws std::runtime_error with the message of the first error.
class Graph {
 public:
  explicit Graph(const std::string& launch) {
    GError* error = nullptr;
    pipeline_ = gst_parse_launch(launch.c_str(), &error);
    if (error != nullptr) {
      const std::string what = error->message;
      g_clear_error(&error);
      if (pipeline_ != nullptr) gst_object_unref(pipeline_);
      throw std::runtime_error(launch + ": " + what);
    }
    for_each([this](GstElement* e) { prepare(e); });
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
  }

  GstElement* pipeline() const { return pipeline_; }
  ElementPtr element(const char* name) const {
    ElementPtr e(gst_bin_get_by_name(GST_BIN(pipeline_), name));
    if (e == nullptr) throw std::runtime_error(std::string("no element is named ") + name);
    return e;
  }

  /// The element that an element's only source pad is linked to.
  ElementPtr after(GstElement* element) const {
    const PadPtr pad(gst_element_get_static_pad(element, "src"));
    const PadPtr peer(gst_pad_get_peer(pad.get()));
    return ElementPtr(gst_pad_get_parent_element(peer.get()));
  }

  /// Queues a buffer for an appsrc.
  void push(const std::string& source, BufferPtr buffer) { inputs_[source].push_back(std::move(buffer)); }

  /// Plays to the end of all streams; every appsrc ends after what was pushed.
  void run(Time timeout = std::chrono::seconds(60)) {
    gst_element_set_state(pipeline_, GST_STATE_PAUSED);  // an appsrc takes nothing before
    for_each([this](GstElement* e) { feed(e); });
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
    wait(timeout);
  }

  /// Waits for the end of a run; messages of elements are kept.
  void wait(Time timeout) {
    GstBus* const bus = gst_element_get_bus(pipeline_);
    const auto types = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);
    std::string fault = "the graph did not end in time";
    while (GstMessage* const m = gst_bus_timed_pop_filtered(bus, static_cast<GstClockTime>(timeout.count()), types)) {
      if (GST_MESSAGE_TYPE(m) == GST_MESSAGE_ELEMENT) {
        const GstStructure* const s = gst_message_get_structure(m);
        messages[gst_structure_get_name(s)] = text_of(s);
        gst_message_unref(m);
        continue;
      }
      fault = GST_MESSAGE_TYPE(m) == GST_MESSAGE_EOS ? "" : error_of(m);
      gst_message_unref(m);
      break;
    }
    gst_object_unref(bus);
    if (!fault.empty()) throw std::runtime_error(fault);
    for_each([this](GstElement* e) { collect(e); });
    gst_element_set_state(pipeline_, GST_STATE_NULL);
  }

  Output& output(const std::string& sink) { return outputs_[sink]; }

  std::map<std::string, std::string> messages;  ///< element messages by name, as text

 private:
  template <class F>
  void for_each(F f) {
    GstIterator* const it = gst_bin_iterate_elements(GST_BIN(pipeline_));
    GValue value = G_VALUE_INIT;
    while (gst_iterator_next(it, &value) == GST_ITERATOR_OK) {
      f(GST_ELEMENT(g_value_get_object(&value)));
      g_value_reset(&value);
    }
    g_value_unset(&value);
    gst_iterator_free(it);
  }

  static void prepare(GstElement* e) {
    if (GST_IS_APP_SRC(e)) g_object_set(e, "format", GST_FORMAT_TIME, "max-bytes", guint64{0}, nullptr);
    if (GST_IS_APP_SINK(e)) g_object_set(e, "sync", FALSE, "wait-on-eos", FALSE, nullptr);
  }

  static std::string name_of(GstElement* e) {
    gchar* const name = gst_element_get_name(e);
    std::string copy = name;
    g_free(name);
    return copy;
  }

  void feed(GstElement* e) {
    if (!GST_IS_APP_SRC(e)) return;
    for (BufferPtr& b : inputs_[name_of(e)]) gst_app_src_push_buffer(GST_APP_SRC(e), b.release());
    inputs_.erase(name_of(e));
    gst_app_src_end_of_stream(GST_APP_SRC(e));
  }

  void collect(GstElement* e) {
    if (!GST_IS_APP_SINK(e)) return;
    Output& out = outputs_[name_of(e)];
    while (GstSample* const sample = gst_app_sink_try_pull_sample(GST_APP_SINK(e), 0)) {
      out.buffers.emplace_back(gst_buffer_ref(gst_sample_get_buffer(sample)));
      out.segment = *gst_sample_get_segment(sample);
      gchar* const caps = gst_caps_to_string(gst_sample_get_caps(sample));
      out.caps = caps;
      g_free(caps);
      gst_sample_unref(sample);
    }
  }

  static std::string text_of(const GstStructure* s) {
    gchar* const text = gst_structure_to_string(s);
    std::string result = text;
    g_free(text);
    return result;
  }
  static std::string error_of(GstMessage* m) {
    GError* error = nullptr;
    gst_message_parse_error(m, &error, nullptr);
    std::string what = error->message;
    g_clear_error(&error);
    return what;
  }

  GstElement* pipeline_ = nullptr;
  std::map<std::string, std::vector<BufferPtr>> inputs_;
  std::map<std::string, Output> outputs_;
};

}  // namespace reel::testing
