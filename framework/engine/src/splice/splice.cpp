#include "splice/splice.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "checks/checks.hpp"
#include "exports.hpp"
#include "files/local_file.hpp"
#include "files/temporary_file.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/plugin.h"
#include "splice/assembly.hpp"
#include "splice/confirm.hpp"
#include "splice/sound_renderer.hpp"
#include "splice/span_renderer.hpp"

namespace reel::engine {
namespace {

namespace fs = std::filesystem;
using base::Time;
using planner::Span;
using planner::Treatment;

const std::string* text_of(const model::Stage& stage, std::string_view setting) {
  const model::Setting* const found = stage.setting(setting);
  return found != nullptr && !found->secret ? std::get_if<std::string>(&found->value) : nullptr;
}

/// libavformat's muxer for a sink of ours, or empty where packets cannot go into what it writes.
std::string muxer_of(const model::Stage& sink, bool pictures) {
  struct Known {
    std::string_view name, muxer;
  };
  static constexpr std::array known{Known{"mp4", "mp4"},  Known{"m4v", "mp4"},      Known{"mov", "mov"},
                                    Known{"qt", "mov"},   Known{"mkv", "matroska"}, Known{"webm", "webm"},
                                    Known{"m4a", "ipod"}, Known{"mka", "matroska"}};
  const std::string* const uri = text_of(sink, "uri");
  const std::string* const container = text_of(sink, "container");
  std::string name = container != nullptr && *container != "auto" ? *container
                     : uri != nullptr                             ? fs::path(*uri).extension().string()
                                                                  : "";
  std::erase(name, '.');
  std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(g_ascii_tolower(c)); });
  const auto* const found = std::ranges::find(known, name, &Known::name);
  // What is made for sound alone is to hold no pictures.
  if (pictures && (name == "m4a" || name == "mka")) return "";
  return found != known.end() ? std::string(found->muxer) : "";
}

/// The first of these settings that the author made, or empty.
std::string set_among(const model::Stage& stage, std::initializer_list<const char*> names) {
  for (const char* const name : names)
    if (stage.setting(name) != nullptr) return name;
  return {};
}

bool asks_for_other(const model::Stage& sink, const char* setting, const std::string& codec) {
  const std::string* const asked = text_of(sink, setting);
  return sink.setting(setting) != nullptr && (asked == nullptr || (*asked != "auto" && *asked != codec));
}

bool holds(const std::string& muxer, const std::string& codec) {
  const AVOutputFormat* const format = av_guess_format(muxer.c_str(), nullptr, nullptr);
  const AVCodecDescriptor* const known = avcodec_descriptor_get_by_name(codec.c_str());
  return format != nullptr && known != nullptr && avformat_query_codec(format, known->id, FF_COMPLIANCE_NORMAL) == 1;
}

/// Why nothing of the source may reach this sink as it is; empty where it may.
std::string refusal_of_ends(const model::Stage& source, const model::Stage& sink, const std::string& muxer) {
  if (source.traits.name != "source" || sink.traits.name != "sink")
    return "only 'source' and 'sink' of ours pass packets on";
  for (const model::Setting& s : source.settings)
    if (s.name != "uri") return "'source' is told how to read ('" + s.name + "')";
  if (muxer.empty()) return "packets cannot be put into this kind of file";
  return {};
}

std::string refusal_of_pictures(const model::Stage& sink, const std::string& muxer, const std::string& codec) {
  if (const std::string how =
          set_among(sink, {"quality", "video-bitrate", "speed", "keyframe-interval", "pixel-format"});
      !how.empty())
    return "'" + sink.id + "' is told how to encode pictures ('" + how + "')";
  if (asks_for_other(sink, "video-codec", codec)) return "another codec was asked for";
  return holds(muxer, codec) ? "" : "the new container cannot hold " + codec;
}

std::string refusal_of_sound(const model::Stage& sink, const std::string& muxer, const model::AudioStream& sound) {
  if (sink.setting("audio-bitrate") != nullptr)
    return "'" + sink.id + "' is told how to encode sound ('audio-bitrate')";
  if (asks_for_other(sink, "audio-codec", sound.codec)) return "another codec was asked for";
  return holds(muxer, sound.codec) ? "" : "the new container cannot hold " + sound.codec;
}

void set(model::Stage& stage, const char* name, const std::string& value) {
  const auto found = std::ranges::find(stage.settings, std::string(name), &model::Setting::name);
  if (found != stage.settings.end())
    found->value = value;
  else
    stage.settings.push_back({.name = name, .value = value});
}

