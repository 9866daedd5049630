#include "verify/scene.hpp"

#include <algorithm>

#include "reel/base/error.hpp"

namespace reel::engine::proof {
namespace {

using base::Time;

/// Packets of a stretch in the order of display.
std::vector<std::size_t> displayed(const Track& track, const Stretch& stretch) {
  std::vector<std::size_t> packets;
  for (std::size_t i = 0; i < stretch.count; ++i) packets.push_back(stretch.output + i);
  std::ranges::sort(packets, {}, [&](std::size_t packet) { return track.place[packet]; });
  return packets;
}

void place_pictures(Scene& scene) {
  const Track &source = *scene.source.pictures, &output = *scene.output.pictures;
  scene.stretch.assign(output.count(), scene.alignment.stretches.size());
  scene.shows.resize(output.count());
  for (std::size_t s = 0; s < scene.alignment.stretches.size(); ++s) {
    const Stretch& stretch = scene.alignment.stretches[s];
    const auto packets = displayed(output, stretch);
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const std::size_t packet = packets[i];
      scene.stretch[packet] = s;
      if (const auto from = scene.alignment.from[packet]; from && !source.untimed && !output.untimed)
        scene.shows[output.place[packet]] = source.place[*from];
      else if (stretch.placed)
        scene.shows[output.place[packet]] = stretch.source + i;
    }
  }
}

/// Where nothing is cut, the file keeps the source's clock; else it begins at 0, or where its first stream does. A muxer may move
/// everything by the little that sound needs before 0 (Matroska): whether sound is moved alike is seen there.
Time origin_of(const Scene& scene) {
  const Track &source = *scene.source.pictures, &output = *scene.output.pictures;
  const auto first = std::ranges::find_if(output.displayed, [&](std::size_t p) { return scene.copied(p); });
  if (first == output.displayed.end()) return scene.source.start;
  const planner::Span& span = scene.plan->spans[scene.stretch[*first]];
  const Time moved = output.time(*first) - (source.time(*scene.alignment.from[*first]) - scene.source.start +
                                            span.output.begin - span.source.begin);
  for (const Time known : {scene.source.start, Time{0}, scene.output.start})
    if (std::chrono::abs(moved - known) <= source.tick() + output.tick()) return known;
  return moved;
}

}  // namespace

const planner::Span* Scene::planned(std::size_t number) const {
  return plan && number < plan->spans.size() ? &plan->spans[number] : nullptr;
}

std::optional<Time> Scene::shift(std::size_t number) const {
  const Stretch& s = alignment.stretches[number];
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < s.count; ++i)
    if (const std::size_t p = s.output + i; shows[output.pictures->place[p]])
      if (!first || output.pictures->place[p] < output.pictures->place[*first]) first = p;
  if (!first) return std::nullopt;
  const std::size_t shown = *shows[output.pictures->place[*first]];
  return output.pictures->time(*first) - source.pictures->time(source.pictures->displayed[shown]);
}

Time Scene::moment(std::size_t packet) const {
  const Track& track = *output.pictures;
  if (track.count() == 0) return Time{0};
  return (packet < track.count() ? track.time(packet) : track.end(track.displayed.back())) - output.start;
}

void complete(Scene& scene) {
  place_pictures(scene);
  if (scene.plan && !scene.plan->spans.empty()) scene.origin = origin_of(scene);
}

}  // namespace reel::engine::proof
