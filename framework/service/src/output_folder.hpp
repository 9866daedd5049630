/// What a child made, seen by somebody whom it may not mislead. Private to the service.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "reel/base/file_descriptor.hpp"

namespace reel::service {

/// A folder that a child writes to. It is held open from before the child starts, since a child may put a link in its place, and all
/// its names are looked up in what is held, never by a path.
class OutputFolder {
 public:
  /// Throws base::RunError if there is no such folder; a link to one is none.
  explicit OutputFolder(const std::filesystem::path& folder);

  /// Name of an entry that is no plain file with one name; empty: there is none.
  std::string odd_file() const;
  /// Bytes of a plain file with one name; none: there is no such file.
  std::optional<std::uintmax_t> size(const std::string& name) const;
  /// Moves an entry, whatever it is, to `folder` on the same disk. False: it cannot be moved, errno says why.
  bool move(const std::string& name, const base::FileDescriptor& folder) const;

 private:
  base::FileDescriptor folder_;
};

/// A regular file that has no second name, by which somebody else could still reach it.
bool is_plain_file(const struct stat& info);

}  // namespace reel::service