/// The pipeline with its pictures taken out and its sink writing to `file`.
Prepared sound_alone(const Prepared& prepared, const Splice& splice, const fs::path& file) {
  Prepared sound = sound_of(prepared);
  model::Stage& sink = sound.pipeline.stages[splice.sink];
  std::erase_if(sink.settings, [](const model::Setting& s) { return s.name == "video-codec"; });
  // MP4 keeps times to the sample, and says what of the first packet is not to be heard.
  const std::string* const codec = text_of(prepared.pipeline.stages[splice.sink], "audio-codec");
  set(sink, "container", codec != nullptr && *codec == "pcm" ? "mov" : "mp4");
  if (codec == nullptr || *codec == "auto") set(sink, "audio-codec", splice.muxer == "webm" ? "opus" : "aac");
  set(sink, "uri", file.string());
  return sound;
}

/// The pipeline with its sound taken out and its sink writing to `file`.
Prepared pictures_alone(const Prepared& prepared, const Splice& splice, const fs::path& file) {
  Prepared pictures = prepared;
  std::erase_if(pictures.media[splice.source]->streams, [](const model::StreamInfo& s) { return s.kind == "audio"; });
  model::Stage& sink = pictures.pipeline.stages[splice.sink];
  std::erase_if(sink.settings, [](const model::Setting& s) { return s.name == "audio-codec"; });
  set(sink, "container", splice.muxer == "matroska" ? "mkv" : splice.muxer);
  set(sink, "uri", file.string());
  return pictures;
}

/// Plays a pipeline of one sink into its file, and says how long that lasts. `on_part` gets what part of it is done, from 0 to 1, and
/// how many pictures.
Time play_alone(const Prepared& alone, std::size_t sink, const RunOptions& options, const Requests& requests,
                const std::function<void(double, std::size_t)>& on_part, FrameNotes& frame_notes) {
  auto graph = std::make_unique<Graph>(alone, GraphOptions{options.secret, {}, false});
  graph->want_sink(sink);
  graph->assemble();
  Player player(std::move(graph), alone, requests);
  PlayHooks hooks;
  hooks.stall_timeout = options.stall_timeout;
  const double length = base::seconds(alone.clocks[sink].input_duration.value_or(Time{1}));
  const StageCounters& counters = *player.graph().counters(sink);
  hooks.on_tick = [&](Graph&) {
    const double at = base::seconds(Time{counters.position});
    on_part(std::clamp(at / length, 0.0, 1.0), counters.frames_in);
  };
  player.play(hooks);
  on_part(1, counters.frames_in);
  const Time reached{counters.position};
  if (counters.frames_in == 0)
    throw stage_error(alone.pipeline.stages[sink], "nothing reached '" + alone.pipeline.stages[sink].id + "'",
                      "the input may be damaged, or the stages before leave nothing of it");
  frame_notes.add(player.frame_notes());
  player.close();
  return reached;
}

/// Makes the parts of one file and puts them together.
class Maker {
 public:
  using OnProgress = std::function<void(double, std::size_t)>;

  Maker(const Prepared& prepared, Splice& splice, const RunOptions& options, const Requests& requests,
        const OnProgress& on_progress)
      : prepared_(prepared),
        splice_(splice),
        options_(options),
        requests_(requests),
        on_progress_(on_progress),
        sink_(prepared.pipeline.stages[splice.sink]),
        target_(local_path(*text_of(sink_, "uri"))),
        spool_(target_.has_parent_path() ? target_.parent_path() : fs::path(".")) {
    const planner::Plan& plan = splice.plan;
    // Pictures take longest, copying least.
    const double sound = plan.sound == Treatment::render ? 0.2 : plan.sound == Treatment::splice ? 0.05 : 0;
    const bool pictures = plan.rendered > 0 || plan.pictures == Treatment::render;
    pictures_share_ = pictures ? 0.9 - sound : 0;
    sound_share_ = pictures ? sound : 4 * sound;
  }

