/// Lines from a pipe that somebody hostile writes to. Private to the service.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace reel::service {

/// Cuts what comes from a descriptor into lines, and remembers no more than one.
class LineReader {
 public:
  using Take = std::function<void(std::string_view line)>;

  LineReader(int fd, std::size_t longest) : fd_(fd), longest_(longest) {}

  /// Gives all whole lines that are there to `take`, but reads a few hundred kilobytes at most, so that nobody else has to wait. True
  /// if something came.
  bool read(const Take& take);
  /// Gives what came behind the last line, if anything.
  void finish(const Take& take);
  /// A line was longer than allowed; its rest is thrown away, its beginning was given.
  bool overflowed() const { return overflowed_; }
  bool ended() const { return ended_; }

 private:
  void add(std::string_view bytes, const Take& take);

  int fd_;
  std::size_t longest_;
  std::string line_;
  bool overflowed_ = false, skipping_ = false, ended_ = false;
};

}  // namespace reel::service
