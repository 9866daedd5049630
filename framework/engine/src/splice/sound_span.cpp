#include "splice/sound_span.hpp"

#include <algorithm>
#include <cstring>

#include "splice/splice_fault.hpp"

namespace reel::engine {
namespace {

using planner::SoundPlan;
using planner::SoundSpan;

/// Packets that an encoder needs to come to know the sound, and to hear behind the last one.
constexpr std::int64_t warm_up = 6, look_ahead = 2;
/// Samples that go into one packet where packets can be parted anywhere.
constexpr std::int64_t most_samples = 1024;

/// How far a span may grow into this neighbour, if two may.
std::int64_t room(const SoundPlan& plan, std::size_t span, int step, bool windowed) {
  const std::size_t neighbour = span + static_cast<std::size_t>(step);  // of 0 before the first: wraps, and is none
  if (!windowed || neighbour >= plan.spans.size()) return 0;
  return std::min(SoundSpanEncoder::reach, (plan.spans[neighbour].packets() - 1) / 2);
}

}  // namespace

SoundSpanEncoder::SoundSpanEncoder(const SoundFile& file, const SoundFormat& format, const SoundPlan& plan,
                                   std::size_t span, Spool& spool)
    : file_(file),
      format_(format),
      span_(span),
      spool_(spool),
      plan_(plan),
      first_(plan.spans[span].first),
      last_(plan.spans[span].end - 1) {
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
  for (; waiting_.size() - at >= size; at += size) {
    const auto part = std::span(waiting_).subspan(at, size);
    encoder_->push(part);
    if (!file_.windows.empty()) remember(part);
  }
  if (all && at < waiting_.size()) encoder_->push(std::span(waiting_).subspan(at)), at = waiting_.size();
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

void SoundSpanEncoder::keep(std::int64_t at, std::span<const std::uint8_t> packet) {
  const model::SoundIndex& index = file_.index;
  const std::int64_t place = begin_ + at - index.first;
  if (place % index.frame != 0) throw SpliceFault("the encoder's packets of sound lie between the file's");
  const std::int64_t number = place / index.frame;
  if (!file_.windows.empty() && number >= low_ - 1 && number < high_) windows_.push_back(aac::windows_of(packet));
  if (number < low_ || number >= high_) return;
  const std::int64_t units = index.frame > 1 ? 1 : static_cast<std::int64_t>(packet.size() / format_.sample_size);
  if (number != low_ + kept_) throw SpliceFault("the encoder left out a packet of sound");
  kept_ += units;
  packets_.push_back(spool_.add(packet));
}

void SoundSpanEncoder::finish() {
  // Where packets hang on nothing else, the last one may be short.
  const bool may_be_short = file_.index.frame > 1 && file_.windows.empty();
  if (!may_be_short) take_silence(end_ - next_);
  encode(true);
  encoder_->finish();
  encoder_.reset();
  if (kept_ != high_ - low_) throw SpliceFault("the encoder gave fewer packets of sound than planned");
  if (!windows_.empty()) choose_ends();
  frames_.clear();
  waiting_.clear();
}

/// Of a packet at either end, its neighbours have to be at hand, to encode it once more.
void SoundSpanEncoder::remember(std::span<const std::uint8_t> frame) {
  constexpr std::size_t ends = warm_up + 2 * reach + look_ahead + 4;
  frames_.emplace_back(frame.begin(), frame.end());
  if (frames_.size() > 2 * ends) std::vector<std::uint8_t>().swap(frames_[frames_.size() - 1 - ends]);
}

const std::optional<aac::Windows>& SoundSpanEncoder::made(std::int64_t packet) const {
  return windows_[static_cast<std::size_t>(packet - low_ + 1)];
}

/// Of the source's packet there, as the neighbour would copy it.
const std::optional<aac::Windows>& SoundSpanEncoder::beside(std::size_t neighbour, std::int64_t packet) const {
  return file_.windows[static_cast<std::size_t>(packet + plan_.spans[neighbour].moved)];
}

/// Whether the span may begin with this packet, behind one of the file's.
bool SoundSpanEncoder::fits_before(std::int64_t packet) const {
  if (span_ == 0) return true;
  const auto &before = beside(span_ - 1, packet - 1), &own = made(packet);
  return before && own && before->long_behind && before->common && own->long_before && own->common;
}

bool SoundSpanEncoder::fits_behind(std::int64_t packet) const {
  if (span_ + 1 == plan_.spans.size()) return true;
  const auto &behind = beside(span_ + 1, packet + 1), &own = made(packet);
  return behind && own && behind->long_before && behind->common && own->long_behind && own->common;
}

void SoundSpanEncoder::choose_ends() {
  std::int64_t first = first_, last = last_;
  while (first > low_ && !fits_before(first)) --first;
  while (last < high_ - 1 && !fits_behind(last)) ++last;
  // Where nothing fits, the nearest is as good as any.
  const bool before = fits_before(first), behind = fits_behind(last);
  if (before) first_ = first;
  if (behind) last_ = last;
  // By which shape the file fades over the first of the span, and over the one behind it.
  const auto differ = [](const auto& file, const auto& own) { return file && own && file->kaiser != own->kaiser; };
  const bool other_before = before && span_ > 0 && differ(beside(span_ - 1, first_ - 1), made(first_ - 1));
  const bool other_behind = behind && span_ + 1 < plan_.spans.size() && differ(beside(span_ + 1, last_), made(last_));
  if (other_before && other_behind && first_ == last_) return match_shape(first_, true, true);
  if (other_before) match_shape(first_, true, false);
  if (other_behind) match_shape(last_, false, true);
}

/// Encodes a packet once more, so that it cancels out against a neighbour whose windows have the other shape.
void SoundSpanEncoder::match_shape(std::int64_t packet, bool before, bool behind) {
  const int channels = file_.parameters->ch_layout.nb_channels;
  if (channels > 2) return;
  const std::int64_t begin = packet - warm_up;
  std::vector<std::uint8_t> found;
  SoundEncoder encoder(file_, [&](std::int64_t at, std::span<const std::uint8_t> bytes) {
    if (at == (packet - begin) * file_.index.frame) found.assign(bytes.begin(), bytes.end());
  });
  for (std::int64_t block = begin; block <= packet + 1 + look_ahead; ++block) {
    const auto place = static_cast<std::size_t>(block - (low_ - warm_up));
    std::vector<std::uint8_t> frame = place < frames_.size() ? frames_[place] : std::vector<std::uint8_t>{};
    frame.resize(static_cast<std::size_t>(file_.index.frame) * format_.sample_size);
    std::vector<float> samples(frame.size() / sizeof(float));
    std::memcpy(samples.data(), frame.data(), frame.size());
    if (before && block == packet) aac::fold_alike(samples, channels, aac::Side::before, made(packet - 1)->kaiser);
    if (behind && block == packet + 1) aac::fold_alike(samples, channels, aac::Side::behind, made(packet)->kaiser);
    std::memcpy(frame.data(), samples.data(), frame.size());
    encoder.push(frame);
  }
  encoder.finish();
  if (aac::windows_of(found) != made(packet)) return;
  if (behind) aac::set_shape(found, !made(packet)->kaiser);
  packets_[static_cast<std::size_t>(packet - low_)] = spool_.add(found);
}

std::vector<Spool::Place> SoundSpanEncoder::fit(SoundPlan& plan) const {
  if (windows_.empty()) return packets_;
  plan.spans[span_].first = first_;
  plan.spans[span_].end = last_ + 1;
  if (span_ > 0) plan.spans[span_ - 1].end = first_;
  if (span_ + 1 < plan.spans.size()) plan.spans[span_ + 1].first = last_ + 1;
  return {packets_.begin() + static_cast<std::ptrdiff_t>(first_ - low_),
          packets_.begin() + static_cast<std::ptrdiff_t>(last_ + 1 - low_)};
}

}  // namespace reel::engine
