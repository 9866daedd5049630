/// Packets of spliced sound on their way into a file. Private to the engine.
#pragma once

#include <vector>

#include "files/sound_index.hpp"
#include "reel/planner/plan.hpp"
#include "splice/packet_line.hpp"
#include "splice/sound_renderer.hpp"
#include "splice/spool.hpp"

namespace reel::engine {

/// Reads the source once, from its start to its end.
class SoundLine {
 public:
  /// `shift` is added to all times. `leave_out`: of packets that are copied come zeros, where av::open_tables() can do that. All but
  /// `shift` have to outlive it.
  SoundLine(const SoundFile& file, const planner::SoundPlan& plan, const std::vector<RenderedSound>& rendered,
            const Spool& spool, base::Time shift, bool leave_out);

  const AVStream* stream() const { return source_->streams[file_.stream]; }
  /// The next packet, or null: there is none, or the next one lies behind `limit`. Valid until the next call. Copied ones say where they
  /// were in the source.
  AVPacket* next(const Limit& limit);
  AVRational time_base() const { return {1, file_.index.rate}; }

 private:
  const planner::SoundSpan& span() const { return plan_.spans[span_]; }
  std::int64_t last_sample() const;
  void put_rendered();
  void put_copied();
  std::int64_t copied_place();
  void read();

  const SoundFile& file_;
  const planner::SoundPlan& plan_;
  const std::vector<RenderedSound>& rendered_;
  const Spool& spool_;
  std::int64_t shift_;  ///< samples
  av::Input source_, tables_;
  av::Packet given_, read_;
  std::int64_t read_begin_ = 0, read_end_ = 0;  ///< packets of the grid that `read_` holds
  std::size_t span_ = 0, render_ = 0, piece_ = 0;
  std::int64_t at_ = 0;  ///< of the span's packets, the next one
};

}  // namespace reel::engine
