/// One span of sound on its way into packets. Private to the engine.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "reel/planner/plan.hpp"
#include "sound_encoder.hpp"
#include "spool.hpp"

namespace reel::engine {

/// Takes the samples of one span, in order, and keeps its packets. Some more are encoded at either end, where a copy is the neighbour, so
/// that fit() can choose. One thread at a time.
class SoundSpanEncoder {
 public:
  /// `span` is the number of a render span in the plan; `format` that of a SoundEncoder beside the file.
  SoundSpanEncoder(const SoundFile& file, const SoundFormat& format, const planner::SoundPlan& plan, std::size_t span,
                   Spool& spool);

  /// Samples that it needs, on the output's clock; begin() may lie before its start.
  std::int64_t begin() const { return begin_; }
  std::int64_t end() const { return end_; }
  /// The first sample that it still needs.
  std::int64_t next() const { return next_; }
  bool done() const { return next_ == end_; }

  /// Samples from `next()` on; what is too many is left. Throws base::RunError.
  void take(std::span<const std::uint8_t> samples);
  void take_silence(std::int64_t samples);
  /// No more is needed. Throws SpliceFault, base::RunError.
  void finish();

  /// Moves the ends of the span to where its packets and their neighbours fade alike; changes the plan. Gives the packets.
  std::vector<Spool::Place> fit(planner::SoundPlan& plan) const;

 private:
  void encode(bool all);
  void keep(std::int64_t at, std::span<const std::uint8_t> packet);
  bool fits_before(const planner::SoundPlan& plan, std::int64_t packet) const;
  bool fits_behind(const planner::SoundPlan& plan, std::int64_t packet) const;
  const std::optional<aac::Windows>& made(std::int64_t packet) const;

  const SoundFile& file_;
  const SoundFormat& format_;
  std::size_t span_;
  Spool& spool_;
  std::unique_ptr<SoundEncoder> encoder_;  ///< only while it is at work: there may be many spans
  std::int64_t low_ = 0, high_ = 0;        ///< packets that are kept
  std::int64_t begin_ = 0, end_ = 0, next_ = 0;
  std::vector<std::uint8_t> waiting_;
  std::int64_t kept_ = 0;
  std::vector<Spool::Place> packets_;
  std::vector<std::optional<aac::Windows>> windows_;
};

}  // namespace reel::engine
