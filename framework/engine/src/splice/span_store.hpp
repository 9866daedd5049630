/// Rendered spans in the cache. Private to the engine.
#pragma once

#include <optional>
#include <string>

#include "reel/engine/span_cache.hpp"
#include "splice/span_renderer.hpp"

namespace reel::engine {

/// A span that was rendered before, put into `spool` as render_span() does; nothing if there is none. `pictures`: how many it has.
std::optional<RenderedSpan> recall(const SpanCache& cache, const std::string& key, std::size_t pictures, Spool& spool);
void keep(SpanCache& cache, const std::string& key, const RenderedSpan& span, const Spool& spool);

}  // namespace reel::engine
