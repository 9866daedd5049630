#include "splice.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "assembly.hpp"
#include "checks.hpp"
#include "local_file.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/plugin.h"
#include "span_renderer.hpp"

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
std::string muxer_of(const model::Stage& sink) {
  struct Known {
    std::string_view name, muxer;
  };
  static constexpr std::array known{Known{"mp4", "mp4"}, Known{"m4v", "mp4"},      Known{"mov", "mov"},
                                    Known{"qt", "mov"},  Known{"mkv", "matroska"}, Known{"webm", "webm"}};
  const std::string* const uri = text_of(sink, "uri");
  const std::string* const container = text_of(sink, "container");
  std::string name = container != nullptr && *container != "auto" ? *container
                     : uri != nullptr                             ? fs::path(*uri).extension().string()
                                                                  : "";
  std::erase(name, '.');
  std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(g_ascii_tolower(c)); });
  const auto* const found = std::ranges::find(known, name, &Known::name);
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
  if (sink.setting("overwrite") != nullptr) return "'sink' is told not to overwrite";
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

/// A file beside the target, removed again unless it is released.
class Temporary {
 public:
  explicit Temporary(const fs::path& target) {
    std::string name = target.filename().string();
    if (name.size() > 200) name.resize(200);
    path_ = (target.parent_path() / ("." + name + ".XXXXXX.part")).string();
    const int file = mkostemps(path_.data(), 5, O_CLOEXEC);
    if (file < 0)
      throw base::RunError("cannot write '" + base::printable(target.string()) + "': " + std::strerror(errno),
                           "check that its folder exists and is writable");
    fchmod(file, 0644);
    close(file);
  }
  ~Temporary() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  const std::string& path() const { return path_; }
  std::string release() { return std::exchange(path_, {}); }

 private:
  std::string path_;
};

/// The pipeline with its pictures taken out and its sink writing to `file`.
Prepared sound_alone(const Prepared& prepared, const Splice& splice, const fs::path& file) {
  Prepared sound = prepared;
  auto& streams = sound.media[splice.source]->streams;
  std::erase_if(streams, [](const model::StreamInfo& s) { return s.kind == "video"; });
  auto& settings = sound.pipeline.stages[splice.sink].settings;
  const auto set = [&](const char* name, const std::string& value) {
    const auto found = std::ranges::find(settings, std::string(name), &model::Setting::name);
    if (found != settings.end())
      found->value = value;
    else
      settings.push_back({.name = name, .value = value});
  };
  // MP4 keeps times to the sample, and says what of the first packet is not to be heard.
  const std::string* const codec = text_of(prepared.pipeline.stages[splice.sink], "audio-codec");
  set("container", codec != nullptr && *codec == "pcm" ? "mov" : "mp4");
  if (codec == nullptr || *codec == "auto") set("audio-codec", splice.muxer == "webm" ? "opus" : "aac");
  set("uri", file.string());
  return sound;
}

/// `on_part` gets what part of it is done, from 0 to 1.
void render_sound(const Prepared& prepared, const Splice& splice, const fs::path& file, const RunOptions& options,
                  const Requests& requests, const std::function<void(double)>& on_part) {
  const Prepared sound = sound_alone(prepared, splice, file);
  auto graph = std::make_unique<Graph>(sound, GraphOptions{options.secret, {}, false});
  graph->want_sink(splice.sink);
  graph->assemble();
  Player player(std::move(graph), sound, requests);
  PlayHooks hooks;
  hooks.stall_timeout = options.stall_timeout;
  const double length =
      std::chrono::duration<double>(prepared.clocks[splice.sink].input_duration.value_or(Time{1})).count();
  hooks.on_tick = [&](Graph& playing) {
    const double at = std::chrono::duration<double>(Time{playing.counters(splice.sink)->position}).count();
    on_part(std::clamp(at / length, 0.0, 1.0));
  };
  player.play(hooks);
  player.close();
}

