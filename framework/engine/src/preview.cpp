#include "reel/engine/preview.hpp"

#include <gst/video/video.h>

#include "graph/kinds.hpp"
#include "picture_file.hpp"
#include "pictures.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

using base::Time;

/// To square pixels. RGB is what PNG holds, and what a JPEG encoder turns into the range and matrix that JPEG means; it would write
/// other pictures as they are.
constexpr const char* conversion = "videoconvert ! videoscale ! video/x-raw,format={RGB,RGBA},pixel-aspect-ratio=1/1";

}  // namespace

PreviewResult preview(const Prepared& prepared, Time at, const std::filesystem::path& target,
                      const SecretSource& secret) {
  gst::init();
  const auto sink = main_sink(prepared.pipeline);
  if (!sink) throw base::InputError("the pipeline has no sink, so nothing would be seen");
  const std::size_t shown = prepared.pipeline.stages[*sink].inputs.front();
  const auto kinds = output_kinds(prepared.pipeline, prepared.media);
  if (!kinds[shown].video) throw base::InputError("the result has no picture, only sound");
  const auto& length = prepared.clocks[*sink].input_duration;
  if (at < Time{0} || (length && at >= *length))
    throw base::InputError("there is no picture at " + base::format_moment(at) + ": the result lasts " +
                               (length ? base::format_moment(*length) : "shorter"),
                           "choose an earlier time");
  const auto pictures = find_pictures(prepared, {.stage = shown, .at = at, .conversion = conversion}, secret);
  if (pictures.empty())
    throw base::RunError("no picture came out at " + base::format_moment(at), "the input may be damaged there");
  GstSample* const picture = pictures.front().get();
  write_picture(picture, target);
  PreviewResult result;
  GstVideoInfo info;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(picture)) != FALSE)
    result.width = info.width, result.height = info.height;
  result.time = start_of(picture);
  return result;
}

}  // namespace reel::engine
