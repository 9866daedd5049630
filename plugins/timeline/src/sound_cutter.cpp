#include "sound_cutter.hpp"

#include <numbers>

namespace reel::timeline {
namespace {

/// Timestamps of containers are rounded (Matroska: to milliseconds); sound within so much of where it should
/// be goes on without a gap.
constexpr Time tolerance = std::chrono::milliseconds(40);

/// Ends far enough to mean "to the end of the media", near enough to add to.
constexpr std::int64_t endless = std::int64_t{1} << 60;

/// Weights that add up to one, so that a crossfade is never louder than its louder side.
double weight_in(std::int64_t k, std::int64_t length) {
  return 0.5 - 0.5 * std::cos(std::numbers::pi * (static_cast<double>(k) + 0.5) / static_cast<double>(length));
}

template <class T>
void mix(T* right, const T* left, std::int64_t frames, int channels, std::int64_t from, std::int64_t length) {
  for (std::int64_t i = 0; i < frames; ++i) {
    const double in = weight_in(from + i, length);
    for (int c = 0; c < channels; ++c, ++right, ++left) {
      const double value = *left + in * (static_cast<double>(*right) - *left);
      if constexpr (std::is_floating_point_v<T>)
        *right = static_cast<T>(value);
      else
        *right = static_cast<T>(std::llround(value));
    }
  }
}

}  // namespace

void SoundCutter::set_format(const GstAudioInfo& info) {
  info_ = info;
  reset();
  lay_out();
}

void SoundCutter::reset() {
  next_ = next_out_ = -1;
  tail_piece_ = 0;
  tail_filled_ = 0;
}

void SoundCutter::lay_out() {
  pieces_.clear();
  const Ranges& kept = map_.kept();
  const std::int64_t wanted = sample_at(crossfade_, info_.rate);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    Piece p{sample_at(kept[i].begin, info_.rate), sample_at(map_.start(i), info_.rate), endless, 0};
    // The output's grid decides the length: it may differ by one sample from the input's, and never adds up
    // to drift.
    if (i + 1 < kept.size())
      p.length = sample_at(map_.start(i + 1), info_.rate) - p.out;
    else if (kept[i].end != Time::max())
      p.length = sample_at(map_.start(i) + kept[i].end - kept[i].begin, info_.rate) - p.out;
    if (i > 0) p.fade = std::max<std::int64_t>(0, std::min({wanted, p.length, p.in - pieces_.back().end()}));
    pieces_.push_back(p);
  }
}

std::int64_t SoundCutter::position_of(const GstBuffer* buffer, Time time) const {
  const std::int64_t at = sample_at(time, info_.rate);
  if (next_ < 0 || GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT)) return at;
  return std::abs(at - next_) <= sample_at(tolerance, info_.rate) ? next_ : at;
}

GstFlowReturn SoundCutter::process(BufferPtr buffer, Time time, const Push& push) {
  const auto frames = static_cast<std::int64_t>(gst_buffer_get_size(buffer.get())) / info_.bpf;
  const Block block{buffer.get(), position_of(buffer.get(), time)};
  const std::int64_t end = block.begin + frames;
  const std::int64_t begin = std::max(block.begin, next_);  // sound that comes twice is heard once
  next_ = std::max(next_, end);
  auto piece = std::ranges::upper_bound(pieces_, begin, {}, &Piece::in);
  if (piece != pieces_.begin()) --piece;
  for (; piece != pieces_.end() && piece->in < end; ++piece) {
    const Span body{std::max(begin, piece->in), std::min(end, piece->end())};
    if (body.begin < body.end) {
      const GstFlowReturn flow = push(cut_out(block, body, *piece));
      if (flow != GST_FLOW_OK) return flow;
    }
    if (piece + 1 == pieces_.end()) continue;
    const Span tail{std::max(begin, piece->end()), std::min(end, piece->end() + (piece + 1)->fade)};
    if (tail.begin < tail.end) remember_tail(block, tail, static_cast<std::size_t>(piece + 1 - pieces_.begin()));
  }
  return end >= pieces_.back().end() ? GST_FLOW_EOS : GST_FLOW_OK;
}

/// Keeps what the piece before `piece` would have gone on with.
void SoundCutter::remember_tail(const Block& block, Span span, std::size_t piece) {
  const auto bpf = static_cast<std::size_t>(info_.bpf);
  if (tail_piece_ != piece) {
    tail_piece_ = piece;
    tail_filled_ = 0;
    tail_.resize(static_cast<std::size_t>(pieces_[piece].fade) * bpf);
  }
  const auto count = std::min(span.end - span.begin, pieces_[piece].fade - tail_filled_);
  gst_buffer_extract(block.buffer, static_cast<gsize>(span.begin - block.begin) * bpf,
                     tail_.data() + static_cast<std::size_t>(tail_filled_) * bpf, static_cast<gsize>(count) * bpf);
  tail_filled_ += count;
}

BufferPtr SoundCutter::cut_out(const Block& block, Span span, const Piece& piece) {
  const std::int64_t out = piece.out + span.begin - piece.in, out_end = out + span.end - span.begin;
  BufferPtr part(gst_audio_buffer_truncate(gst_buffer_ref(block.buffer), info_.bpf,
                                           static_cast<gsize>(span.begin - block.begin),
                                           static_cast<gsize>(span.end - span.begin)));
  part = writable(std::move(part));
  const bool has_tail =
      tail_piece_ == static_cast<std::size_t>(&piece - pieces_.data()) && piece.fade > 0 && tail_filled_ == piece.fade;
  if (has_tail && span.begin < piece.in + piece.fade) crossfade(part.get(), span.begin - piece.in, piece);
  GstBuffer* const b = part.get();
  GST_BUFFER_PTS(b) = static_cast<GstClockTime>(time_of_sample(out, info_.rate).count());
  GST_BUFFER_DTS(b) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(b) = static_cast<GstClockTime>(time_of_sample(out_end, info_.rate).count()) - GST_BUFFER_PTS(b);
  GST_BUFFER_OFFSET(b) = static_cast<guint64>(out);
  GST_BUFFER_OFFSET_END(b) = static_cast<guint64>(out_end);
  if (out == next_out_)
    GST_BUFFER_FLAG_UNSET(b, GST_BUFFER_FLAG_DISCONT);
  else
    GST_BUFFER_FLAG_SET(b, GST_BUFFER_FLAG_DISCONT);
  next_out_ = out_end;
  return part;
}

void SoundCutter::crossfade(GstBuffer* buffer, std::int64_t from, const Piece& piece) const {
  const MappedBuffer map(buffer, GST_MAP_READWRITE);
  if (map.data() == nullptr) throw Error("cannot write to a buffer of sound");
  const guint8* const left = tail_.data() + from * info_.bpf;
  const std::int64_t frames = std::min(static_cast<std::int64_t>(map.size()) / info_.bpf, piece.fade - from);
  const auto run = [&](auto sample) {
    using T = decltype(sample);
    mix(reinterpret_cast<T*>(map.data()), reinterpret_cast<const T*>(left), frames, info_.channels, from, piece.fade);
  };
  switch (GST_AUDIO_INFO_FORMAT(&info_)) {
    case GST_AUDIO_FORMAT_S16LE:
      return run(gint16{});
    case GST_AUDIO_FORMAT_S32LE:
      return run(gint32{});
    case GST_AUDIO_FORMAT_F32LE:
      return run(float{});
    default:
      return run(double{});
  }
}

}  // namespace reel::timeline
