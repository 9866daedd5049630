/// A file that appears at its place only when it is whole.
#pragma once

#include <string>

namespace reel::local {

/// Writes go to a hidden file beside the target, `.NAME.reel-XXXXXX.part`; commit() puts it in place, destruction without
/// commit() removes it.
class OutputFile {
 public:
  /// Makes the temporary file. Throws Error, naming the target, if that cannot be, or if `overwrite` is off and the target
  /// exists.
  OutputFile(std::string target, bool overwrite);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  const std::string& target() const { return target_; }
  const std::string& temporary() const { return temporary_; }

  /// Makes the temporary file durable and renames it to the target. Throws Error.
  void commit();

 private:
  std::string target_, temporary_;
  bool overwrite_;
};

}  // namespace reel::local
