#include "pictures.hpp"

#include <algorithm>

namespace reel::planner {

using base::Time;

Pictures::Pictures(const model::MediaIndex& index) : end_(index.end) {
  const auto& packets = index.packets;
  for (const auto& p : packets) times_.push_back(p.time);
  std::ranges::sort(times_);
  // A boundary is clean where what was decoded so far is exactly what is shown first.
  clean_.assign(packets.size() + 1, false);
  entry_.resize(packets.size() + 1);
  open_.assign(packets.size() + 1, false);
  unmarked_ = open_;
  clean_[0] = true;
  Time latest = Time::min();
  for (std::size_t i = 0; i < packets.size(); ++i) {
    latest = std::max(latest, packets[i].time);
    clean_[i + 1] = latest == times_[i];
  }
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (clean_[i] && packets[i].entry) entry_[i] = i;
    if (clean_[i] && packets[i].open_entry) find_open_entry(packets, i);
  }
}

/// The picture is shown behind those that lead it. At the start of a file these stay, too, though no decoder shows them.
void Pictures::find_open_entry(const std::vector<model::IndexedPacket>& packets, std::size_t packet) {
  std::size_t picture = packet;
  while (picture + 1 < packets.size() && packets[picture + 1].time < packets[packet].time) ++picture;
  if (!clean_[picture + 1]) return;
  entry_[picture] = packet;
  open_[picture] = true;
  unmarked_[picture] = packets[packet].unmarked;
  if (packet == 0) entry_[0] = 0, open_[0] = true;
}

std::size_t Pictures::from(Time t) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(times_, t) - times_.begin());
}

std::size_t Pictures::entry_before(std::size_t picture) const {
  while (picture > 0 && !entry(picture)) --picture;
  return picture;
}

std::size_t Pictures::entry_after(std::size_t picture) const {
  for (++picture; picture < count() && !entry(picture);) ++picture;
  return std::min(picture, count());
}

std::size_t Pictures::clean_after(std::size_t boundary) const {
  while (boundary < count() && !clean(boundary)) ++boundary;
  return std::min(boundary, count());
}

std::size_t Pictures::clean_before(std::size_t boundary) const {
  while (boundary > 0 && !clean(boundary)) --boundary;
  return boundary;
}

}  // namespace reel::planner
