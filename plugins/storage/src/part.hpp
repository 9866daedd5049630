/// Where an object's bytes are cut when it is written in parts.
///
/// S3 takes 10,000 parts of 5 MiB to 5 GiB. The first thousand are of 8 MiB, each further thousand of twice that: so 8 GB go in parts of 8 MiB,
/// 248 GB in parts of up to 128 MiB, and 5 TB before there are 10,000.
#pragma once

#include <cstdint>
#include <string>

namespace reel::storage {

constexpr std::uint64_t mebibyte = 1UL << 20U;
constexpr std::uint64_t smallest_part = 5 * mebibyte;
constexpr std::uint64_t largest_part = 5 * 1024 * mebibyte;
constexpr int most_parts = 10'000;

/// Of the n-th, from 1 on.
constexpr std::uint64_t part_size(int number) { return (8 * mebibyte) << ((number - 1) / 1000); }

/// At once: as many as keep a line busy, fewer when they are large.
constexpr std::size_t parts_in_flight(std::uint64_t size) {
  return size <= 16 * mebibyte ? 4 : size <= 64 * mebibyte ? 2 : 1;
}

/// One that the service has.
struct Part {
  int number = 0;
  std::string tag;  ///< its entity tag, as answered
};

}  // namespace reel::storage
