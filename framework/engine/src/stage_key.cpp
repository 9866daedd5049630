#include "stage_key.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "files/local_file.hpp"
#include "reel/base/error.hpp"
#include "reel/catalog/storage.hpp"

namespace reel::engine {
namespace {

/// A file that a parameter names, by what can be told of it without reading it. The name alone says nothing of what is in it.
std::string file_state(const std::filesystem::path& folder, const std::string& name) {
  if (is_elsewhere(name)) try {
      const catalog::StoredObject object(name);
      return std::to_string(object.bytes()) + ":" + object.version();
    } catch (const base::Error&) {
      return "none";
    }
  struct stat state {};
  const std::filesystem::path path = folder / (name.starts_with("file://") ? name.substr(7) : name);
  if (::stat(path.c_str(), &state) != 0) return "none";
  return std::to_string(state.st_size) + ":" + std::to_string(state.st_mtim.tv_sec) + "." +
         std::to_string(state.st_mtim.tv_nsec) + ":" + std::to_string(state.st_ino);
}

std::string time_text(const base::TimePoint& point) {
  const auto* const time = std::get_if<base::Time>(&point);
  return time != nullptr ? std::to_string(time->count()) : "?";
}

bool add_setting(const std::filesystem::path& folder, const model::Stage& stage, const model::Setting& setting,
                 Sha256& sum) {
  if (setting.secret) return false;
  sum.add(setting.name);
  sum.add(model::to_yaml(setting.value));
  for (const model::Keyframe& frame : setting.keyframes) {
    sum.add(time_text(frame.at));
    sum.add(model::to_yaml(frame.value));
    sum.add(std::to_string(static_cast<int>(frame.curve)));
  }
  const model::ParamSchema* const param = stage.traits.param(setting.name);
  const bool in_folder = param != nullptr && param->type == model::ParamType::file;
  const bool names_file = param == nullptr || in_folder || param->type == model::ParamType::uri;
  if (const auto* const text = std::get_if<std::string>(&setting.value); text != nullptr && names_file)
    sum.add(file_state(in_folder ? folder : std::filesystem::path(), *text));
  return true;
}

}  // namespace

bool add_stage(const model::Pipeline& pipeline, const model::Stage& stage, Sha256& sum) {
  sum.add(stage.traits.name);
  sum.add(stage.traits.factory);
  sum.add(stage.traits.code);
  if (stage.during) {
    sum.add(stage.during->begin ? time_text(*stage.during->begin) : "-");
    sum.add(stage.during->end ? time_text(*stage.during->end) : "-");
  }
  const auto folder = std::filesystem::path(pipeline.file).parent_path();
  for (const model::Setting& setting : stage.settings)
    if (!add_setting(folder, stage, setting, sum)) return false;
  return true;
}

std::string to_hex(const Sha256::Digest& digest) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) text += {digits[byte >> 4U], digits[byte & 15U]};
  return text;
}

}  // namespace reel::engine
