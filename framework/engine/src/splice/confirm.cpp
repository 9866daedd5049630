#include "splice/confirm.hpp"

#include "splice/sound_span.hpp"
#include "splice/splice_fault.hpp"

namespace reel::engine {
namespace {

using planner::Span;

/// The packets of a span whose pictures have to be where the tables say.
struct Packets {
  std::size_t first = 0, end = 0;
};

Packets that_matter(const FileIndex& index, const Span& span) {
  if (span.kind == Span::Kind::render) return {span.decode_from, span.marked ? *span.marked + 1 : span.decode_to};
  // Copied packets stay as they are. But where they end before the file does, all pictures of the group up to there have to be among them.
  const bool group_ends =
      span.end == index.times.size() || (index.seen[span.end] && index.media.packets[span.end].entry);
  std::size_t first = span.end;
  while (!group_ends && first > span.first && !index.media.packets[--first].key) continue;
  return {first, span.end};
}

}  // namespace

bool confirm_entries(FileIndex& index, const planner::Plan& plan) {
  if (index.seen.empty()) return true;
  bool as_told = true;
  for (const Span& span : plan.spans) {
    const std::size_t packet = span.kind == Span::Kind::copy ? span.first_packet : span.decode_from;
    if (!index.seen[packet]) as_told = look_into(index, packet, packet + 1) && as_told;
  }
  return as_told;
}

void confirm_pictures(FileIndex& index, const planner::Plan& plan) {
  if (index.seen.empty()) return;
  for (const Span& span : plan.spans) {
    const Packets packets = that_matter(index, span);
    if (packets.first < packets.end) look_into(index, packets.first, packets.end);
  }
  const model::MediaIndex& media = index.media;
  if (!media.fault.empty()) throw SpliceFault(media.fault);
  if (!media.refusal.empty()) throw SpliceFault(media.refusal);
}

void confirm_sound(SoundFile& sound, const planner::SoundPlan& plan) {
  const auto look = [&](const planner::SoundSpan& copied, std::int64_t first, std::int64_t end) {
    if (!look_into(sound, first + copied.moved, end + copied.moved))
      throw SpliceFault("packets of the source's sound are not where its tables say");
  };
  for (std::size_t i = 0; i < plan.spans.size(); ++i) {
    const planner::SoundSpan& span = plan.spans[i];
    if (span.kind != planner::SoundSpan::Kind::render) continue;
    if (i > 0) look(plan.spans[i - 1], span.first - SoundSpanEncoder::reach - 1, span.first + 1);
    if (i + 1 < plan.spans.size()) look(plan.spans[i + 1], span.end - 1, span.end + SoundSpanEncoder::reach + 1);
  }
}

}  // namespace reel::engine
