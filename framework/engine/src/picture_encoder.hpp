/// Encodes pictures so that they fit between the packets of a file. Private to the engine.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "file_index.hpp"
#include "gst.hpp"
#include "reel/base/time.hpp"
#include "spool.hpp"

namespace reel::engine {

/// How the file was encoded, as far as pictures beside its own have to agree with it.
struct PictureFormat {
  std::string raw;              ///< GStreamer's name of the pixel format: `I420`
  int width = 0, height = 0;    ///< as stored
  int rotation = 0;             ///< as in model::VideoStream: pictures come upright, and are stored turned back
  std::string encoder_options;  ///< of x264, its own names
  std::string profile;          ///< GStreamer's name
  unsigned b_frames = 0;
  std::size_t length_size = 4;
};

/// The format for rendered pictures between those of a file, with a number for its parameter sets that is free in it. The reason
/// where there is none goes to `refusal`.
std::optional<PictureFormat> format_beside(const FileIndex& index, std::string& refusal);

/// One compressed picture in order of decoding.
struct EncodedPicture {
  std::size_t picture = 0;  ///< which of those pushed, in order of display
  bool key = false;
  Spool::Place bytes;  ///< units with their lengths, no parameter sets
};

/// Takes pictures on one thread. The first becomes an IDR picture.
class PictureEncoder {
 public:
  /// What is encoded goes into `spool`, which outlives it.
  PictureEncoder(PictureFormat format, Spool& spool);
  ~PictureEncoder();
  PictureEncoder(const PictureEncoder&) = delete;
  PictureEncoder& operator=(const PictureEncoder&) = delete;

  /// Blocks while the encoder is behind. `time` grows from picture to picture. False: it failed, finish() says why.
  bool push(GstSample* picture, base::Time time);
  /// All pictures, once the last one was pushed. Throws base::RunError.
  std::vector<EncodedPicture> finish();
  /// Of finish(): what a decoder needs to know first.
  const h264::Buffer& sequence_set() const;
  const h264::Buffer& picture_set() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::engine
