/// What a list or a player shows of a media file before, and instead of, playing it. Elements of the plugins have to be loaded
/// (catalog::Catalog). All results appear by rename.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "reel/base/time.hpp"
#include "reel/model/media.hpp"

namespace reel::engine {

/// 0..1, now and then, on the caller's thread. What it throws ends the work.
using AssetProgress = std::function<void(double)>;

struct PosterInfo {
  int width = 0, height = 0;
};
/// A JPEG of the picture at a tenth of the length, upright, with square pixels, 1280x720 at most. `media` is a probe()d local file
/// with pictures. Throws base::InputError if no picture can be decoded.
PosterInfo write_poster(const model::MediaInfo& media, const std::filesystem::path& target);

/// Small pictures in one large one, row by row.
struct SpriteInfo {
  int columns = 0, rows = 0, count = 0;
  int width = 0, height = 0;  ///< of one
  base::Time interval{0};     ///< the n-th stands for the time from n of these on
};
/// A JPEG with 100 pictures at most, each of 160x90 at most. Long files are not decoded for it: it jumps to the nearest keyframes.
SpriteInfo write_sprite(const model::MediaInfo& media, const std::filesystem::path& target,
                        const AssetProgress& progress);

struct WaveformInfo {
  std::uint64_t peaks = 0;  ///< pairs of lowest and highest
  base::Time duration{0};   ///< of the sound that could be decoded
};
/// The outline of the sound, all channels as one, in the JSON format of BBC's audiowaveform (version 2, 8 bit, at most 4096 pairs).
/// Throws base::InputError if no sound can be decoded.
WaveformInfo write_waveform(const model::MediaInfo& media, const std::filesystem::path& target,
                            const AssetProgress& progress);

/// Why the browsers of today do not all play the file as it is; empty: they do. They play
///   MP4 (not QuickTime's own brand) with H.264, VP9 or AV1 and AAC, MP3, Opus or FLAC,
///   WebM with VP8, VP9 or AV1 and Opus or Vorbis,
///   each with 4:2:0 pictures of 8 bits,
///   and sound alone as MP3, AAC, FLAC, WAV (16 bit PCM) or Ogg (Opus, Vorbis);
///   of single pictures JPEG, PNG, GIF and WebP.
std::string why_browsers_cannot_play(const model::MediaInfo& media);

}  // namespace reel::engine
