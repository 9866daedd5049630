/// Bytes of files for libavformat, wherever they lie. Private to the engine.
#pragma once

extern "C" {
#include <libavformat/avio.h>
}

#include <memory>
#include <string>

namespace reel::engine::av {

struct CloseIo {
  void operator()(AVIOContext* io) const;
};
using Io = std::unique_ptr<AVIOContext, CloseIo>;

/// Opens a file of this machine, or one that a plugin's storage serves, for reading at any place. Throws base::InputError, or what the
/// storage throws.
Io open_io(const std::string& uri);

/// libavformat knows numbers, not exceptions. Throws what a storage threw when it was last read, if it did.
void rethrow_fault(const AVIOContext* io);

}  // namespace reel::engine::av
