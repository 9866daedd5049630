/// Making files worse than any muxer would: changes in place, in copies of sound ones.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "command.hpp"

namespace reel::tests {

inline std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | static_cast<unsigned char>(bytes.at(at + i));
  return number;
}

inline void set_big_endian(std::string& bytes, std::size_t at, std::uint32_t number) {
  for (std::size_t i = 0; i < 4; ++i) bytes.at(at + i) = static_cast<char>(number >> (24 - 8 * i) & 0xFFU);
}

/// Where the name of the n-th box of that kind stands in an MP4; its content begins 4 bytes later.
inline std::size_t box(const std::string& bytes, const std::string& name, std::size_t from = 0) {
  const std::size_t at = bytes.find(name, bytes.find("moov", from));
  if (at == std::string::npos) throw std::runtime_error("there is no box " + name);
  return at;
}

}  // namespace reel::tests
