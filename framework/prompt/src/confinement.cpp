#include "confinement.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <variant>

#include "reel/base/text.hpp"

namespace reel::prompt {
namespace {

bool is_foreign_element(const model::Stage& stage) { return stage.traits.name.starts_with("gst/"); }

bool is_path_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("/\\._-:~%@+#?&=").find(c) != std::string_view::npos;
}

/// Whether the path or address stands in the prompt as a word of its own; the end of a sentence may follow it.
bool names_file(std::string_view prompt, std::string_view file) {
  if (file.find_first_of("./") == std::string_view::npos) return false;  // a word such as `fade`
  for (auto at = prompt.find(file); at != std::string_view::npos; at = prompt.find(file, at + 1)) {
    std::size_t end = at + file.size();
    while (end < prompt.size() && std::string_view(".:?").find(prompt[end]) != std::string_view::npos) ++end;
    const bool begins = at == 0 || !is_path_character(prompt[at - 1]);
    if (begins && (end == prompt.size() || !is_path_character(prompt[end]))) return true;
  }
  return false;
}

/// `out-2.webm` of `out.mp4`: another part of it, or another format.
bool is_made_from(std::string_view name, std::string_view output) {
  const auto dot = output.rfind('.');
  const bool has_extension = dot != std::string_view::npos && output.find('/', dot) == std::string_view::npos;
  const std::string_view stem = has_extension ? output.substr(0, dot) : output;
  if (stem.empty() || !name.starts_with(stem)) return false;
  name.remove_prefix(stem.size());
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name.starts_with('-')) {
    const std::size_t dot_behind = name.find('.');
    const std::string_view number = name.substr(1, dot_behind - 1);
    if (dot_behind == std::string_view::npos || number.empty() || number.size() > 3 ||
        !std::ranges::all_of(number, digit))
      return false;
    name.remove_prefix(dot_behind);
  }
  return name.size() >= 2 && name.size() <= 6 && name[0] == '.' &&
         std::ranges::all_of(name.substr(1), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

const std::string* file_setting(const model::Stage& stage, const model::Setting& setting) {
  const model::ParamSchema* const param = stage.traits.param(setting.name);
  const bool names_file =
      param != nullptr && (param->type == model::ParamType::uri || param->type == model::ParamType::file);
  return names_file ? std::get_if<std::string>(&setting.value) : nullptr;
}

bool is_output(const model::Stage& stage, const model::Setting& setting) {
  return stage.traits.role == model::StageRole::sink && stage.traits.param(setting.name)->type == model::ParamType::uri;
}

void add_fault(model::Diagnosed& diagnosed, model::Mark mark, std::string code, std::string message, std::string hint) {
  diagnosed.diagnostics.push_back({model::Severity::error, std::move(code), mark, std::move(message), std::move(hint)});
}

std::string in_quotes(const std::string& text) { return "'" + base::printable(base::beginning(text, 200)) + "'"; }

}  // namespace

Confinement::Confinement(const Ask& ask, const Understanding& reading, const model::StageSource& stages,
                         const model::CheckOptions& check)
    : ask_(ask) {
  add_files_of(ask.pipeline, stages, check);
  add_files_of(reading.yaml, stages, check);
  if (!ask.input.empty()) read_.insert(ask.input);
  if (!ask.output.empty()) written_.insert(ask.output);
}

void Confinement::add_files_of(const std::string& yaml, const model::StageSource& stages,
                               const model::CheckOptions& check) {
  if (yaml.empty()) return;
  model::CheckOptions as_written = check;
  as_written.resolve = nullptr;
  model::Diagnosed ignored;
  const auto pipeline = model::load_pipeline("", yaml, stages, as_written, ignored);
  if (!pipeline) return;
  for (const model::Stage& stage : pipeline->stages) {
    if (is_foreign_element(stage)) foreign_stages_.insert(stage.traits.name);
    for (const model::Setting& setting : stage.settings) {
      const auto* const text = std::get_if<std::string>(&setting.value);
      if (is_foreign_element(stage) && text != nullptr) foreign_texts_.emplace(stage.traits.name, setting.name, *text);
      if (file_setting(stage, setting) != nullptr) (is_output(stage, setting) ? written_ : read_).insert(*text);
    }
  }
}

bool Confinement::may_read(const std::string& file) const {
  return read_.contains(file) || names_file(ask_.text, file);
}

bool Confinement::may_write(const std::string& file) const {
  if (written_.contains(file)) return true;
  return !read_.contains(file) && (is_made_from(file, ask_.output) || names_file(ask_.text, file));
}

void Confinement::check_file(const model::Stage& stage, const model::Setting& setting,
                             model::Diagnosed& diagnosed) const {
  const std::string* const file = file_setting(stage, setting);
  if (file == nullptr) return;
  const bool target = is_output(stage, setting);
  if (target ? may_write(*file) : may_read(*file)) return;
  add_fault(diagnosed, setting.value_mark, "refused-uri",
            in_quotes(*file) + " may not be " + (target ? "written" : "read") +
                ": it is neither of the question nor a file that the prompt names",
            target ? "the output is " + in_quotes(ask_.output) : "the input is " + in_quotes(ask_.input));
}

void Confinement::check_foreign(const model::Stage& stage, model::Diagnosed& diagnosed) const {
  if (!foreign_stages_.contains(stage.traits.name))
    return add_fault(diagnosed, stage.mark, "refused-stage",
                     in_quotes(stage.traits.name) + " cannot be used here: it is no stage of a plugin",
                     "use the stages of the schema");
  for (const model::Setting& setting : stage.settings) {
    const auto* const text = std::get_if<std::string>(&setting.value);
    if (text != nullptr && !foreign_texts_.contains({stage.traits.name, setting.name, *text}))
      add_fault(diagnosed, setting.value_mark, "refused-value",
                in_quotes(setting.name) + " of a foreign element cannot be changed here",
                "leave it as it is in the pipeline");
  }
}

void Confinement::check(const model::Pipeline& pipeline, model::Diagnosed& diagnosed) const {
  std::set<std::string> read;
  for (const model::Stage& stage : pipeline.stages) {
    if (is_foreign_element(stage)) check_foreign(stage, diagnosed);
    for (const model::Setting& setting : stage.settings) {
      check_file(stage, setting, diagnosed);
      const std::string* const file = file_setting(stage, setting);
      if (file != nullptr && !is_output(stage, setting)) read.insert(*file);
    }
  }
  for (const model::Stage& stage : pipeline.stages)
    for (const model::Setting& setting : stage.settings)
      if (const auto* const file = file_setting(stage, setting);
          file != nullptr && is_output(stage, setting) && read.contains(*file))
        add_fault(diagnosed, setting.value_mark, "refused-uri",
                  in_quotes(*file) + " may not be written: this pipeline reads it", "use " + in_quotes(ask_.output));
}

}  // namespace reel::prompt