  SplicedFile run() {
    // Where no picture of the source stays, the assembly knows of none.
    const FileIndex none{.uri = *text_of(prepared_.pipeline.stages[splice_.source], "uri")};
    const bool pictures_stay = splice_.index && !splice_.plan.spans.empty();
    AssemblyInput input{.prepared = prepared_,
                        .source = splice_.source,
                        .index = pictures_stay ? *splice_.index : none,
                        .plan = splice_.plan,
                        .spool = spool_,
                        .muxer = splice_.muxer};
    if (const model::Setting* const fast = sink_.setting("faststart"); fast != nullptr)
      input.fast_start = !std::holds_alternative<bool>(fast->value) || std::get<bool>(fast->value);
    // Only a file whose tables were enough to plan by is one whose tables are enough to copy by.
    input.leave_out = splice_.leave_out && pictures_stay && !splice_.index->seen.empty();
    if (pictures_stay) render_pictures(input);
    if (splice_.plan.pictures == Treatment::render) render_all_pictures(input);
    if (splice_.plan.sound != Treatment::none) render_sound(input);
    TemporaryFile file(target_);
    const double before = pictures_share_ + sound_share_;
    SourceParts missing =
        assemble(input, file.path(), requests_, [&](double part) { show(before + (1 - before) * part); });
    return {sink_.id, file.release(), target_.string(), pictures_length_, std::move(missing), std::move(frame_notes_)};
  }

 private:
  /// Faults name the file that the author asked for.
  Time play(const Prepared& alone, const std::string& file, const std::function<void(double, std::size_t)>& on_part) {
    try {
      return play_alone(alone, splice_.sink, options_, requests_, on_part, frame_notes_);
    } catch (const StageError& e) {
      std::string what = e.what();
      if (const auto at = what.find(file); at != std::string::npos) what.replace(at, file.size(), target_.string());
      throw StageError(what, e.hint(), e.stage(), e.mark(), e.detail());
    }
  }
  void show(double fraction) { on_progress_(fraction, pictures_done_); }

  void render_pictures(AssemblyInput& input) {
    confirm_pictures(*splice_.index, splice_.plan);
    const double all = static_cast<double>(std::max<std::size_t>(1, splice_.plan.rendered));
    const SpanOptions options{spool_, options_.cache.get(), options_.secret, options_.stall_timeout,
                              [&](std::size_t pictures) {
                                pictures_done_ = pictures;
                                show(pictures_share_ * static_cast<double>(pictures) / all);
                              }};
    if (std::ranges::any_of(splice_.plan.spans, &planner::Span::encoded)) input.header = splice_.format.header;
    input.rendered = render_spans(prepared_, splice_.plan, *splice_.index, splice_.format, requests_, options);
    pictures_done_ = splice_.plan.rendered;
    for (const RenderedSpan& span : input.rendered) frame_notes_.add(span.frame_notes);
    auto made = input.rendered.begin();
    for (planner::Span& span : splice_.plan.spans)
      if (span.kind == planner::Span::Kind::render) span.recalled = (made++)->recalled;
  }

  void render_all_pictures(AssemblyInput& input) {
    pictures_.emplace(target_);
    pictures_length_ = play(pictures_alone(prepared_, splice_, pictures_->path()), pictures_->path(),
                            [&](double part, std::size_t pictures) {
                              pictures_done_ = pictures;
                              show(pictures_share_ * part);
                            });
    input.pictures = pictures_->path();
  }

  void render_sound(AssemblyInput& input) {
    const auto on_part = [&](double part) { show(pictures_share_ + sound_share_ * part); };
    if (splice_.plan.sound == Treatment::render) {
      sound_.emplace(target_);
      play(sound_alone(prepared_, splice_, sound_->path()), sound_->path(),
           [&](double part, std::size_t) { on_part(part); });
      input.sound = sound_->path();
    }
    if (splice_.plan.sound == Treatment::splice) {
      const SoundOptions options{spool_, options_.secret, options_.stall_timeout, on_part};
      confirm_sound(*splice_.sound, splice_.plan.parts);
      input.rendered_sound = render_sound_spans(prepared_, splice_.plan.parts, *splice_.sound, requests_, options);
      input.sound_file = &*splice_.sound;
    }
  }

  const Prepared& prepared_;
  Splice& splice_;
  const RunOptions& options_;
  const Requests& requests_;
  const OnProgress& on_progress_;
  const model::Stage& sink_;
  const fs::path target_;
  Spool spool_;
  std::optional<TemporaryFile> pictures_, sound_;
  std::optional<Time> pictures_length_;
  double pictures_share_ = 0, sound_share_ = 0;
  std::size_t pictures_done_ = 0;
  FrameNotes frame_notes_;
};

/// What the sink and the codecs say against copies; empty: nothing.
struct Refusals {
  std::string pictures, sound;
};

