/// `reel models`: what finds things in pictures, by word.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "commands.hpp"
#include "reel/catalog/segmenter.hpp"

namespace reel::cli {
namespace {

namespace fs = std::filesystem;

/// Beside the program, as installed and in the build tree.
fs::path script() {
  const fs::path file =
      fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "share/reelwork/models/models.py";
  if (!fs::exists(file))
    throw base::RunError("the models' catalogue is not installed", "it belongs to " + file.string());
  return file;
}

/// Becomes Python, which does the work: fetching, unpacking and converting.
[[noreturn]] void become_script(std::vector<std::string> words) {
  const fs::path folder = catalog::models_folder();
  if (folder.empty()) throw base::InputError("there is no folder for models", "set HOME, or REEL_MODELS to a folder");
  std::vector<std::string> line{"python3", "-B", script().string(), "--folder=" + folder.string()};
  line.insert(line.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : line) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::cout.flush();
  ::execvp("python3", arguments.data());
  throw base::RunError(std::string("Python cannot be started: ") + std::strerror(errno), "apt install python3");
}

void add_list(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("list", "What can be installed, what is, and what can be found with it");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON");
  command->callback([json, &chosen] {
    chosen.action = [json](Context& context) -> base::ExitCode {
      context.catalog();
      std::string found;
      for (const std::string& label : catalog::labels_that_are_found()) found += (found.empty() ? "" : ",") + label;
      std::vector<std::string> words{"list", "--found=" + found};
      if (*json) words.emplace_back("--json");
      become_script(words);
    };
  });
}

void add_change(CLI::App& app, Chosen& chosen, const char* name, const char* description, bool required) {
  auto* const command = app.add_subcommand(name, description);
  const auto names = std::make_shared<std::vector<std::string>>();
  auto* const option = command->add_option("name", *names, "Models, as `reel models list` calls them");
  if (required) option->required();
  command->callback([name, names, &chosen] {
    chosen.action = [name, names](Context&) -> base::ExitCode {
      std::vector<std::string> words{name, "--"};
      words.insert(words.end(), names->begin(), names->end());
      become_script(words);
    };
  });
}

}  // namespace

void add_models(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("models", "Models that find things in pictures, for `target:` of stages");
  command->require_subcommand(1);
  add_change(*command, chosen, "install", "Fetch models and put them where stages look for them", false);
  add_list(*command, chosen);
  add_change(*command, chosen, "remove", "Remove installed models", true);
}

}  // namespace reel::cli
