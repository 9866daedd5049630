/// The pictures of one file in both orders, and where packets can be parted. Private to the planner.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reel/base/time.hpp"
#include "reel/model/media.hpp"

namespace reel::planner {

/// Pictures are numbered in order of display, packets in order of decoding; at a clean boundary both numbers are the same: all
/// packets before it are shown before all packets behind it.
class Pictures {
 public:
  explicit Pictures(const model::MediaIndex& index);

  std::size_t count() const { return times_.size(); }
  base::Time begin(std::size_t picture) const { return times_[picture]; }
  base::Time end(std::size_t picture) const { return picture + 1 < count() ? times_[picture + 1] : end_; }
  /// The first picture that is shown at `t` or later; count() if there is none.
  std::size_t from(base::Time t) const;

  bool clean(std::size_t boundary) const { return clean_[boundary]; }
  /// Whether a decoder can begin with the packet of this picture and show all pictures from it on.
  bool entry(std::size_t picture) const { return picture < count() && entry_[picture].has_value(); }
  bool open_entry(std::size_t picture) const { return entry(picture) && open_[picture]; }
  /// As model::IndexedPacket.
  bool unmarked(std::size_t picture) const { return entry(picture) && unmarked_[picture]; }
  /// The packet of a picture that is an entry.
  std::size_t packet(std::size_t picture) const { return entry_[picture].value_or(picture); }
  /// The last entry at or before; 0 if there is none, since a file begins with one as far as can be known.
  std::size_t entry_before(std::size_t picture) const;
  std::size_t entry_after(std::size_t picture) const;    ///< the next one behind it, or count()
  std::size_t clean_after(std::size_t boundary) const;   ///< at or behind it
  std::size_t clean_before(std::size_t boundary) const;  ///< at or before it

 private:
  void find_open_entry(const std::vector<model::IndexedPacket>& packets, std::size_t packet);

  std::vector<base::Time> times_;
  base::Time end_{0};
  std::vector<bool> open_, unmarked_;              ///< by picture
  std::vector<bool> clean_;                        ///< by boundary
  std::vector<std::optional<std::size_t>> entry_;  ///< by picture: its packet, where a decoder can begin
};

}  // namespace reel::planner
