#include "arguments.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::cli {
namespace {

namespace fs = std::filesystem;

std::string quote(std::string_view text) { return "'" + base::printable(text) + "'"; }

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// The first `--word` that is no option, without its value; or empty.
std::string unknown_option(const std::vector<std::string>& words, const std::vector<std::string>& known) {
  for (const std::string& word : words) {
    if (word == "--") break;
    const std::string name = word.substr(0, word.find('='));
    if (name.starts_with("--") && std::ranges::find(known, name) == known.end()) return name;
  }
  return {};
}

/// As the help writes it: `PIPELINE`, `--at TIME`.
std::string shown(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return option.get_positional() ? type : option.get_name() + (type.empty() ? "" : " " + type);
}

const CLI::Option* missing_option(const CLI::App& command) {
  const auto options =
      command.get_options([](const CLI::Option* option) { return option->get_required() && option->count() == 0; });
  return options.empty() ? nullptr : options.front();
}

fs::path local(const std::string& uri) {
  constexpr std::string_view scheme = "file://";
  return uri.starts_with(scheme) ? uri.substr(scheme.size()) : uri;
}

bool same(const fs::path& a, const fs::path& b) {
  std::error_code fault;
  if (fs::equivalent(a, b, fault)) return true;
  const auto place = [&](const fs::path& path) { return fs::weakly_canonical(fs::absolute(path), fault); };
  return place(a) == place(b);
}

}  // namespace

CLI::Validator one_of(std::vector<std::string> words) {
  return {[words](const std::string& word) -> std::string {
            if (std::ranges::find(words, word) != words.end()) return {};
            const std::string near = base::nearest(word, words);
            return "expected " + base::join_words(words, "or") + ", not " + quote(word) +
                   (near.empty() ? "" : "; did you mean '" + near + "'?");
          },
          ""};
}

CLI::Validator job_number() {
  return {[](const std::string& word) -> std::string {
            const bool good = !word.empty() && word.size() <= 18 && word[0] != '0' &&
                              std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
            return good ? "" : "expected the number of a job, as `reel jobs` lists them, not " + quote(word);
          },
          ""};
}

Refusal refusal(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words) {
  const auto selected = app.get_subcommands();
  if (selected.empty()) {
    const std::string hint = "`reel --help` lists the commands";
    const auto word = std::ranges::find_if(words, [](const std::string& w) { return !w.starts_with('-'); });
    const std::string option = unknown_option(words, options_of(app));
    if (!option.empty()) {
      const std::string near = base::nearest(option, options_of(app));
      return {"there is no option " + quote(option), near.empty() ? hint : "did you mean '" + near + "'?"};
    }
    if (word == words.end()) return {"a command is missing", hint};
    if (word != words.begin()) return {error.what(), hint};
    const std::string near = base::nearest(*word, commands_of(app));
    return {"there is no command " + quote(*word), near.empty() ? hint : "did you mean 'reel " + near + "'?"};
  }
  const CLI::App& command = *selected.front();
  const std::string hint = "`reel " + command.get_name() + " --help` shows the options";
  auto known = options_of(command);
  for (const std::string& name : options_of(app)) known.push_back(name);
  if (const std::string option = unknown_option(words, known); !option.empty()) {
    const std::string near = base::nearest(option, known);
    return {"`reel " + command.get_name() + "` has no option " + quote(option),
            near.empty() ? hint : "did you mean '" + near + "'?"};
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    if (const CLI::Option* const option = missing_option(command))
      return {shown(*option) + " is missing: " + option->get_description(), hint};
  if (const auto extras = app.remaining(true); dynamic_cast<const CLI::ExtrasError*>(&error) && !extras.empty())
    return {extras.front().starts_with('-') ? "`reel " + command.get_name() + "` has no option " + quote(extras.front())
                                            : quote(extras.front()) + " is one argument too many",
            hint};
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string said = error.what(), name = said.substr(0, said.find(':'));
    if (const CLI::Option* const option = command.get_option_no_throw(name))
      return {name + " needs a value: " + shown(*option), hint};
  }
  return {error.what(), hint};
}

std::vector<fs::path> files_of(const model::Pipeline& pipeline, bool written_too) {
  std::vector<fs::path> files;
  if (fs::exists(pipeline.file)) files.emplace_back(pipeline.file);
  for (const model::Stage& stage : pipeline.stages) {
    if (stage.traits.role == model::StageRole::sink && !written_too) continue;
    for (const model::Setting& setting : stage.settings) {
      const model::ParamSchema* const param = stage.traits.param(setting.name);
      const auto* const value = std::get_if<std::string>(&setting.value);
      if (param == nullptr || value == nullptr || setting.secret) continue;
      if (param->type == model::ParamType::uri || param->type == model::ParamType::file) files.push_back(local(*value));
    }
  }
  return files;
}

void check_target(const fs::path& target, const std::vector<fs::path>& taken) {
  std::error_code fault;
  if (target.empty() || !target.has_filename()) throw base::InputError(quote(target.string()) + " names no file");
  if (fs::is_directory(target, fault))
    throw base::InputError(quote(target.string()) + " is a folder, expected the name of a file",
                           "write to another file");
  if (fs::exists(target, fault) && !fs::is_regular_file(target, fault))
    throw base::InputError(quote(target.string()) + " is not a regular file", "write to another file");
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, fault))
    throw base::InputError("there is no folder " + quote(folder.string()) + " to write to",
                           "make it first: mkdir -p " + base::printable(folder.string()));
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    throw base::InputError(
        "nothing can be written in the folder " + quote(folder.string()) + ": " + std::strerror(errno),
        "write to another folder, or change its permissions");
  for (const fs::path& file : taken)
    if (same(target, file))
      throw base::InputError(quote(target.string()) + " is a file of the pipeline, which this would overwrite",
                             "write to another file");
}

}  // namespace reel::cli
