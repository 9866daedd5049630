/// One span of sound on its way into packets. Private to the engine.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "reel/planner/plan.hpp"
#include "splice/sound_encoder.hpp"
#include "splice/spool.hpp"

namespace reel::engine {

/// Takes the samples of one span, in order, and keeps its packets. Some more are encoded at either end, where a copy is the neighbour, so
/// that fit() can choose. One thread at a time.
class SoundSpanEncoder {
 public:
  /// By how many packets fit() may widen the span, at most.
  static constexpr std::int64_t reach = 10;

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
  /// No more is needed: chooses where the span begins and ends, so that it and its neighbours fade alike. Throws SpliceFault,
  /// base::RunError.
  void finish();

  /// Tells the plan where the span begins and ends. Gives its packets.
  std::vector<Spool::Place> fit(planner::SoundPlan& plan) const;

 private:
  void encode(bool all);
  void remember(std::span<const std::uint8_t> frame);
  void keep(std::int64_t at, std::span<const std::uint8_t> packet);
  void choose_ends();
  bool fits_before(std::int64_t packet) const;
  bool fits_behind(std::int64_t packet) const;
  void match_shape(std::int64_t packet, bool before, bool behind);
  const std::optional<aac::Windows>& made(std::int64_t packet) const;
  const std::optional<aac::Windows>& beside(std::size_t neighbour, std::int64_t packet) const;

  const SoundFile& file_;
  const SoundFormat& format_;
  std::size_t span_;
  Spool& spool_;
  std::unique_ptr<SoundEncoder> encoder_;  ///< only while it is at work: there may be many spans
  const planner::SoundPlan& plan_;
  std::int64_t first_, last_;        ///< the span's packets
  std::int64_t low_ = 0, high_ = 0;  ///< packets that are kept
  std::int64_t begin_ = 0, end_ = 0, next_ = 0;
  std::vector<std::uint8_t> waiting_;
  std::vector<std::vector<std::uint8_t>> frames_;  ///< what was encoded at either end; empty in between
  std::int64_t kept_ = 0;
  std::vector<Spool::Place> packets_;
  std::vector<std::optional<aac::Windows>> windows_;  ///< of packets from `low_ - 1` on
};

}  // namespace reel::engine
