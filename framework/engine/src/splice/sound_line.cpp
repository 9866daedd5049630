#include "splice/sound_line.hpp"

#include <algorithm>
#include <limits>

#include "files/packet_tables.hpp"
#include "splice/splice_fault.hpp"

namespace reel::engine {
SoundLine::SoundLine(const SoundFile& file, const planner::SoundPlan& plan, const std::vector<RenderedSound>& rendered,
                     const Spool& spool, base::Time shift, bool leave_out)
    : file_(file),
      plan_(plan),
      rendered_(rendered),
      spool_(spool),
      shift_(file.index.sample_at(shift)),
      source_(av::open(file.uri)),
      tables_(leave_out ? av::open_tables(source_.get(), file.uri) : nullptr),
      given_(av_packet_alloc()),
      read_(av_packet_alloc()),
      at_(plan.spans.front().first) {
  if (!given_ || !read_) throw std::bad_alloc();
  av::read_only(tables_ ? tables_.get() : source_.get(), file.stream);
}

/// Where sound has to end although its last packet goes on.
std::int64_t SoundLine::last_sample() const {
  if (plan_.kept.empty() || plan_.kept.back().end == base::Time::max()) {
    const std::int64_t last = file_.index.begin_of(plan_.spans.back().end - 1);
    return file_.last > 0 && file_.index.frame > 1 ? last + file_.last : std::numeric_limits<std::int64_t>::max() / 2;
  }
  base::Time length{0};
  for (const base::TimeRange& r : plan_.kept) length += r.end - r.begin;
  return file_.index.sample_at(length);
}

AVPacket* SoundLine::next(const Limit& limit) {
  while (span_ < plan_.spans.size() && at_ == span().end) {
    if (span().kind == planner::SoundSpan::Kind::render) ++render_;
    piece_ = 0;
    if (++span_ < plan_.spans.size()) at_ = span().first;
  }
  if (span_ == plan_.spans.size()) return nullptr;
  const std::int64_t begin = file_.index.begin_of(at_) + shift_;
  const bool copied = span().kind == planner::SoundSpan::Kind::copy;
  if (limit.before(av::to_time(begin, time_base()), copied ? copied_place() : -1)) return nullptr;
  av_packet_unref(given_.get());
  if (copied)
    put_copied();
  else
    put_rendered();
  AVPacket& packet = *given_;
  packet.pts = packet.dts = begin;
  const std::int64_t whole = file_.index.begin_of(at_) + shift_ - begin;
  packet.duration = std::max<std::int64_t>(1, std::min(whole, last_sample() + shift_ - begin));
  packet.flags |= AV_PKT_FLAG_KEY;
  packet.flags &= ~AV_PKT_FLAG_DISCARD;
  return &packet;
}

void SoundLine::put_rendered() {
  const Spool::Place place = rendered_[render_][piece_++];
  if (av_new_packet(given_.get(), static_cast<int>(place.size)) < 0) throw std::bad_alloc();
  spool_.read(place, given_->data);
  const int block = file_.parameters->block_align;
  at_ += file_.index.frame > 1 ? 1 : static_cast<std::int64_t>(place.size) / block;
}

void SoundLine::read() {
  do {
    av_packet_unref(read_.get());
    if (!av::read(tables_ ? tables_.get() : source_.get(), read_.get()))
      throw SpliceFault("the source's sound ends early");
  } while (read_->stream_index != file_.stream);
  read_begin_ = read_end_;
  read_end_ += file_.index.frame > 1 ? 1 : read_->size / file_.parameters->block_align;
}

/// Where the next packet lies in the source.
std::int64_t SoundLine::copied_place() {
  const std::int64_t wanted = at_ + span().moved;
  while (read_end_ <= wanted) read();
  if (read_->pos < 0 || file_.index.frame > 1) return read_->pos;
  return read_->pos + (wanted - read_begin_) * file_.parameters->block_align;
}

void SoundLine::put_copied() {
  const std::int64_t wanted = at_ + span().moved;
  const std::int64_t place = copied_place();
  const std::int64_t end = std::min(read_end_, span().end + span().moved);
  if (av_packet_ref(given_.get(), read_.get()) < 0) throw std::bad_alloc();
  if (file_.index.frame == 1) {
    const std::int64_t block = file_.parameters->block_align;
    given_->data += (wanted - read_begin_) * block;
    given_->size = static_cast<int>((end - wanted) * block);
  }
  given_->pos = place;
  at_ += end - wanted;
}

}  // namespace reel::engine