SplicedFile make_file(const Prepared& prepared, const Splice& splice, const RunOptions& options,
                      const Requests& requests, const std::function<void(double, std::size_t)>& on_progress) {
  const model::Stage& sink = prepared.pipeline.stages[splice.sink];
  const fs::path target = local_path(*text_of(sink, "uri"));
  Spool spool(target.has_parent_path() ? target.parent_path() : fs::path("."));
  AssemblyInput input{.prepared = prepared,
                      .source = splice.source,
                      .index = *splice.index,
                      .plan = splice.plan,
                      .spool = spool,
                      .muxer = splice.muxer};
  if (const model::Setting* const fast = sink.setting("faststart"); fast != nullptr)
    input.fast_start = !std::holds_alternative<bool>(fast->value) || std::get<bool>(fast->value);
  const double all = static_cast<double>(std::max<std::size_t>(1, splice.plan.rendered));
  // Pictures take longest, copying least.
  const bool sound_too = splice.plan.sound == Treatment::render;
  const double pictures_share = splice.plan.rendered == 0 ? 0
                                : sound_too               ? 0.7
                                                          : 0.9,
               sound_share = sound_too ? 0.9 - pictures_share : 0;
  const SpanOptions span_options{spool, options.secret, options.stall_timeout, [&](std::size_t pictures) {
                                   on_progress(pictures_share * static_cast<double>(pictures) / all, pictures);
                                 }};
  input.header = splice.format.header;
  input.rendered = render_spans(prepared, splice.plan, splice.index->media, splice.format, requests, span_options);
  std::optional<Temporary> sound;
  if (splice.plan.sound == Treatment::render) {
    sound.emplace(target);
    render_sound(prepared, splice, sound->path(), options, requests,
                 [&](double part) { on_progress(pictures_share + sound_share * part, splice.plan.rendered); });
    input.sound = sound->path();
  }
  Temporary file(target);
  const double before = pictures_share + sound_share;
  assemble(input, file.path(), requests,
           [&](double part) { on_progress(before + (1 - before) * part, splice.plan.rendered); });
  return {sink.id, file.release(), target.string()};
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
  const model::Stage &source = stages[splice.source], &sink = stages[splice.sink];
  splice.muxer = muxer_of(sink);
  const auto& media = prepared.media[splice.source];
  std::string pictures = refusal_of_ends(source, sink, splice.muxer);
  if (const auto twice = std::ranges::find_if(stages, measures_first); twice != stages.end())
    pictures = "'" + twice->id + "' has to see or hear everything first";
  std::string sound = pictures;
  std::vector<std::optional<model::MediaIndex>> indexes(stages.size());
  const model::VideoStream* const video =
      media && media->video() != nullptr && !media->video()->video->still ? &*media->video()->video : nullptr;
  if (video != nullptr && pictures.empty()) pictures = refusal_of_pictures(sink, splice.muxer, video->codec);
  // To know every packet means to read the whole file, so that is for those who may gain by it.
  if (video != nullptr &&
      planner::why_all_pictures({prepared.pipeline, prepared.clocks, indexes, prepared.media, pictures, sound}).empty())
    splice.index = index_file(*text_of(source, "uri"));
  if (splice.index) {
    if (splice.index->media.refusal.empty())
      if (const auto format = format_beside(*splice.index, splice.index->media.refusal)) {
        splice.format = *format;
        splice.format.rotation = video->rotation;
      }
    indexes[splice.source] = splice.index->media;
  }
  if (sound.empty() && media && media->audio() != nullptr)
    sound = refusal_of_sound(sink, splice.muxer, *media->audio()->audio);
  splice.plan = planner::plan({prepared.pipeline, prepared.clocks, indexes, prepared.media, pictures, sound});
  return splice;
}

planner::Plan plan(const Prepared& prepared) { return plan_splice(prepared).plan; }

SplicedFile run_splice(const Prepared& prepared, const Splice& splice, const RunOptions& options,
                       const Requests& requests, const std::function<void(double, std::size_t)>& on_progress) {
  try {
    return make_file(prepared, splice, options, requests, on_progress);
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
