#include "part.hpp"

#include <gtest/gtest.h>

namespace reel::storage {
namespace {

TEST(Part, sizes_suffice_for_the_largest_object) {
  std::uint64_t size = 0;
  for (int n = 1; n <= most_parts; ++n) {
    EXPECT_GE(part_size(n), smallest_part);
    EXPECT_LE(part_size(n), largest_part);
    EXPECT_GE(parts_in_flight(part_size(n)), 1U);
    size += part_size(n);
  }
  EXPECT_GE(size, 5ULL << 40U);
}

}  // namespace
}  // namespace reel::storage
