/// Stages that take sound and give sound.
#pragma once

#include <gst/audio/gstaudiofilter.h>

#include <algorithm>
#include <vector>

#include "reel/frame.hpp"
#include "reel/stage.hpp"

namespace reel {

using AudioFormat = GstAudioInfo;

namespace detail {

template <class Self>
struct AudioFilterClass : Class<GstAudioFilter, Self> {
  using Base = Class<GstAudioFilter, Self>;
  /// Keyframed parameters move on in steps of this many samples a channel at most (5 ms at 48 kHz).
  static constexpr std::size_t step = 240;
  /// At the ends of `during`, sound goes over from dry to wet within this time, so that nothing clicks.
  static constexpr Time edge = std::chrono::milliseconds(5);

  static GType type() {
    static const GType made = Base::make_type(GST_TYPE_AUDIO_FILTER, class_init, nullptr);
    return made;
  }

  static void class_init(gpointer klass) {
    describe<Self>(klass, "Filter/Effect/Audio", false, true);
    const char* const caps = "audio/x-raw, format = (string) " GST_AUDIO_NE(F32) ", layout = (string) interleaved";
    add_pad_template(klass, "sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps);
    add_pad_template(klass, "src", GST_PAD_SRC, GST_PAD_ALWAYS, caps);
    auto* const transform = static_cast<GstBaseTransformClass*>(klass);
    transform->start = [](GstBaseTransform* t) -> gboolean {
      auto& s = Base::state(t);
      return guarded(t, FALSE, [&] {
        s.seen = 0;
        s.refresh(t);
        if constexpr (requires { s.self.start(s.params); }) s.self.start(s.params);
        return TRUE;
      });
    };
    transform->stop = [](GstBaseTransform* t) -> gboolean {
      auto& s = Base::state(t);
      return guarded(t, FALSE, [&] {
        if constexpr (requires { s.self.stop(); }) s.self.stop();
        return TRUE;
      });
    };
    transform->transform_ip = transform_ip;
    static_cast<GstAudioFilterClass*>(klass)->setup = [](GstAudioFilter* f, const GstAudioInfo* info) -> gboolean {
      auto& s = Base::state(f);
      return guarded(f, FALSE, [&] {
        s.refresh(f);
        if constexpr (requires { s.self.format(*info, s.params); }) s.self.format(*info, s.params);
        return TRUE;
      });
    };
  }

 private:
  static GstFlowReturn transform_ip(GstBaseTransform* t, GstBuffer* buffer) {
    const GstAudioInfo& info = *GST_AUDIO_FILTER_INFO(t);
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READWRITE) == FALSE) return GST_FLOW_ERROR;
    const auto flow = guarded(t, GST_FLOW_ERROR, [&] {
      const AudioBlock all{reinterpret_cast<float*>(map.data), map.size / static_cast<std::size_t>(info.bpf),
                           info.channels, info.rate, stream_time(t->segment, GST_BUFFER_PTS(buffer))};
      const bool animated = gst_object_has_active_control_bindings(GST_OBJECT(t)) != FALSE;
      const std::size_t size = animated ? step : all.frames();
      for (std::size_t at = 0; at < all.frames(); at += size) run(t, part(all, at, std::min(at + size, all.frames())));
      return GST_FLOW_OK;
    });
    gst_buffer_unmap(buffer, &map);
    return flow;
  }

  static AudioBlock part(const AudioBlock& all, std::size_t from, std::size_t to) {
    return {&all.at(from, 0), to - from, all.channels(), all.rate(), all.time_of(from)};
  }

  /// Hands the stage those parts of the block that lie in `during`.
  static void run(GstBaseTransform* t, const AudioBlock& block) {
    auto& s = Base::state(t);
    gst_object_sync_values(GST_OBJECT(t), static_cast<GstClockTime>(block.time().count()));
    s.refresh(t);
    if (s.during.empty()) {
      AudioBlock whole = block;
      s.self.process(whole, s.params);
      return;
    }
    const Time end = block.time_of(block.frames());
    for (const TimeRange& range : s.during) {
      if (range.end <= block.time() || end <= range.begin) continue;
      const std::size_t from = frame_at(block, range.begin), to = frame_at(block, range.end);
      if (from < to) run_in(s, part(block, from, to), range);
    }
  }

  static std::size_t frame_at(const AudioBlock& block, Time t) {
    if (t <= block.time()) return 0;
    const double frames = to_seconds(std::min(t, block.time_of(block.frames())) - block.time()) * block.rate();
    return std::min(block.frames(), static_cast<std::size_t>(std::ceil(frames - 1e-3)));
  }

  static void run_in(State<Self>& s, AudioBlock block, const TimeRange& range) {
    const bool at_edge = block.time() < range.begin + edge ||
                         (range.end != Time::max() && range.end - edge < block.time_of(block.frames()));
    std::vector<float> dry;
    if (at_edge) dry.assign(block.samples().begin(), block.samples().end());
    s.self.process(block, s.params);
    if (!at_edge) return;
    for (std::size_t i = 0; i < block.frames(); ++i) {
      const Time time = block.time_of(i);
      // An edge at the very start of the media is no edge: there is nothing dry before it.
      const Time since = range.begin == Time{0} ? edge : time - range.begin;
      const Time left = range.end == Time::max() ? edge : range.end - time;
      const float wet = static_cast<float>(std::clamp(to_seconds(std::min(since, left)) / to_seconds(edge), 0.0, 1.0));
      for (int c = 0; c < block.channels(); ++c) {
        float& sample = block.at(i, c);
        const float before = dry[i * static_cast<std::size_t>(block.channels()) + static_cast<std::size_t>(c)];
        sample = before + wet * (sample - before);
      }
    }
  }
};

}  // namespace detail

/// A stage for sound. `Self` gives `stage`, perhaps `Params` and `params`, and
///
///   void process(AudioBlock& block, const Params&)
///
/// which works in place on 32 bit float, and, if it needs them, `format(const AudioFormat&, const Params&)`,
/// `start(const Params&)`, `stop()`. All on one streaming thread at a time; they may throw.
template <class Self>
class AudioFilter {
 public:
  static bool register_stage(GstPlugin* plugin) {
    static_assert(
        requires(Self s, AudioBlock & b, const detail::ParamsOf<Self>& p) { s.process(b, p); },
        "an AudioFilter needs process(AudioBlock&, const Params&)");
    return gst_element_register(plugin, Self::stage.name, GST_RANK_NONE, detail::AudioFilterClass<Self>::type()) !=
           FALSE;
  }
};

}  // namespace reel
