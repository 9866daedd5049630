#include "reel/engine/media_check.hpp"

#include <algorithm>
#include <filesystem>

#include "checks/checks.hpp"
#include "files/local_file.hpp"
#include "files/mp4_boxes.hpp"
#include "graph/kinds.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/provider.hpp"
#include "reel/engine/probe.hpp"

namespace reel::engine {
namespace {

bool is_source(const model::Stage& stage) { return stage.traits.role == model::StageRole::source; }

/// A still picture lasts as long as its source is told to show it.
std::optional<base::Time> shown_for(const model::Stage& stage) {
  const model::ParamSchema* const schema = stage.traits.param("duration");
  if (schema == nullptr || schema->type != model::ParamType::time) return std::nullopt;
  const model::Setting* const setting = stage.setting("duration");
  const auto* const point = std::get_if<base::TimePoint>(setting != nullptr ? &setting->value : &schema->default_value);
  const auto* const time = point != nullptr ? std::get_if<base::Time>(point) : nullptr;
  return time != nullptr ? std::optional(*time) : std::nullopt;
}

/// Only our own sources say that their address is a media file. What a provider makes is not there yet.
std::optional<model::MediaInfo> look_at(const model::Stage& stage, Faults& faults) {
  const model::Setting* const setting = address(stage);
  if (!is_source(stage) || setting == nullptr || catalog::provider_of(stage.traits.factory)) return std::nullopt;
  const auto& uri = std::get<std::string>(setting->value);
  if (stage.traits.plugin.empty() && base::scheme_of(uri) != "file") return std::nullopt;
  try {
    auto info = probe(uri);
    if (const std::string fault = av::mp4_fault(uri); !fault.empty())
      faults.warning(setting->value_mark, "damaged-media", "'" + base::printable(uri) + "' " + fault,
                     "what is left of it is used");
    if (const auto* const v = info.video(); v != nullptr && v->video->still && !info.duration)
      info.duration = shown_for(stage);
    return info;
  } catch (const base::InputError& e) {
    faults.error(setting->value_mark, "bad-media", base::redacted(e.what()), e.hint());
    return std::nullopt;
  } catch (const base::TransientError& e) {
    faults.error(setting->value_mark, "unreachable", base::redacted(e.what()), e.hint());
    return std::nullopt;
  }
}

/// Fonts, pictures, tables: files that a stage reads besides its media.
void check_side_files(const model::Pipeline& pipeline, const model::Stage& stage, Faults& faults) {
  const auto folder = std::filesystem::path(pipeline.file).parent_path();
  for (const model::Setting& setting : stage.settings) {
    const model::ParamSchema* const schema = stage.traits.param(setting.name);
    const auto* const text = std::get_if<std::string>(&setting.value);
    if (schema == nullptr || schema->type != model::ParamType::file || setting.secret || text == nullptr ||
        text->empty())
      continue;
    try {
      readable_file((folder / *text).string());
    } catch (const base::InputError& e) {
      faults.error(setting.value_mark, "bad-file", e.what(), e.hint());
    }
  }
}

}  // namespace

void Faults::add(model::Severity severity, model::Mark mark, std::string code, std::string message, std::string hint) {
  if (severity == model::Severity::error) ++errors_;
  diagnosed_.diagnostics.push_back({severity, std::move(code), mark, std::move(message), std::move(hint)});
}

std::vector<std::optional<base::Time>> durations(const Media& media) {
  std::vector<std::optional<base::Time>> found;
  for (const auto& m : media) found.push_back(m ? m->duration : std::nullopt);
  return found;
}

const model::Setting* address(const model::Stage& stage) {
  for (const model::Setting& setting : stage.settings) {
    const model::ParamSchema* const schema = stage.traits.param(setting.name);
    const bool names_it = schema != nullptr && schema->type == model::ParamType::uri;
    if (names_it && !setting.secret && std::holds_alternative<std::string>(setting.value)) return &setting;
  }
  return nullptr;
}

void check_kinds(const model::Pipeline& pipeline, const Media& media, Faults& faults) {
  const auto outputs = output_kinds(pipeline, media);
  for (const model::Stage& stage : pipeline.stages) {
    const auto& t = stage.traits;
    if (stage.inputs.empty() || !(t.takes_video || t.takes_audio)) continue;
    const Kinds in = input_kinds(stage, outputs);
    if ((t.takes_video && in.video) || (t.takes_audio && in.audio)) continue;
    // Nothing at all arrives where a stage before it was refused already.
    if (!in.any()) continue;
    const std::string needs = !t.takes_audio ? "a picture" : "sound", has = in.video ? "only pictures" : "only sound";
    faults.error(stage.mark, "kind-mismatch", "'" + t.name + "' needs " + needs + ", but the media here hold " + has,
                 "remove this stage, or use other media");
  }
}

std::optional<Prepared> prepare(const model::Pipeline& pipeline, model::Diagnosed& diagnosed) {
  Faults faults(diagnosed);
  Prepared prepared{pipeline, {}, {}};
  for (const model::Stage& stage : pipeline.stages) {
    prepared.media.push_back(look_at(stage, faults));
    check_side_files(pipeline, stage, faults);
  }
  check_targets(pipeline, faults);
  check_provided(prepared, faults);
  // Without the media, nothing more can be said that would be true.
  if (faults.any_error()) return std::nullopt;
  check_kinds(pipeline, prepared.media, faults);
  replace_frame_numbers(prepared.pipeline, prepared.media, faults);
  if (faults.any_error()) return std::nullopt;
  prepared.clocks = planner::clocks(prepared.pipeline, durations(prepared.media));
  check_provided(prepared, faults);
  check_times(prepared.pipeline, prepared.clocks, faults);
  if (faults.any_error()) return std::nullopt;
  return prepared;
}

}  // namespace reel::engine
