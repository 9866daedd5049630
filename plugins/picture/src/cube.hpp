/// Colour lookup tables in .cube files (Adobe's Cube LUT Specification 1.0, with Resolve's additions).
#pragma once

#include <array>
#include <string>
#include <vector>

namespace reel::picture {

/// Red, green, blue and nothing: four, so that one instruction handles them.
using Node = float __attribute__((vector_size(16)));

/// A table, or two: then the curve comes first and its results go into the lattice.
struct Cube {
  struct Range {
    std::array<double, 3> low{0, 0, 0}, high{1, 1, 1};  ///< of inputs; those outside count as its ends
  };
  std::vector<Node> curve;    ///< LUT_1D_SIZE entries, or none
  int size = 0;               ///< LUT_3D_SIZE: entries along each side of the lattice, or 0
  std::vector<Node> lattice;  ///< size³ entries, red runs fastest
  Range curve_range, lattice_range;
};

/// Throws Error with FILE:LINE, what is wrong and what was expected.
Cube read_cube(const std::string& path);

}  // namespace reel::picture
