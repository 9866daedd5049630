/// Small helpers for text that people read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reel::base {

/// The known name that is nearest to `word` by edit distance (transpositions count once), or empty
/// if none is near enough to be what was meant.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// `a, b and c`
std::string join_words(const std::vector<std::string>& words, std::string_view last = "and");

/// `1 picture`, `5 pictures`
std::string counted(std::uint64_t count, std::string_view thing);

/// Columns of a terminal that a UTF-8 text takes; wide characters count two, combining ones none.
std::size_t display_width(std::string_view utf8);

/// Byte offset of the first byte that is no valid UTF-8, or npos.
std::size_t broken_utf8(std::string_view text);

/// The text with control characters (terminal escapes among them) and broken UTF-8 made visible.
std::string printable(std::string_view text);

/// At most `bytes` of the beginning of a UTF-8 text, no character cut in two; where something is left out, the mark is put behind it.
std::string beginning(std::string_view utf8, std::size_t bytes, std::string_view mark = "…");

/// For names in any script, in header fields and in paths as one segment (RFC 3986).
std::string percent_encoded(std::string_view text);

/// The scheme of `S3://…` as `s3`; `file` for plain paths.
std::string scheme_of(std::string_view uri);

/// `what happened; what can be done about it`, for where both have to be one text. The hint may be empty.
std::string with_hint(std::string message, std::string_view hint);

/// `2030-01-31T12:00:00.123456Z`: RFC 3339 with microseconds, UTC.
std::string rfc3339(std::chrono::system_clock::time_point time);

/// `$0.40`
std::string format_dollars(double cents);

/// `1.4 MB`, in powers of 1000.
std::string format_bytes(std::uint64_t bytes);

}  // namespace reel::base
