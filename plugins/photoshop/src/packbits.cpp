#include "packbits.hpp"

#include <algorithm>

namespace reel::photoshop {

namespace {

constexpr std::size_t longest = 128;

/// How often the first byte is repeated.
std::size_t run_of(std::span<const std::uint8_t> bytes) {
  const std::size_t limit = std::min(bytes.size(), longest);
  std::size_t n = 1;
  while (n < limit && bytes[n] == bytes[0]) ++n;
  return n;
}

/// How many bytes come before the next run that is worth its own code.
std::size_t literal_of(std::span<const std::uint8_t> bytes) {
  const std::size_t limit = std::min(bytes.size(), longest);
  for (std::size_t n = 1; n < limit; ++n)
    if (n + 2 < bytes.size() && bytes[n] == bytes[n + 1] && bytes[n] == bytes[n + 2]) return n;
  return limit;
}

}  // namespace

void pack_bits(std::span<const std::uint8_t> row, std::vector<std::uint8_t>& into) {
  while (!row.empty()) {
    const std::size_t run = run_of(row);
    if (run >= 2) {
      into.insert(into.end(), {static_cast<std::uint8_t>(257 - run), row[0]});
      row = row.subspan(run);
    } else {
      const std::size_t literal = literal_of(row);
      into.push_back(static_cast<std::uint8_t>(literal - 1));
      into.insert(into.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(literal));
      row = row.subspan(literal);
    }
  }
}

bool unpack_bits(std::span<const std::uint8_t> packed, std::span<std::uint8_t> row) {
  while (packed.size() >= 2) {
    const unsigned code = packed[0];
    if (code == 128) {
      packed = packed.subspan(1);
      continue;
    }
    const bool run = code > 128;
    const std::size_t count = run ? 257 - code : code + 1;
    const std::size_t used = run ? 1 : count;
    if (count > row.size() || used + 1 > packed.size()) return false;
    if (run)
      std::fill_n(row.begin(), count, packed[1]);
    else
      std::copy_n(packed.begin() + 1, count, row.begin());
    row = row.subspan(count);
    packed = packed.subspan(used + 1);
  }
  return row.empty();
}

}  // namespace reel::photoshop
