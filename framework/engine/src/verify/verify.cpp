#include "reel/engine/verify.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "verify/scene.hpp"

namespace reel::engine {
namespace {

using base::Time;
using planner::Span;
using proof::Decoded;
using proof::Findings;
using proof::Scene;
using proof::Stretch;
using proof::Track;

std::string shown(const std::string& uri) { return "'" + base::printable(uri) + "'"; }

[[noreturn]] void refuse_plan(const std::string& source, const std::string& why) {
  throw base::InputError("the plan is not one of " + shown(source) + ": " + why,
                         "give the file that the pipeline reads first, then the one that it wrote");
}

/// Spans must be of this source before they are used as numbers of its packets.
void check_plan(const planner::Plan& plan, const Scene& scene) {
  if (plan.full())
    throw base::InputError("the plan renders everything, so nothing is promised to be the source's",
                           "without --plan, `reel verify` looks for what is the source's all the same");
  if (plan.spans.empty()) return;
  if (!scene.source.pictures) refuse_plan(scene.source.uri, "it has no pictures");
  const Track& track = *scene.source.pictures;
  const Time tolerance = 2 * track.tick() + std::chrono::microseconds(1);
  for (const Span& span : plan.spans) {
    if (span.end > track.count() || span.first_packet >= track.count())
      refuse_plan(scene.source.uri, "it speaks of picture " + std::to_string(span.end) + ", but there are " +
                                        std::to_string(track.count()));
    const Time begins = track.time(track.displayed[span.first]) - scene.source.start;
    // A span may begin in the middle of a picture, where a cut ended.
    const Time length = track.step();
    if (span.source.begin < begins - tolerance - length || span.source.begin > begins + tolerance + length)
      refuse_plan(scene.source.uri, "picture " + std::to_string(span.first) + " is shown at " +
                                        base::format_moment(begins) + ", not at " +
                                        base::format_moment(span.source.begin));
  }
}

Scene look_at(const std::string& source, const std::string& output, const VerifyOptions& options) {
  Scene scene{.source = proof::read_file(source, options.stop),
              .output = proof::read_file(output, options.stop),
              .plan = options.plan};
  if (scene.plan) check_plan(*scene.plan, scene);
  if (!scene.source.pictures || !scene.output.pictures) return scene;
  const proof::Prints before = scene.source.pictures->prints, after = scene.output.pictures->prints;
  if (!scene.plan)
    scene.alignment = proof::align(before, after, scene.source.pictures->keys, scene.output.pictures->keys);
  else if (scene.plan->pictures == planner::Treatment::render)
    scene.alignment = proof::all_rendered(after.size(), scene.plan->pictures_reason);
  else
    scene.alignment = proof::align(scene.plan->spans, before, after);
  proof::complete(scene);
  return scene;
}

void check_files(const Scene& scene, Findings& findings) {
  const bool before = scene.source.pictures.has_value(), after = scene.output.pictures.has_value();
  if (before != after)
    findings.add("file", "pictures", Time{0},
                 before ? "there are no pictures, though the source has some"
                        : "there are pictures, though the source has none");
  if (scene.output.sample_entries > std::max<std::size_t>(1, scene.source.sample_entries))
    findings.add("file", "entries", Time{0},
                 "a track has " + std::to_string(scene.output.sample_entries) +
                     " sample descriptions (entries of 'stsd'); some players stop at the second");
  if (before && after && scene.output.pictures->headers > scene.source.pictures->headers)
    findings.add("file", "headers", Time{0}, "the header of the pictures changes on the way");
}

/// From the first picture to the end of the last.
base::TimeRange range_of(const Track& track, std::size_t first, std::size_t count, Time start) {
  const auto at = [&](std::size_t place) { return track.displayed[std::min(place, track.count() - 1)]; };
  return {track.time(at(first)) - start, track.end(at(first + count - 1)) - start};
}

VerifiedSpan describe(const Scene& scene, std::size_t number) {
  const Stretch& stretch = scene.alignment.stretches[number];
  const Track& output = *scene.output.pictures;
  VerifiedSpan span{
      .kind = stretch.kind, .packets = stretch.count, .pictures = stretch.count, .reason = stretch.reason};
  for (std::size_t i = stretch.output; i < stretch.output + stretch.count; ++i) {
    span.bytes += output.bytes[i];
    span.same_packets += scene.copied(i) ? 1 : 0;
  }
  if (const Span* const planned = scene.planned(number)) {
    span.output = planned->output;
    span.source = planned->source;
  } else if (stretch.count > 0) {
    span.output = range_of(output, stretch.output, stretch.count, scene.output.start);
    if (stretch.placed)
      span.source = range_of(*scene.source.pictures, stretch.source, stretch.count, scene.source.start);
  }
  return span;
}

std::optional<double> decibels(const std::optional<double>& square_error) {
  if (!square_error) return std::nullopt;
  return *square_error > 0 ? -10 * std::log10(*square_error) : std::numeric_limits<double>::infinity();
}

void add_decoded(const proof::DecodedTwice& decoded, Verification& result) {
  result.libav_decoder = decoded.libav.decoder;
  result.gstreamer_decoder = decoded.gstreamer.decoder;
  for (std::size_t s = 0; s < result.spans.size(); ++s) {
    result.spans[s].same_libav = decoded.libav.same[s];
    result.spans[s].same_gstreamer = decoded.gstreamer.same[s];
    if (result.spans[s].kind == Span::Kind::render) result.spans[s].psnr = decibels(decoded.libav.square_error[s]);
  }
}

}  // namespace

Verification verify(const std::string& source, const std::string& output, const VerifyOptions& options) {
  const Scene scene = look_at(source, output, options);
  Verification result{.source = source, .output = output, .planned = options.plan.has_value()};
  Findings findings(result);
  check_files(scene, findings);
  if (scene.source.pictures && scene.output.pictures) {
    check_packets(scene, findings);
    check_times(scene, findings);
    for (std::size_t s = 0; s < scene.alignment.stretches.size(); ++s) result.spans.push_back(describe(scene, s));
    const bool copied = std::ranges::any_of(scene.alignment.from, [](const auto& from) { return from.has_value(); });
    if (copied) add_decoded(check_pictures(scene, findings, options), result);
  }
  result.sound = check_sound(scene, findings);
  std::ranges::stable_sort(result.differences, {}, &Difference::at);
  return result;
}

}  // namespace reel::engine
