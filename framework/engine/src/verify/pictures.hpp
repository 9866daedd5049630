/// Decoded pictures, one after the other. Private to the engine.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "verify/file.hpp"

namespace reel::engine::proof {

/// One raw picture; valid until the reader's next.
struct Picture {
  struct Plane {
    const std::uint8_t* data = nullptr;
    std::ptrdiff_t stride = 0;          ///< bytes
    std::size_t width = 0, height = 0;  ///< bytes, rows
  };
  int format = -1, width = 0, height = 0;  ///< of the decoder's own numbering
  std::array<Plane, 4> planes;
  int depth = 0;                     ///< bits of brightness, if that is plane 0 on its own; else 0
  std::optional<std::size_t> place;  ///< in the order of display, if its time says so
};

/// Byte for byte, without what lies beside the picture.
bool same(const Picture& a, const Picture& b);
/// Mean square of the difference in brightness, white being 1; nothing where they cannot be compared.
std::optional<double> square_error(const Picture& a, const Picture& b);

/// Decodes the pictures of a file, by one decoder, in the order of display.
class PictureReader {
 public:
  PictureReader() = default;
  virtual ~PictureReader() = default;
  PictureReader(const PictureReader&) = delete;
  PictureReader& operator=(const PictureReader&) = delete;

  /// The next picture, or null after the last. Throws base::Interrupted.
  virtual const Picture* next() = 0;
  /// Name of the decoder, once there was a picture.
  virtual std::string decoder() const = 0;
  /// What decoder and demuxer complained of so far, each text once.
  virtual std::set<std::string> messages() const = 0;
};

/// How a file is decoded.
struct ReaderOptions {
  /// What decoders make of a damaged file depends on how their threads happen to run, unless there is only one.
  bool one_thread = false;
  const std::atomic<bool>* stop = nullptr;
};

/// By libavformat and libavcodec. Pictures know their place.
std::unique_ptr<PictureReader> libav_reader(const File& file, const ReaderOptions& options);
/// By GStreamer, as players do: it finds demuxer and decoder itself.
std::unique_ptr<PictureReader> gstreamer_reader(const File& file, const ReaderOptions& options);

}  // namespace reel::engine::proof
