/// Renders one span of a plan. Private to the engine.
#pragma once

#include <functional>
#include <vector>

#include "graph/player.hpp"
#include "reel/base/error.hpp"
#include "reel/engine/span_cache.hpp"
#include "reel/planner/plan.hpp"
#include "splice/picture_encoder.hpp"
#include "splice/splice_fault.hpp"

namespace reel::engine {

struct RenderedSpan {
  std::vector<EncodedPicture> pictures;  ///< in order of decoding; `picture` counts from the span's first
  bool recalled = false;                 ///< it was rendered by an earlier run
  FrameNotes frame_notes{};
};

struct SpanOptions {
  Spool& spool;                ///< takes what is encoded
  SpanCache* cache = nullptr;  ///< keeps it for later runs
  SecretSource secret;
  base::Time stall_timeout{0};
  std::function<void(std::size_t)> on_pictures;  ///< how many are done; about 10 a second, on the calling thread
};

/// Plays the part of the pipeline that makes the span, from its source up to its sink, and encodes what comes out. `index` is that
/// of the source. Throws StageError, SpliceFault, base::Interrupted.
RenderedSpan render_span(const Prepared& prepared, const planner::Span& span, const FileIndex& index,
                         const PictureFormat& format, const Requests& requests, const SpanOptions& options);

/// All render spans of a plan, in their order; several at a time, as many as cores and memory allow. Throws as render_span().
std::vector<RenderedSpan> render_spans(const Prepared& prepared, const planner::Plan& plan, const FileIndex& index,
                                       const PictureFormat& format, const Requests& requests,
                                       const SpanOptions& options);

}  // namespace reel::engine
