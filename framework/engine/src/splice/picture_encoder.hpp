/// Encodes pictures so that they fit between the packets of a file. Private to the engine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codecs/codec.hpp"
#include "files/file_index.hpp"
#include "graph/gst.hpp"
#include "splice/spool.hpp"

namespace reel::engine {

/// How rendered pictures are encoded to stand in a file.
struct PictureFormat {
  std::shared_ptr<const AVCodecParameters> parameters;  ///< of its stream
  std::shared_ptr<const Codec> codec;
  AVRational frame_rate{25, 1};
  int rotation = 0;  ///< as in model::VideoStream: pictures come upright, and are stored turned back
  EncoderSettings settings;
  Buffer header;  ///< of the stream, once rendered pictures stand in it
};

/// The format for rendered pictures between those of a file. The reason where there is none goes to `refusal`.
std::optional<PictureFormat> format_beside(const FileIndex& index, std::string& refusal);

/// GStreamer's elements, from pictures as the graph gives them to pictures as the encoder takes them.
std::string conversion_to(const PictureFormat& format);

/// One compressed picture in order of decoding.
struct EncodedPicture {
  std::size_t picture = 0;  ///< which of those pushed, in order of display
  bool key = false;
  Spool::Place bytes;  ///< as it stands in the file
};

/// The first picture becomes one that a decoder can begin with. Used by one thread at a time.
class PictureEncoder {
 public:
  /// What is encoded goes into `spool`, which outlives it, as does `format`. Throws base::RunError.
  PictureEncoder(const PictureFormat& format, Spool& spool);
  ~PictureEncoder();
  PictureEncoder(const PictureEncoder&) = delete;
  PictureEncoder& operator=(const PictureEncoder&) = delete;

  /// False: it failed, finish() says why. Throws nothing, so that streaming threads may call it.
  bool push(GstSample* picture) noexcept;
  /// All pictures, once the last one was pushed. Throws base::RunError.
  std::vector<EncodedPicture> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::engine
