#include "splice/packet_watch.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace reel::engine {
namespace {

using base::Time;

/// Containers and demuxers round, each a little.
constexpr Time clock_rounding = std::chrono::microseconds(60);

struct Known {
  Time time{0};
  std::size_t bytes = 0;
};

bool parses_pictures(GstElement* element) {
  GstElementFactory* const factory = gst_element_get_factory(element);
  const gchar* const klass =
      factory == nullptr ? nullptr : gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS);
  const std::string_view name = klass == nullptr ? "" : klass;
  return name.find("Parser") != name.npos && name.find("Video") != name.npos;
}

}  // namespace

struct PacketWatch::State {
  int source = 0;              ///< the stage; others may play files beside it
  std::vector<Known> packets;  ///< in order of display
  Known first;                 ///< in order of decoding
  std::optional<Time> origin;  ///< the index's 0 on the demuxer's clock. Of the thread that demuxes
  Known entry;
  std::atomic<bool> off = true;  ///< nothing was compared so far, or it cannot be
  std::atomic<bool> entered = false, strayed = false;

  void look(GstBuffer* buffer) {
    if (!GST_BUFFER_PTS_IS_VALID(buffer)) return;
    // Not the time of its segment: the demuxer for Matroska changes that on the way.
    const Time time{static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))};
    const std::size_t bytes = gst_buffer_get_size(buffer);
    if (!origin) {
      origin = time - first.time;
      off = bytes != first.bytes;
    }
    if (off) return;
    const Known came{time - *origin, bytes};
    if (!has(came)) strayed = true;
    if (same(came, entry)) entered = true;
  }

  static bool same(const Known& a, const Known& b) {
    return std::chrono::abs(a.time - b.time) <= clock_rounding && a.bytes == b.bytes;
  }
  bool has(const Known& came) const {
    const auto found = std::ranges::lower_bound(packets, came.time - clock_rounding, {}, &Known::time);
    return found != packets.end() && same(*found, came);
  }

  static GstPadProbeReturn on_packet(GstPad*, GstPadProbeInfo* info, gpointer state) {
    State& self = **static_cast<std::shared_ptr<State>*>(state);
    if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0)
      self.look(GST_PAD_PROBE_INFO_BUFFER(info));
    else
      self.entered = false;
    return GST_PAD_PROBE_OK;
  }
  static void on_element(GstBin*, GstBin*, GstElement* element, gpointer state) {
    const int source = (*static_cast<std::shared_ptr<State>*>(state))->source;
    if (!parses_pictures(element) || gst::stage_of(GST_OBJECT(element)) != source) return;
    const gst::PadPtr pad(gst_element_get_static_pad(element, "sink"));
    if (!pad) return;
    constexpr auto what = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_FLUSH);
    gst_pad_add_probe(pad.get(), what, on_packet,
                      new std::shared_ptr<State>(*static_cast<std::shared_ptr<State>*>(state)),
                      [](gpointer kept) { delete static_cast<std::shared_ptr<State>*>(kept); });
  }
};

PacketWatch::PacketWatch(GstElement* pipeline, std::size_t source, const model::MediaIndex& index, std::size_t entry)
    : state_(std::make_shared<State>()), pipeline_(gst::shared(pipeline)) {
  state_->source = static_cast<int>(source);
  for (const model::IndexedPacket& p : index.packets) state_->packets.push_back({p.time, p.bytes});
  if (state_->packets.empty()) return;
  state_->first = state_->packets.front();
  state_->entry = state_->packets[entry];
  std::ranges::sort(state_->packets, {}, &Known::time);
  handler_ = g_signal_connect_data(
      pipeline, "deep-element-added", G_CALLBACK(State::on_element), new std::shared_ptr<State>(state_),
      [](gpointer kept, GClosure*) { delete static_cast<std::shared_ptr<State>*>(kept); }, GConnectFlags{});
}

PacketWatch::~PacketWatch() {
  if (handler_ != 0) g_signal_handler_disconnect(pipeline_.get(), handler_);
}

bool PacketWatch::strayed() const { return !state_->off && (state_->strayed || !state_->entered); }

}  // namespace reel::engine
