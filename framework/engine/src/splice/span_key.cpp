#include "splice/span_key.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "files/sha256.hpp"
#include "splice/assembly.hpp"

namespace reel::engine {
namespace {

using base::Time;
using planner::Span;

/// Raised with every change of what is kept, or of how spans are rendered.
constexpr int edition = 1;

/// A file that a parameter names, by what can be told of it without reading it. The name alone says nothing of what is in it.
std::string file_state(const std::filesystem::path& folder, const std::string& name) {
  struct stat state {};
  const std::filesystem::path path = folder / (name.starts_with("file://") ? name.substr(7) : name);
  if (::stat(path.c_str(), &state) != 0) return "none";
  return std::to_string(state.st_size) + ":" + std::to_string(state.st_mtim.tv_sec) + "." +
         std::to_string(state.st_mtim.tv_nsec) + ":" + std::to_string(state.st_ino);
}

std::string time_text(const base::TimePoint& point) {
  const auto* const time = std::get_if<Time>(&point);
  return time != nullptr ? std::to_string(time->count()) : "?";
}

/// False: it holds a secret, which is written nowhere, not even in this way.
bool add_setting(const Prepared& prepared, const model::Stage& stage, const model::Setting& setting, Sha256& sum) {
  if (setting.secret) return false;
  sum.add(setting.name);
  sum.add(model::to_yaml(setting.value));
  for (const model::Keyframe& frame : setting.keyframes) {
    sum.add(time_text(frame.at));
    sum.add(model::to_yaml(frame.value));
    sum.add(std::to_string(static_cast<int>(frame.curve)));
  }
  const model::ParamSchema* const param = stage.traits.param(setting.name);
  const bool names_file =
      param == nullptr || param->type == model::ParamType::file || param->type == model::ParamType::uri;
  if (const auto* const text = std::get_if<std::string>(&setting.value); text != nullptr && names_file)
    sum.add(file_state(param != nullptr && param->type == model::ParamType::file
                           ? std::filesystem::path(prepared.pipeline.file).parent_path()
                           : std::filesystem::path(),
                       *text));
  return true;
}

bool add_stage(const Prepared& prepared, std::size_t index, const Span& span, Sha256& sum) {
  const model::Stage& stage = prepared.pipeline.stages[index];
  sum.add(stage.traits.name);
  sum.add(stage.traits.factory);
  sum.add(stage.traits.code);
  if (stage.during) {
    sum.add(stage.during->begin ? time_text(*stage.during->begin) : "-");
    sum.add(stage.during->end ? time_text(*stage.during->end) : "-");
  }
  // Where the span lies on the clock that all of the stage's times are on.
  const auto at = prepared.clocks[stage.inputs.front()].from_source.to_output(span.source.begin);
  if (!at) return false;
  sum.add(std::to_string(at->count()));
  for (const model::Setting& setting : stage.settings)
    if (!add_setting(prepared, stage, setting, sum)) return false;
  return true;
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
    if (!add_stage(prepared, stage, span, sum)) return std::nullopt;
  for (const Time t : times_of(span, index)) sum.add(std::to_string((t - span.output.begin).count()));
  // Which of the pictures that are decoded.
  sum.add(std::to_string(span.first - span.decode_from));
  if (!read_packets(index, span.decode_from, span.decode_to, [&sum](Bytes packet) { sum.add(packet); }))
    return std::nullopt;
  std::string key;
  for (const std::uint8_t byte : sum.end()) {
    constexpr const char* digits = "0123456789abcdef";
    key += {digits[byte >> 4U], digits[byte & 15U]};
  }
  return key;
}

}  // namespace reel::engine
