/// What a probe found in a media file: plain data, so that planner and prompt need no media library.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reel/base/time.hpp"

namespace reel::model {

struct Rational {
  std::int64_t num = 0, den = 1;
  double value() const { return den == 0 ? 0.0 : static_cast<double>(num) / static_cast<double>(den); }
  friend bool operator==(const Rational&, const Rational&) = default;
};

struct VideoStream {
  std::string codec, profile, pixel_format;
  int width = 0, height = 0;  ///< as stored, before rotation
  int rotation = 0;           ///< degrees clockwise to turn the picture upright: 0, 90, 180, 270
  Rational frame_rate;        ///< average; 0/1 if unknown
  bool variable_frame_rate = false;
  Rational pixel_aspect{1, 1};
  int bit_depth = 8;
  bool interlaced = false;
  bool alpha = false;
  bool still = false;  ///< one picture, no duration
  std::string color_primaries, color_transfer, color_matrix, color_range;
};

struct AudioStream {
  std::string codec, profile, channel_layout, sample_format;
  int sample_rate = 0, channels = 0;
};

struct StreamInfo {
  int index = 0;
  std::string kind;  ///< video, audio, subtitle, data, attachment
  std::string language;
  base::Time start{0};
  std::optional<base::Time> duration;
  std::optional<std::int64_t> bit_rate;
  std::optional<VideoStream> video;
  std::optional<AudioStream> audio;
  bool is_default = false;
};

struct Chapter {
  base::TimeRange range;
  std::string title;
};

struct MediaInfo {
  std::string uri;
  std::string container;
  std::uint64_t bytes = 0;
  std::optional<base::Time> duration;
  std::vector<StreamInfo> streams;
  std::vector<Chapter> chapters;
  std::map<std::string, std::string> tags;

  const StreamInfo* video() const;  ///< the stream that plays by default, or null
  const StreamInfo* audio() const;
};

/// The pictures of a stream in the order of display: their times and which of them are keyframes.
/// Times count from the start of the media, as `during` and `cut` do.
struct FrameIndex {
  std::vector<base::Time> times;
  std::vector<bool> keyframes;
  base::Time end{0};  ///< when the last picture ends
};

/// One compressed picture.
struct IndexedPacket {
  base::Time time{0};       ///< when it is shown, as in FrameIndex
  std::uint32_t bytes = 0;  ///< its size in the file
  bool key = false;         ///< the container calls it a keyframe
  /// A decoder can begin here, and nothing from here on needs anything before: for H.264 an IDR picture that all later ones
  /// follow in time. A mere keyframe is no entry where pictures behind it refer to those before (open group of pictures).
  bool entry = false;
  /// As `entry`, for itself and all that is shown behind it; but pictures that follow it in decoding and are shown before it need
  /// what was before.
  bool open_entry = false;
  /// Of an open entry: behind other pictures than those it was made for, decoders take it for one only if its packet is marked first.
  bool unmarked = false;
};

/// The packets of the stream of pictures that plays by default, in the order of decoding: what a planner needs to know of a
/// file to leave as much of it as possible as it is.
struct MediaIndex {
  std::string codec;  ///< `h264`
  std::vector<IndexedPacket> packets;
  base::Time end{0};    ///< when the last picture ends
  std::string refusal;  ///< why rendered pictures cannot stand between these packets; empty: they can
  std::string fault;    ///< why these packets cannot be taken over at all; empty: they can
};

/// The packets of the stream of sound that plays by default: all hold as many samples, one after the other without a gap, so that
/// a few numbers say where each is. Samples count from the start of the media, as times do.
struct SoundIndex {
  std::string codec;         ///< `aac`
  int rate = 0;              ///< samples of a channel in a second
  int frame = 0;             ///< samples of a channel in a packet; 1 where packets can be parted anywhere
  std::int64_t first = 0;    ///< where the first packet begins; before 0 lies what only lets a decoder settle
  std::int64_t packets = 0;  ///< how many of `frame` samples
  /// Packets that have to be rendered before and behind one whose sound changes, since its samples hang on theirs.
  int before = 0, after = 0;
  std::string refusal;  ///< why rendered packets cannot stand between these; empty: they can

  std::int64_t begin_of(std::int64_t packet) const { return first + packet * frame; }
  /// The nearest sample, and when a sample is heard.
  std::int64_t sample_at(base::Time time) const {
    return std::llround(static_cast<long double>(time.count()) * rate / 1e9L);
  }
  base::Time time_of(std::int64_t sample) const {
    return base::Time{std::llround(static_cast<long double>(sample) * 1e9L / rate)};
  }
};

}  // namespace reel::model
