#include "bytes.hpp"

namespace reel::photoshop {

Bytes& Bytes::number(std::uint64_t value, unsigned size) {
  while (size-- > 0) data_.push_back(static_cast<std::uint8_t>(value >> (8 * size)));
  return *this;
}

Bytes& Bytes::text(std::string_view characters) {
  data_.insert(data_.end(), characters.begin(), characters.end());
  return *this;
}

Bytes& Bytes::append(std::span<const std::uint8_t> more) {
  data_.insert(data_.end(), more.begin(), more.end());
  return *this;
}

Bytes& Bytes::zeros(std::size_t count) {
  data_.resize(data_.size() + count);
  return *this;
}

Bytes& Bytes::pad(std::size_t multiple) { return zeros((multiple - data_.size() % multiple) % multiple); }

}  // namespace reel::photoshop
