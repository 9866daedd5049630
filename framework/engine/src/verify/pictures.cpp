#include "verify/pictures.hpp"

#include <cstring>

namespace reel::engine::proof {
namespace {

bool comparable(const Picture& a, const Picture& b) {
  return a.format == b.format && a.width == b.width && a.height == b.height;
}

template <class Sample>
double squares(const Picture::Plane& a, const Picture::Plane& b) {
  double sum = 0;
  for (std::size_t y = 0; y < a.height; ++y) {
    const std::uint8_t *left = a.data + static_cast<std::ptrdiff_t>(y) * a.stride,
                       *right = b.data + static_cast<std::ptrdiff_t>(y) * b.stride;
    std::uint64_t row = 0;
    for (std::size_t x = 0; x + sizeof(Sample) <= a.width; x += sizeof(Sample)) {
      Sample l, r;
      std::memcpy(&l, left + x, sizeof l);
      std::memcpy(&r, right + x, sizeof r);
      const std::int64_t d = std::int64_t{l} - std::int64_t{r};
      row += static_cast<std::uint64_t>(d * d);
    }
    sum += static_cast<double>(row);
  }
  return sum;
}

}  // namespace

bool same(const Picture& a, const Picture& b) {
  if (!comparable(a, b)) return false;
  for (std::size_t p = 0; p < a.planes.size(); ++p) {
    const Picture::Plane &left = a.planes.at(p), &right = b.planes.at(p);
    if (left.width != right.width || left.height != right.height) return false;
    for (std::size_t y = 0; y < left.height; ++y) {
      const auto row = static_cast<std::ptrdiff_t>(y);
      if (std::memcmp(left.data + row * left.stride, right.data + row * right.stride, left.width) != 0) return false;
    }
  }
  return true;
}

std::optional<double> square_error(const Picture& a, const Picture& b) {
  const Picture::Plane& plane = a.planes[0];
  const std::size_t bytes = a.depth > 8 ? 2 : 1;
  const std::size_t samples = plane.width / bytes * plane.height;
  if (!comparable(a, b) || a.depth == 0 || a.depth > 16 || samples == 0) return std::nullopt;
  const double white = static_cast<double>((1U << static_cast<unsigned>(a.depth)) - 1);
  const double sum =
      bytes == 1 ? squares<std::uint8_t>(plane, b.planes[0]) : squares<std::uint16_t>(plane, b.planes[0]);
  return sum / (static_cast<double>(samples) * white * white);
}

}  // namespace reel::engine::proof
