#include "splice/span_key.hpp"

#include "splice/assembly.hpp"
#include "stage_key.hpp"

namespace reel::engine {
namespace {

using base::Time;
using planner::Span;

/// Raised with every change of what is kept, or of how spans are rendered.
constexpr int edition = 2;

bool add_stage_in(const Prepared& prepared, std::size_t index, const Span& span, Sha256& sum) {
  const model::Stage& stage = prepared.pipeline.stages[index];
  // Where the span lies on the clock that all of the stage's times are on.
  const auto at = prepared.clocks[stage.inputs.front()].from_source.to_output(span.source.begin);
  if (!at) return false;
  sum.add(std::to_string(at->count()));
  for (std::size_t i = 1; i < stage.inputs.size(); ++i)
    if (!add_stage(prepared.pipeline, prepared.pipeline.stages[stage.inputs[i]], sum)) return false;
  return add_stage(prepared.pipeline, stage, sum);
}

void add_encoder(const PictureFormat& format, Sha256& sum) {
  sum.add(format.settings.encoder);
  sum.add(std::to_string(avcodec_version()));
  for (const auto& [name, value] : format.settings.options) {
    sum.add(name);
    sum.add(value);
  }
  for (const std::int64_t number :
       {std::int64_t{format.settings.b_frames}, std::int64_t{format.settings.group},
        std::int64_t{format.settings.flags}, std::int64_t{format.settings.quantizer.value_or(-1)},
        format.settings.bit_rate, std::int64_t{format.rotation}, std::int64_t{format.frame_rate.num},
        std::int64_t{format.frame_rate.den}})
    sum.add(std::to_string(number));
  sum.add(format.header);
}

}  // namespace

std::optional<std::string> key_of(const Prepared& prepared, const Span& span, const FileIndex& index,
                                  const PictureFormat& format) {
  Sha256 sum;
  sum.add(std::to_string(edition));
  sum.add(gst::TextPtr(gst_version_string()).get());
  add_encoder(format, sum);
  for (const std::size_t stage : span.stages)
    if (!add_stage_in(prepared, stage, span, sum)) return std::nullopt;
  for (const Time t : times_of(span, index)) sum.add(std::to_string((t - span.output.begin).count()));
  // Which of the pictures that are decoded.
  sum.add(std::to_string(span.first - span.decode_from));
  if (!read_packets(index, span.decode_from, span.decode_to, [&sum](Bytes packet) { sum.add(packet); }))
    return std::nullopt;
  return to_hex(sum.end());
}

}  // namespace reel::engine
