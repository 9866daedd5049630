#include "splice/span_store.hpp"

#include <cstring>
#include <limits>
#include <vector>

namespace reel::engine {
namespace {

/// An entry is its pictures one after the other, each behind this, and what was noted of them. Never read on another kind of
/// machine.
struct Head {
  std::uint64_t size = 0;
  std::uint32_t picture = 0, key = 0;
};
constexpr std::uint32_t notes = std::numeric_limits<std::uint32_t>::max();  ///< instead of a picture

/// Puts blocks of any length together to pictures again.
class Reader {
 public:
  Reader(std::size_t pictures, Spool& spool) : expected_(pictures), spool_(spool) {}

  bool take(std::span<const std::uint8_t> bytes) {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    std::size_t at = 0;
    Head head;
    while (waiting_.size() - at >= sizeof head) {
      std::memcpy(&head, waiting_.data() + at, sizeof head);
      if (head.size > largest || (head.picture >= expected_ && head.picture != notes)) return false;
      if (waiting_.size() - at - sizeof head < head.size) break;
      put(head, std::span(waiting_).subspan(at + sizeof head, head.size));
      at += sizeof head + head.size;
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }
  bool whole() const { return waiting_.empty() && span_.pictures.size() == expected_; }
  RenderedSpan release() { return std::move(span_); }

 private:
  static constexpr std::uint64_t largest = 1U << 30U;
  void put(const Head& head, std::span<const std::uint8_t> bytes) {
    if (head.picture == notes)
      span_.frame_notes = FrameNotes::from_json({bytes.begin(), bytes.end()});
    else
      span_.pictures.push_back({head.picture, head.key != 0, spool_.add(bytes)});
  }

  std::size_t expected_;
  Spool& spool_;
  std::vector<std::uint8_t> waiting_;
  RenderedSpan span_;
};

}  // namespace

std::optional<RenderedSpan> recall(const SpanCache& cache, const std::string& key, std::size_t pictures, Spool& spool) {
  Reader reader(pictures, spool);
  if (!cache.read(key, [&](std::span<const std::uint8_t> bytes) { return reader.take(bytes); }) || !reader.whole())
    return std::nullopt;
  RenderedSpan span = reader.release();
  span.recalled = true;
  return span;
}

void keep(SpanCache& cache, const std::string& key, const RenderedSpan& span, const Spool& spool) {
  cache.write(key, [&](const SpanCache::Take& take) {
    std::vector<std::uint8_t> bytes;
    for (const EncodedPicture& p : span.pictures) {
      const Head head{p.bytes.size, static_cast<std::uint32_t>(p.picture), p.key ? 1U : 0U};
      bytes.resize(sizeof head + p.bytes.size);
      std::memcpy(bytes.data(), &head, sizeof head);
      spool.read(p.bytes, bytes.data() + sizeof head);
      if (!take(bytes)) return;
    }
    if (span.frame_notes.empty()) return;
    const std::string said = span.frame_notes.to_json();
    const Head head{said.size(), notes, 0};
    bytes.resize(sizeof head);
    std::memcpy(bytes.data(), &head, sizeof head);
    bytes.insert(bytes.end(), said.begin(), said.end());
    take(bytes);
  });
}

}  // namespace reel::engine
