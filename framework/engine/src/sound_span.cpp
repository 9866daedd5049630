#include "sound_span.hpp"

#include <algorithm>

#include "splice_fault.hpp"

namespace reel::engine {
namespace {

using planner::SoundPlan;
using planner::SoundSpan;

/// Packets that an encoder needs to come to know the sound, and to hear behind the last one.
constexpr std::int64_t warm_up = 6, look_ahead = 2;
/// How far fit() may go.
constexpr std::int64_t reach = 4;
/// Samples that go into one packet where packets can be parted anywhere.
constexpr std::int64_t most_samples = 1024;

/// How far a span may grow into this neighbour, if two may.
std::int64_t room(const SoundPlan& plan, std::size_t span, int step, bool windowed) {
  const std::size_t neighbour = span + static_cast<std::size_t>(step);  // of 0 before the first: wraps, and is none
  if (!windowed || neighbour >= plan.spans.size()) return 0;
  return std::min(reach, (plan.spans[neighbour].packets() - 1) / 2);
}

}  // namespace

SoundSpanEncoder::SoundSpanEncoder(const SoundFile& file, const SoundFormat& format, const SoundPlan& plan,
                                   std::size_t span, Spool& spool)
    : file_(file), format_(format), span_(span), spool_(spool) {
  const SoundSpan& s = plan.spans[span];
  const bool windowed = !file.windows.empty();
  low_ = s.first - room(plan, span, -1, windowed);
  high_ = s.end + room(plan, span, 1, windowed);
  const std::int64_t frame = file.index.frame, padding = format.padding;
  begin_ = next_ = file.index.begin_of(low_ - (windowed ? warm_up : 0)) + padding % frame;
  const std::int64_t needed = file.index.begin_of(high_ + (windowed ? look_ahead : 0)) + padding - begin_;
  end_ = begin_ + (needed + frame - 1) / frame * frame;
}

void SoundSpanEncoder::take(std::span<const std::uint8_t> samples) {
  const auto size = static_cast<std::int64_t>(format_.sample_size);
  const std::int64_t count = std::min(static_cast<std::int64_t>(samples.size()) / size, end_ - next_);
  waiting_.insert(waiting_.end(), samples.begin(), samples.begin() + count * size);
  next_ += count;
  encode(false);
}

void SoundSpanEncoder::take_silence(std::int64_t samples) {
  const std::vector<std::uint8_t> silence(static_cast<std::size_t>(most_samples) * format_.sample_size);
  for (std::int64_t left = std::min(samples, end_ - next_); left > 0; left -= most_samples)
    take(std::span(silence).first(static_cast<std::size_t>(std::min(left, most_samples)) * format_.sample_size));
}

void SoundSpanEncoder::encode(bool all) {
  if (!encoder_)
    encoder_ = std::make_unique<SoundEncoder>(
        file_, [this](std::int64_t at, std::span<const std::uint8_t> packet) { keep(at, packet); });
  const std::int64_t frame = file_.index.frame > 1 ? file_.index.frame : most_samples;
  const std::size_t size = static_cast<std::size_t>(frame) * format_.sample_size;
  std::size_t at = 0;
  for (; waiting_.size() - at >= size; at += size) encoder_->push(std::span(waiting_).subspan(at, size));
  if (all && at < waiting_.size()) encoder_->push(std::span(waiting_).subspan(at)), at = waiting_.size();
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

void SoundSpanEncoder::keep(std::int64_t at, std::span<const std::uint8_t> packet) {
  const model::SoundIndex& index = file_.index;
  const std::int64_t place = begin_ + at - index.first;
  if (place % index.frame != 0) throw SpliceFault("the encoder's packets of sound lie between the file's");
  const std::int64_t number = place / index.frame;
  if (number < low_ || number >= high_) return;
  const std::int64_t units = index.frame > 1 ? 1 : static_cast<std::int64_t>(packet.size() / format_.sample_size);
  if (number != low_ + kept_) throw SpliceFault("the encoder left out a packet of sound");
  kept_ += units;
  packets_.push_back(spool_.add(packet));
  if (!file_.windows.empty()) windows_.push_back(aac::windows_of(packet));
}

void SoundSpanEncoder::finish() {
  encode(true);
  encoder_->finish();
  encoder_.reset();
  if (kept_ != high_ - low_) throw SpliceFault("the encoder gave fewer packets of sound than planned");
}

const std::optional<aac::Windows>& SoundSpanEncoder::made(std::int64_t packet) const {
  return windows_[static_cast<std::size_t>(packet - low_)];
}

/// Whether the span may begin with this packet, behind one of the file's.
bool SoundSpanEncoder::fits_before(const SoundPlan& plan, std::int64_t packet) const {
  if (span_ == 0) return true;
  const auto& before = file_.windows[static_cast<std::size_t>(packet - 1 + plan.spans[span_ - 1].moved)];
  const auto& own = made(packet);
  return before && own && before->long_behind && before->common && own->long_before && own->common;
}

bool SoundSpanEncoder::fits_behind(const SoundPlan& plan, std::int64_t packet) const {
  if (span_ + 1 == plan.spans.size()) return true;
  const auto& behind = file_.windows[static_cast<std::size_t>(packet + 1 + plan.spans[span_ + 1].moved)];
  const auto& own = made(packet);
  return behind && own && behind->long_before && behind->common && own->long_behind && own->common;
}

std::vector<Spool::Place> SoundSpanEncoder::fit(SoundPlan& plan) const {
  if (windows_.empty()) return packets_;
  SoundSpan& span = plan.spans[span_];
  std::int64_t first = span.first, last = span.end - 1;
  while (first > low_ && !fits_before(plan, first)) --first;
  while (last < high_ - 1 && !fits_behind(plan, last)) ++last;
  // Where nothing fits, the nearest is as good as any.
  if (fits_before(plan, first)) span.first = first;
  if (fits_behind(plan, last)) span.end = last + 1;
  if (span_ > 0) plan.spans[span_ - 1].end = span.first;
  if (span_ + 1 < plan.spans.size()) plan.spans[span_ + 1].first = span.end;
  return {packets_.begin() + static_cast<std::ptrdiff_t>(span.first - low_),
          packets_.begin() + static_cast<std::ptrdiff_t>(span.end - low_)};
}

}  // namespace reel::engine
