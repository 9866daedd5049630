/// Bytes of files for libavformat, wherever they lie. Private to the engine.
#pragma once

extern "C" {
#include <libavformat/avio.h>
}

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace reel::catalog {
class StoredObject;
}

namespace reel::engine::av {

struct CloseIo {
  void operator()(AVIOContext* io) const;
};
using Io = std::unique_ptr<AVIOContext, CloseIo>;

/// A file elsewhere, shared by all who read it now or did so lately. Throws what the storage throws.
std::shared_ptr<catalog::StoredObject> open_object(const std::string& uri);

/// Opens a file of this machine, or one that a plugin's storage serves, for reading at any place. Throws base::InputError, or what the
/// storage throws.
Io open_io(const std::string& uri);

/// Bytes of a file from `begin` up to `end`.
struct Part {
  std::uint64_t begin = 0, end = 0;
};
/// From now on these parts of a file elsewhere, in order, read as zeros and are not fetched. False: it is a file of this machine.
bool leave_out(AVIOContext* io, std::vector<Part> parts);

/// Of a file elsewhere, which of its contents is read; empty: it is one of this machine, or nobody knows.
std::string version_of(const AVIOContext* io);

/// What was found out of a file elsewhere does not hold for another one. Throws base::RunError where `version` is not `known`.
void must_be_unchanged(const std::string& uri, const std::string& version, const std::string& known);

/// libavformat knows numbers, not exceptions. Throws what a storage threw when it was last read, if it did.
void rethrow_fault(const AVIOContext* io);

}  // namespace reel::engine::av
