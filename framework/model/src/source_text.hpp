/// Lines and columns of a text.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "reel/model/diagnostic.hpp"

namespace reel::model {

/// Number of characters (code points) of a UTF-8 text; stray bytes count as one each.
std::size_t count_characters(std::string_view utf8);

/// Finds places in a text by line and by byte. The text must outlive it. Lines end with LF or CRLF.
class SourceText {
 public:
  explicit SourceText(std::string_view text);

  std::size_t lines() const { return starts_.size(); }
  /// The 1-based line, without its line end and byte order mark; empty past the end.
  std::string_view line(std::size_t number) const;
  /// Byte offset of a 0-based line and byte column, never past the end.
  std::size_t offset(std::size_t line, std::size_t byte_column) const;
  /// The mark of the byte at `offset`, covering `bytes` bytes but not the end of the line. Fast when asked
  /// near the latest one.
  Mark mark(std::size_t offset, std::size_t bytes = 1) const;
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
  mutable std::size_t last_offset_ = 0, last_line_ = 0, last_column_ = 0;  // of the latest mark(), from 0
};

}  // namespace reel::model
