/// The file that is being written.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace reel::photoshop {

/// Written from front to back; lengths that are known later only are put in by patch(). Throws ExtensionError that names the file.
class Output {
 public:
  /// Makes the file, or empties it.
  explicit Output(std::string path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::span<const std::uint8_t> bytes);
  /// Replaces bytes that were written before.
  void patch(std::uint64_t position, std::span<const std::uint8_t> bytes);
  std::uint64_t position() const { return flushed_ + pending_.size(); }
  /// All is handed to the system. Without it, the file is not whole.
  void finish();

 private:
  void flush();
  void put(std::uint64_t position, std::span<const std::uint8_t> bytes);
  [[noreturn]] void fail() const;

  std::string path_;
  int file_;
  std::uint64_t flushed_ = 0;
  std::vector<std::uint8_t> pending_;
};

}  // namespace reel::photoshop
