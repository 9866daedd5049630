/// One stream on its way into the file: from buffers to packets with exact times.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "colour_marks.hpp"
#include "packet_writer.hpp"

namespace reel::local {

/// Not thread-safe: the muxer's lock guards it.
class Track {
 public:
  Track(GstPad* pad, std::shared_ptr<std::atomic<std::int64_t>> samples, bool ignored)
      : ended(ignored), ignored(ignored), pad_(pad), samples_(std::move(samples)) {}

  GstPad* pad() const { return pad_; }
  bool known() const { return spec_.has_value(); }
  bool is_sound() const { return spec_ && spec_->parameters->codec_type == AVMEDIA_TYPE_AUDIO; }
  bool has_packets() const { return !queue_.empty(); }
  std::size_t bytes() const { return bytes_; }

  /// Throws Error where the format is none that can be written, or has changed midway.
  void set_caps(const GstCaps* caps);
  void set_segment(const GstSegment& segment);
  /// Takes a buffer in. Throws Error.
  void push(GstBuffer* buffer);
  /// No more buffers: settles where the sound ends.
  void end();
  void flush();

  /// Hands the description over, once, for the file's header.
  StreamSpec take_spec();

  /// Whether the next packet is final. The last ones of sound are held back until its end is known.
  bool ready() const { return queue_.size() > (ended || !is_sound() ? 0U : held_back); }
  /// Decoding time of the next packet, in nanoseconds.
  std::int64_t next_time() const;
  PacketPtr pop();

  bool ended, ignored, flushing = false;
  int index = -1;  ///< in the file; -1 where it has none

 private:
  static constexpr std::size_t held_back = 4;

  std::int64_t running_time(GstClockTime time) const;
  void time_picture(AVPacket& packet, const GstBuffer* buffer);
  void time_sound(AVPacket& packet, const GstBuffer* buffer);
  bool take_header(GstBuffer* buffer);
  void trim(std::int64_t end);

  GstPad* pad_;
  std::shared_ptr<std::atomic<std::int64_t>> samples_;
  std::optional<StreamSpec> spec_;
  ColourMarks colour_marks_;
  AVRational time_base_{1, 1};
  GstSegment segment_{};
  std::deque<PacketPtr> queue_;
  std::size_t bytes_ = 0;
  std::optional<std::int64_t> last_dts_;      ///< of pictures
  std::optional<std::int64_t> first_, next_;  ///< of sound: samples, its delay included
  std::vector<std::uint8_t> final_header_;    ///< FLAC knows its length and checksum at its end
};

}  // namespace reel::local
