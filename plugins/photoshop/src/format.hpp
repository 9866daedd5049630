/// The kinds of files.
#pragma once

namespace reel::photoshop {

/// PSD, or PSB ("large document format"), whose counts are wider.
struct Format {
  bool large = false;
  unsigned depth = 8;  ///< bits a channel

  /// Bytes of the length of a section, or of a channel.
  unsigned length_size() const { return large ? 8 : 4; }
  /// Bytes of the length of a packed row.
  unsigned row_length_size() const { return large ? 4 : 2; }
};

enum class Compression : unsigned { raw = 0, rle = 1, zip = 2, zip_predicted = 3 };

}  // namespace reel::photoshop
