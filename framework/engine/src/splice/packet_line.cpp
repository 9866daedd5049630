#include "splice/packet_line.hpp"

#include <utility>

namespace reel::engine {

void PacketLine::add(av::Input file, base::Time shift) {
  File added{.input = std::move(file), .shift = shift};
  added.packet.reset(av_packet_alloc());
  files_.push_back(std::move(added));
}

void PacketLine::take(std::size_t file, int stream, int as) { files_[file].taken[stream] = as; }

base::Time PacketLine::time_of(const File& file) {
  const AVPacket& p = *file.packet;
  const std::int64_t ticks = p.dts != AV_NOPTS_VALUE ? p.dts : p.pts;
  return ticks == AV_NOPTS_VALUE ? base::Time::min()
                                 : av::to_time(ticks, file.input->streams[p.stream_index]->time_base) + file.shift;
}

void PacketLine::read_ahead(File& file) {
  if (!std::exchange(file.started, true))
    for (unsigned i = 0; i < file.input->nb_streams; ++i)
      if (!file.taken.contains(static_cast<int>(i))) file.input->streams[i]->discard = AVDISCARD_ALL;
  if (file.taken.empty()) file.ended = true;
  while (!file.ready && !file.ended) {
    av_packet_unref(file.packet.get());
    file.ended = !av::read(file.input.get(), file.packet.get());
    file.ready = !file.ended && file.taken.contains(file.packet->stream_index);
  }
}

AVPacket* PacketLine::next(const Limit& limit) {
  if (given_ != nullptr) given_->ready = false;
  given_ = nullptr;
  for (File& file : files_) {
    read_ahead(file);
    if (file.ready && (given_ == nullptr || time_of(file) < time_of(*given_))) given_ = &file;
  }
  if (given_ == nullptr) return nullptr;
  AVPacket* const packet = given_->packet.get();
  if (given_ != files_.data()) packet->pos = -1;
  if (limit.before(time_of(*given_), packet->pos)) {
    given_ = nullptr;
    return nullptr;
  }
  time_base_ = given_->input->streams[packet->stream_index]->time_base;
  const std::int64_t shift = av_rescale_q(given_->shift.count(), {1, 1'000'000'000}, time_base_);
  if (packet->pts != AV_NOPTS_VALUE) packet->pts += shift;
  if (packet->dts != AV_NOPTS_VALUE) packet->dts += shift;
  packet->stream_index = given_->taken.at(packet->stream_index);
  return packet;
}

}  // namespace reel::engine
