/// Says in the pictures themselves what their colours mean.
#pragma once

#include <memory>

#include "packet_writer.hpp"

extern "C" {
#include <libavcodec/bsf.h>
}

namespace reel::local {

/// The encoders of VP9, AV1 and ProRes leave it unsaid in their streams, which players believe more than the container. For all
/// other codecs, and where libavcodec has no way to say it, packets pass as they are.
class ColourMarks {
 public:
  ColourMarks() = default;
  explicit ColourMarks(const AVCodecParameters& parameters);

  PacketPtr marked(PacketPtr packet) const;

 private:
  struct Free {
    void operator()(AVBSFContext* f) const { av_bsf_free(&f); }
  };
  std::unique_ptr<AVBSFContext, Free> filter_;
};

}  // namespace reel::local