const model::VideoStream* moving_pictures(const std::optional<model::MediaInfo>& media) {
  return media && media->video() != nullptr && !media->video()->video->still ? &*media->video()->video : nullptr;
}

Refusals refusals_of(const Prepared& prepared, const Splice& splice) {
  const auto& stages = prepared.pipeline.stages;
  const model::Stage& sink = stages[splice.sink];
  const auto& media = prepared.media[splice.source];
  Refusals refusals;
  refusals.pictures = refusal_of_ends(stages[splice.source], sink, splice.muxer);
  if (const auto twice = std::ranges::find_if(stages, measures_first); twice != stages.end())
    refusals.pictures = "'" + twice->id + "' has to see or hear everything first";
  refusals.sound = refusals.pictures;
  if (const model::VideoStream* const video = moving_pictures(media); video != nullptr && refusals.pictures.empty())
    refusals.pictures = refusal_of_pictures(sink, splice.muxer, video->codec);
  if (refusals.sound.empty() && media && media->audio() != nullptr)
    refusals.sound = refusal_of_sound(sink, splice.muxer, *media->audio()->audio);
  return refusals;
}

}  // namespace

bool measures_first(const model::Stage& stage) {
  const gst::Ptr<GstElementFactory> factory(gst_element_factory_find(stage.traits.factory.c_str()));
  if (!factory) return false;
  const gchar* const answer = gst_element_factory_get_metadata(factory.get(), REEL_META_TWO_PASS);
  return answer != nullptr && std::string_view(answer) == "yes";
}

Splice plan_splice(const Prepared& prepared) {
  Splice splice;
  const auto& stages = prepared.pipeline.stages;
  splice.sink = main_sink(prepared.pipeline).value_or(0);
  splice.source = main_source(prepared.pipeline, splice.sink);
  const auto& media = prepared.media[splice.source];
  const model::VideoStream* const video = moving_pictures(media);
  splice.muxer = muxer_of(stages[splice.sink], video != nullptr);
  const Refusals refusals = refusals_of(prepared, splice);
  std::vector<std::optional<model::MediaIndex>> indexes(stages.size());
  std::vector<std::optional<model::SoundIndex>> sound_indexes(stages.size());
  const planner::PlanInput input{prepared.pipeline, prepared.clocks,   indexes,       prepared.media,
                                 sound_indexes,     refusals.pictures, refusals.sound};
  // To know every packet may mean to read the whole file, so that is for those who may gain by it.
  const std::string* const uri = text_of(stages[splice.source], "uri");
  if (video != nullptr && planner::why_all_pictures(input).empty()) splice.index = index_file(*uri);
  if (splice.index) {
    if (splice.index->media.refusal.empty())
      if (const auto format = format_beside(*splice.index, splice.index->media.refusal)) {
        splice.format = *format;
        splice.format.rotation = video->rotation;
      }
    indexes[splice.source] = splice.index->media;
  }
  if (planner::needs_sound_index(input)) splice.sound = index_sound(*uri);
  if (splice.sound) sound_indexes[splice.source] = splice.sound->index;
  splice.plan = planner::plan(input);
  constexpr int most_plans = 16;
  for (int plans = 0; splice.index && !confirm_entries(*splice.index, splice.plan); ++plans) {
    // Rare files have more false entries than that; of those everything is read.
    if (plans == most_plans) look_into(*splice.index, 0, splice.index->times.size());
    indexes[splice.source] = splice.index->media;
    splice.plan = planner::plan(input);
  }
  // To render pictures apart from the sound, the sink has to write a file that goes by another name.
  if (splice.plan.pictures == Treatment::render && stages[splice.sink].traits.param("container") == nullptr) {
    splice.plan.sound = Treatment::render;
    splice.plan.sound_reason = "the pictures are";
  }
  return splice;
}

planner::Plan plan(const Prepared& prepared) { return plan_splice(without_exporters(prepared)).plan; }

SplicedFile run_splice(const Prepared& prepared, Splice& splice, const RunOptions& options, const Requests& requests,
                       const std::function<void(double, std::size_t)>& on_progress) {
  try {
    return Maker(prepared, splice, options, requests, on_progress).run();
  } catch (const SpliceFault&) {
    throw;
  } catch (const StageError&) {
    throw;
  } catch (const base::RunError& e) {
    // What is left has to do with the file to write.
    throw stage_error(prepared.pipeline.stages[splice.sink], e.what(), e.hint());
  }
}

}  // namespace reel::engine
