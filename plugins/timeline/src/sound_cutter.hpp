/// Cuts sound to the sample.
#pragma once

#include <gst/audio/audio.h>

#include <functional>
#include <vector>

#include "kept_time.hpp"

namespace reel::timeline {

/// Takes buffers of one stream in, gives the kept samples out, at their new times. All positions are samples
/// of one grid that counts from stream time 0, so lengths add up exactly whatever the ranges. At a join, what
/// the left piece would have gone on with is faded out under the start of the right one: neither lengths nor
/// times change. One thread.
class SoundCutter {
 public:
  using Push = std::function<GstFlowReturn(BufferPtr)>;

  /// `crossfade`: how long both sides sound together at a join.
  void configure(const KeptTime& map, Time crossfade) { map_ = map, crossfade_ = crossfade, reset(); }
  /// The format; what is half done is dropped. Throws Error if it cannot be cut.
  void set_format(const GstAudioInfo& info);
  /// Forgets the position: after a seek.
  void reset();
  /// The next buffer may be anywhere: after a new segment.
  void expect_jump() { next_ = -1; }

  /// `time`: stream time of the buffer's first sample. GST_FLOW_EOS: nothing more will be kept.
  GstFlowReturn process(BufferPtr buffer, Time time, const Push& push);

 private:
  /// A kept range in samples: `in` of the input, `out` of the output.
  struct Piece {
    std::int64_t in, out, length;
    std::int64_t fade;  ///< samples at its start that the piece before sounds under
    std::int64_t end() const { return in + length; }
  };
  struct Span {
    std::int64_t begin, end;
  };

  struct Block {
    GstBuffer* buffer;
    std::int64_t begin;  ///< the input position of its first sample
  };

  void lay_out();
  std::int64_t position_of(const GstBuffer* buffer, Time time) const;
  void remember_tail(const Block& block, Span span, std::size_t piece);
  BufferPtr cut_out(const Block& block, Span span, const Piece& piece);
  void crossfade(GstBuffer* buffer, std::int64_t from, const Piece& piece) const;

  KeptTime map_;
  Time crossfade_{0};
  GstAudioInfo info_{};
  std::vector<Piece> pieces_;
  std::int64_t next_ = -1;      ///< the input sample that should come now
  std::int64_t next_out_ = -1;  ///< likewise of the output
  std::size_t tail_piece_ = 0;  ///< the piece that the tail will sound under
  std::int64_t tail_filled_ = 0;
  std::vector<guint8> tail_;
};

}  // namespace reel::timeline
