/// `reel new plugin|pipeline NAME`: something to start from.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "arguments.hpp"
#include "commands.hpp"
#include "reel/base/text.hpp"
#include "version.hpp"

namespace reel::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* pipeline_text = R"(# yaml-language-server: $schema=./pipeline.schema.json
# Run with: reel run @NAME@.yaml --set input=clip.mp4
reel: 1
name: @NAME@
description: Shortens a clip and blurs a part of the picture for two seconds.
params:
  input: { type: uri, description: The clip to edit }
  output: { type: uri, description: Where the result goes, default: @NAME@.mp4 }
stages:
  - uses: source
    with: { uri: "${input}" }

  # Times count on the stage's input; `reel inspect blur` shows all parameters.
  - uses: blur
    during: 0:01..0:03
    with:
      radius: 12
      region: { box: [0.25, 0.25, 0.5, 0.5] }   # left, top, width, height; 1 is the whole picture

  - uses: cut
    with: { keep: [ 0:00..0:05 ] }

  - uses: sink
    with: { uri: "${output}" }
)";

bool is_name(const std::string& name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' && !name.ends_with('-') &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string filled(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [placeholder, value] : values)
    for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + value.size()))
      text.replace(at, placeholder.size(), value);
  return text;
}

/// Written whole or not at all.
void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  if (out << text && out.flush()) return;
  out.close();
  std::error_code ignored;
  fs::remove(file, ignored);
  throw base::RunError("cannot write " + file.string(), "check that the folder is writable and has room");
}

/// Beside the program, as installed and in the build tree.
fs::path template_folder() {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "share/reelwork/template";
  if (!fs::exists(folder))
    throw base::RunError("the plugin template is not installed", "it belongs in " + folder.string());
  return folder;
}

std::string camel_case(const std::string& name) {
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '-')
      upper = true;
    else
      out += upper ? static_cast<char>(std::toupper(c)) : c, upper = false;
  }
  return out;
}

void new_pipeline(const std::string& name) {
  const fs::path file = name + ".yaml";
  if (fs::exists(file)) throw base::InputError(file.string() + " is there already", "choose another name");
  write(file, filled(pipeline_text, {{"@NAME@", name}}));
  std::cout << "made " << file.string() << "\ntry: reel run " << file.string() << " --set input=CLIP.mp4\n";
}

void new_plugin(const std::string& name, const std::string& vendor) {
  if (!is_name(vendor) || vendor.find('-') != std::string::npos || vendor == "reel")
    throw base::InputError("--vendor " + vendor + ": expected lower-case letters and digits, and not `reel`");
  const fs::path folder = name;
  if (fs::exists(folder)) throw base::InputError(folder.string() + " is there already", "choose another name");
  const std::vector<std::pair<std::string, std::string>> values{
      {"@NAME@", name}, {"@VENDOR@", vendor}, {"@CLASS@", camel_case(name)}, {"@VERSION@", version}};
  const fs::path from = template_folder();
  fs::create_directory(folder);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path target = folder / filled(fs::relative(entry.path(), from).string(), values);
    if (entry.is_directory()) {
      fs::create_directories(target);
      continue;
    }
    std::ifstream in(entry.path(), std::ios::binary);
    write(target, filled({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}, values));
  }
  std::cout << "made the project " << folder.string() << "/\n"
            << "try: cmake -S " << name << " -B " << name << "/build && cmake --build " << name
            << "/build && ctest --test-dir " << name << "/build\n"
            << "then: REEL_PLUGIN_PATH=" << name << "/build reel inspect " << vendor << "/" << name << '\n';
}

}  // namespace

void add_new(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("new", "Make a pipeline or a plugin project to start from");
  struct State {
    std::string kind, name, vendor = "acme";
  };
  const auto state = std::make_shared<State>();
  command->add_option("kind", state->kind, "pipeline or plugin")
      ->check(one_of({"pipeline", "plugin"}))
      ->type_name("KIND")
      ->required();
  command->add_option("name", state->name, "Its name: lower-case letters, digits and dashes")
      ->type_name("NAME")
      ->required();
  command->add_option("--vendor", state->vendor, "Prefix of a plugin's stages")->type_name("VENDOR");
  command->callback([state, &chosen] {
    chosen.action = [state](Context&) {
      if (!is_name(state->name))
        throw base::InputError("'" + base::printable(state->name) +
                               "' is no name: expected lower-case letters, digits and dashes, like soft-glow");
      if (state->kind == "pipeline")
        new_pipeline(state->name);
      else
        new_plugin(state->name, state->vendor);
      return base::ExitCode::done;
    };
  });
}

}  // namespace reel::cli
