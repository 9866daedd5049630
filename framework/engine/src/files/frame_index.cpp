#include <algorithm>

#include "files/av.hpp"
#include "files/packet_tables.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/engine/probe.hpp"

namespace reel::engine {
namespace {

struct Picture {
  base::Time time{0};
  base::Time end{0};  ///< the same as `time` where the packet does not say how long it lasts
  bool key = false;
};

std::vector<Picture> read_pictures(AVFormatContext* input, const AVStream* stream, base::Time origin) {
  std::vector<Picture> pictures;
  const AVRational step = stream->avg_frame_rate.num > 0 ? av_inv_q(stream->avg_frame_rate) : AVRational{1, 25};
  const av::Packet packet(av_packet_alloc());
  while (av::read(input, packet.get())) {
    // Packets that an edit list takes out are decoded, but never shown.
    const bool shown = packet->stream_index == stream->index && (packet->flags & AV_PKT_FLAG_DISCARD) == 0;
    if (shown) {
      const std::int64_t ticks = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
      // A raw stream has no times at all: its pictures come one after another.
      const bool timed = ticks != AV_NOPTS_VALUE;
      const std::int64_t at = timed ? ticks : static_cast<std::int64_t>(pictures.size());
      const auto time = [&](std::int64_t t) {
        return timed ? av::to_time(t, stream->time_base) - origin : av::to_time(t, step);
      };
      pictures.push_back({time(at), time(at + (timed ? packet->duration : 1)), (packet->flags & AV_PKT_FLAG_KEY) != 0});
    }
    av_packet_unref(packet.get());
  }
  std::ranges::stable_sort(pictures, {}, &Picture::time);
  return pictures;
}

base::Time end_of(const std::vector<Picture>& pictures) {
  const Picture& last = pictures.back();
  if (last.end > last.time) return last.end;
  const base::Time before = pictures.size() > 1 ? pictures[pictures.size() - 2].time : last.time;
  return last.time + std::max(last.time - before, base::Time{1});
}

}  // namespace

model::FrameIndex index_frames(const std::string& uri) {
  const av::Input input = av::open(uri);
  const AVStream* const stream = av::default_stream(input.get(), AVMEDIA_TYPE_VIDEO);
  if (stream == nullptr)
    throw base::InputError("'" + base::printable(uri) + "' has no picture, so its frames cannot be counted",
                           "write times instead of frame numbers: 5:00, 90s");
  const av::Input tables = av::open_tables(input.get(), uri);
  AVFormatContext* const packets = tables ? tables.get() : input.get();
  av::read_only(packets, stream->index);
  const auto pictures = read_pictures(packets, stream, av::media_start(input.get()));
  if (pictures.empty()) throw base::InputError("'" + base::printable(uri) + "' holds no picture that can be read");
  model::FrameIndex index;
  for (const Picture& p : pictures) {
    index.times.push_back(p.time);
    index.keyframes.push_back(p.key);
  }
  index.end = end_of(pictures);
  return index;
}

}  // namespace reel::engine
