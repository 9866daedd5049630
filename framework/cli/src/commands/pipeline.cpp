/// The commands that look at a pipeline without running it: validate, explain, preview, graph.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "arguments.hpp"
#include "commands.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/engine/describe.hpp"
#include "reel/engine/preview.hpp"
#include "reel/engine/provided.hpp"
#include "terminal.hpp"
#include "version.hpp"

namespace reel::cli {
namespace {

namespace fs = std::filesystem;

base::ExitCode exit_code(const std::vector<model::Diagnosed>& files) {
  const bool good = std::ranges::none_of(files, &model::Diagnosed::has_errors);
  return good ? base::ExitCode::done : base::ExitCode::input_wrong;
}

/// A file that cannot be read is one fault more, so that the other files are checked all the same.
model::Diagnosed diagnose(Context& context, const std::string& pipeline, const Context::LoadOptions& options) {
  try {
    return context.load(pipeline, options).diagnosed;
  } catch (InvalidInput& invalid) {
    return std::move(invalid.diagnosed);
  }
}

base::ExitCode validate(Context& context, const std::vector<std::string>& pipelines, const std::string& format,
                        Context::LoadOptions options) {
  std::vector<model::Diagnosed> files;
  options.require_params = false;
  for (const std::string& pipeline : pipelines) files.push_back(diagnose(context, pipeline, options));
  if (format == "json") {
    std::cout << model::to_json(files);
  } else if (format == "sarif") {
    std::cout << model::to_sarif(files, version);
  } else {
    for (const model::Diagnosed& file : files) {
      std::cerr << model::to_text(file, terminal::colors(terminal::Stream::error));
      if (!file.has_errors()) std::cout << file.file << ": valid\n";
    }
  }
  return exit_code(files);
}

/// By Graphviz' `dot`, fed by a temporary file, unless DOT itself is wanted.
void write_graph(const std::string& dot, const fs::path& target, const std::string& type) {
  std::string pattern = (target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string();
  const int source = mkstemp(pattern.data());
  if (source < 0)
    throw base::RunError("cannot write to the folder of " + target.string(), "check that it exists and is writable");
  const fs::path input = pattern, output = pattern + ".out";
  struct Cleanup {
    fs::path a, b;
    ~Cleanup() {
      std::error_code ignored;
      fs::remove(a, ignored);
      fs::remove(b, ignored);
    }
  } const cleanup{input, output};
  close(source);
  std::ofstream text(input);
  if (!(text << dot) || !text.flush())
    throw base::RunError("cannot write " + target.string(), "check that its folder has room");
  fs::permissions(input, fs::perms{0644});
  if (type == "dot") return fs::rename(input, target);
  const std::string flag = "-T" + type;
  std::string to = output.string(), from = input.string(), option = "-o", program = "dot";
  char* const arguments[] = {program.data(), const_cast<char*>(flag.c_str()), option.data(), to.data(), from.data(),
                             nullptr};
  pid_t child = 0;
  int status = 0;
  if (posix_spawnp(&child, "dot", nullptr, nullptr, arguments, environ) != 0)
    throw base::RunError("drawing needs Graphviz, which is not installed",
                         "apt install graphviz, or write a .dot file");
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !fs::exists(output))
    throw base::RunError("Graphviz could not draw " + target.string());
  fs::rename(output, target);
}

/// With the timeline of what a run would copy and render, where the media can be looked at.
std::string graph_of(const model::Pipeline& pipeline) {
  model::Diagnosed faults;
  if (const auto prepared = engine::prepare(pipeline, faults)) return engine::graph_dot(*prepared);
  const auto fault = std::ranges::find(faults.diagnostics, model::Severity::error, &model::Diagnostic::severity);
  if (fault != faults.diagnostics.end())
    std::cerr << "drawn without a timeline, because " << base::redacted(fault->message) << '\n';
  return engine::graph_dot(pipeline);
}

base::ExitCode graph(Context& context, const std::string& file, Context::LoadOptions options, const fs::path& target) {
  options.require_params = false;
  auto loaded = context.load(file, options);
  if (!loaded.pipeline) throw InvalidInput{std::move(loaded.diagnosed)};
  const std::string dot = graph_of(*loaded.pipeline);
  const bool known = std::ranges::count(std::array{".svg", ".png", ".pdf", ".dot"}, target.extension()) > 0;
  if (target.empty() || target == "-") {
    std::cout << dot;
    return base::ExitCode::done;
  }
  if (!known) throw base::InputError(target.string() + ": expected a name that ends in .svg, .png, .pdf or .dot");
  check_target(target, files_of(*loaded.pipeline, true));
  write_graph(dot, target, target.extension().string().substr(1));
  std::cout << target.string() << '\n';
  return base::ExitCode::done;
}

void refuse_what_is_not_made_yet(const engine::Prepared& prepared) {
  const auto provided = engine::provided_stages(prepared);
  if (provided.empty()) return;
  const model::Pipeline& pipeline = prepared.pipeline;
  const model::Stage& stage = pipeline.stages[provided.front().stage];
  throw InvalidInput{{pipeline.file,
                      pipeline.text,
                      {{model::Severity::error, "not-made-yet", stage.mark,
                        "'" + stage.traits.name + "' is made when the pipeline runs, which costs money",
                        "run it, and preview the result"}}}};
}

base::ExitCode preview(Context& context, const std::string& file, const Context::LoadOptions& options,
                       const std::string& at, const fs::path& target) {
  const auto time = base::parse_time(at);
  // Frames have no meaning here, so what the language says of them would mislead.
  if (!time || !std::holds_alternative<base::Time>(*time))
    throw base::InputError("--at " + at + ": expected a time like 1:05, 2.5s or 250ms");
  const auto prepared = context.prepare(file, options);
  refuse_what_is_not_made_yet(prepared);
  check_target(target, files_of(prepared.pipeline, false));
  const auto result = engine::preview(prepared, std::get<base::Time>(*time), target,
                                      [&context](const std::string& name) { return context.secret(name); });
  std::cout << target.string() << ": " << result.width << "x" << result.height << " at "
            << base::format_moment(result.time) << '\n';
  return base::ExitCode::done;
}

}  // namespace

CLI::Option* add_pipeline_options(CLI::App& command, std::string& file, Context::LoadOptions& options) {
  command.add_option("--set", options.set, "Value of one of the pipeline's params; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  return command.add_option("pipeline", file, "The pipeline's YAML file; - reads standard input")
      ->type_name("PIPELINE")
      ->required();
}

void add_validate(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("validate", "Check pipelines and show every fault with its place");
  struct State {
    std::vector<std::string> pipelines;
    std::string format = "text";
    Context::LoadOptions options;
  };
  const auto state = std::make_shared<State>();
  command->add_option("pipelines", state->pipelines, "The pipelines' YAML files")->type_name("PIPELINE")->required();
  command->add_option("--format", state->format, "text, json or sarif")
      ->check(one_of({"text", "json", "sarif"}))
      ->type_name("FORMAT");
  command->add_option("--set", state->options.set, "Value of one of the pipelines' params; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->callback([state, &chosen] {
    chosen.action = [state](Context& c) { return validate(c, state->pipelines, state->format, state->options); };
  });
}

void add_explain(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("explain", "Say in words what a pipeline will do, with every default");
  struct State {
    std::string pipeline;
    Context::LoadOptions options;
    bool json = false;
  };
  const auto state = std::make_shared<State>();
  add_pipeline_options(*command, state->pipeline, state->options);
  command->add_flag("--json", state->json, "As JSON");
  command->callback([state, &chosen] {
    chosen.action = [state](Context& c) {
      const auto prepared = c.prepare(state->pipeline, state->options);
      std::cout << (state->json ? engine::explain_json(prepared) : engine::explain_text(prepared)) << '\n';
      return base::ExitCode::done;
    };
  });
}

void add_preview(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("preview", "Write one picture of the result, without running it all");
  struct State {
    std::string pipeline, at;
    std::filesystem::path target;
    Context::LoadOptions options;
  };
  const auto state = std::make_shared<State>();
  add_pipeline_options(*command, state->pipeline, state->options);
  command->add_option("--at", state->at, "Time in the result, like 1:05")->type_name("TIME")->required();
  command->add_option("-o,--output", state->target, "Picture to write: .png or .jpg")->type_name("FILE")->required();
  command->callback([state, &chosen] {
    chosen.action = [state](Context& c) {
      return preview(c, state->pipeline, state->options, state->at, state->target);
    };
  });
}

void add_graph(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("graph", "Draw a pipeline as a picture");
  struct State {
    std::string pipeline;
    std::filesystem::path target;
    Context::LoadOptions options;
  };
  const auto state = std::make_shared<State>();
  add_pipeline_options(*command, state->pipeline, state->options);
  command
      ->add_option("-o,--output", state->target,
                   "File to write: .svg, .png, .pdf or .dot; DOT on standard output if left out")
      ->type_name("FILE");
  command->callback([state, &chosen] {
    chosen.action = [state](Context& c) { return graph(c, state->pipeline, state->options, state->target); };
  });
}

}  // namespace reel::cli
