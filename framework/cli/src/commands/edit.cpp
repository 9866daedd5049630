/// `reel edit INPUT "PROMPT"`: what a person says, as a pipeline that is shown before it runs.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "play.hpp"
#include "prompt_view.hpp"
#include "reel/base/difference.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/prompt_planner.hpp"
#include "reel/catalog/segmenter.hpp"
#include "reel/engine/probe.hpp"
#include "reel/prompt/assisted.hpp"
#include "reel/prompt/json.hpp"
#include "signals.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using terminal::Stream;

struct EditArguments {
  std::string input;
  std::vector<std::string> prompts, regions;
  std::optional<std::string> output;
  bool plan = false, yaml = false, json = false, yes = false, write = false, no_model = false;
  RunArguments run;
};

// --region -----------------------------------------------------------------------------------------------------------

[[noreturn]] void wrong_region(const std::string& given, const std::string& why) {
  throw base::InputError("--region " + base::printable(given) + ": " + why,
                         "for example --region lamp=0.62,0.05,0.2,0.18, or in pixels --region 300px,20px,96px,64px");
}

/// `0.2` or `96px`.
double number_of(std::string_view text, const std::string& given, bool& pixels) {
  pixels = text.ends_with("px");
  if (pixels) text.remove_suffix(2);
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || text.empty())
    wrong_region(given, "'" + base::printable(text) + "' is no number");
  return number;
}

/// `[NAME=]X,Y,WIDTH,HEIGHT`
prompt::Drawn drawn_of(const std::string& given) {
  const auto equals = given.find('=');
  prompt::Drawn drawn{equals == given.npos ? "" : given.substr(0, equals), {}};
  std::string_view rest = std::string_view(given).substr(equals == given.npos ? 0 : equals + 1);
  std::array<double, 4> numbers{};
  std::size_t in_pixels = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t comma = rest.find(',');
    if ((comma == rest.npos) != (i + 1 == numbers.size()))
      wrong_region(given, "expected four numbers: left, top, width, height");
    bool pixels = false;
    numbers.at(i) = number_of(rest.substr(0, comma), given, pixels);
    in_pixels += pixels ? 1 : 0;
    rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
  }
  if (in_pixels != 0 && in_pixels != numbers.size()) wrong_region(given, "expected all four in px, or none of them");
  drawn.region = {model::Region::Shape::box, {{numbers[0], numbers[1]}, {numbers[2], numbers[3]}}, in_pixels != 0};
  if (const std::string fault = prompt::fault_of(drawn.region); !fault.empty()) wrong_region(given, fault);
  return drawn;
}

// What the prompt is about --------------------------------------------------------------------------------------------

/// `clip-edited.mp4`, in the working folder: of the same kind as the input, where files of that kind can be written.
std::string output_beside(const std::string& input, const catalog::Catalog& catalog) {
  const fs::path name = fs::path(input.substr(0, input.find('?'))).filename();
  const std::string extension = name.extension().string();
  const model::StageTraits* const sink = catalog.find("sink");
  const model::ParamSchema* const kinds = sink == nullptr ? nullptr : sink->param("container");
  const bool known = kinds != nullptr && std::ranges::any_of(kinds->choices, [&](const model::Choice& kind) {
                       return "." + kind.name == extension;
                     });
  return name.stem().string() + "-edited" + (known ? extension : ".mp4");
}

std::string uri_of(const model::Stage& stage) {
  const model::Setting* const uri = stage.setting("uri");
  const auto* const text = uri == nullptr ? nullptr : std::get_if<std::string>(&uri->value);
  return text == nullptr ? "" : *text;
}

/// What a pipeline says of the files that it is about. Throws InvalidInput where it is not valid.
void describe(prompt::Ask& ask, Context& context, const EditArguments& arguments) {
  Context::LoadOptions options = arguments.run.load;
  options.require_params = false;
  Context::Loaded loaded = context.load_text(arguments.run.pipeline, ask.pipeline, options);
  if (!loaded.pipeline) throw InvalidInput{std::move(loaded.diagnosed)};
  for (const model::Stage& stage : loaded.pipeline->stages) {
    if (stage.traits.role == model::StageRole::source && ask.input.empty()) ask.input = uri_of(stage);
    if (stage.traits.role == model::StageRole::sink) ask.output = uri_of(stage);
  }
  // Without its media, or without values for its params, a pipeline can be edited all the same.
  model::Diagnosed unseen;
  const auto prepared = engine::prepare(*loaded.pipeline, unseen);
  if (!prepared) return;
  const auto seen = std::ranges::find_if(prepared->media, [](const auto& media) { return media.has_value(); });
  if (seen != prepared->media.end()) ask.media = *seen;
}

prompt::Ask ask_about(Context& context, const EditArguments& arguments) {
  prompt::Ask ask;
  for (const std::string& region : arguments.regions) ask.regions.push_back(drawn_of(region));
  ask.labels = (context.catalog(), catalog::labels_that_are_found());
  if (is_pipeline(arguments.input)) {
    ask.pipeline = read_pipeline(arguments.input);
    describe(ask, context, arguments);
    return ask;
  }
  ask.media = engine::probe(arguments.input);
  ask.input = arguments.input;
  ask.output = arguments.output ? *arguments.output : output_beside(arguments.input, context.catalog());
  return ask;
}

// Reading -------------------------------------------------------------------------------------------------------------

/// A prompt and what came of it.
struct Reading {
  std::string prompt;
  prompt::Understanding understanding;
  std::string difference;  ///< from the pipeline that was there
};

void show_remarks(const Reading& reading) {
  std::cout.flush();
  std::cerr << model::to_text(remarks_of(reading.understanding, reading.prompt), terminal::colors(Stream::error));
}

void show(const Reading& reading, const prompt::Ask& ask) {
  const int width = terminal::width(Stream::output);
  const bool colors = terminal::colors(Stream::output);
  const std::string table = clause_table(reading.understanding, reading.prompt, width);
  const std::string times =
      timeline(reading.understanding, ask.media ? ask.media->duration : std::nullopt, width, colors);
  std::cout << table << (times.empty() ? "" : "\n" + times);
  if (!reading.difference.empty())
    std::cout << '\n' << (colors ? colored_difference(reading.difference) : reading.difference);
}

/// The prompts one after the other, each about the pipeline that those before have made.
class Editing {
 public:
  Editing(Context& context, const EditArguments& arguments)
      : context_(context), arguments_(arguments), ask_(ask_about(context, arguments)) {}

  /// False where a prompt leaves something open.
  bool read(const std::string& prompt) {
    ask_.text = prompt;
    for (;;) {
      Reading reading{ask_.text, understand(), {}};
      const prompt::Understanding& u = reading.understanding;
      if (!ask_.pipeline.empty() && !u.yaml.empty()) reading.difference = base::difference(ask_.pipeline, u.yaml);
      if (shows()) show(reading, ask_);
      if (!arguments_.json) show_remarks(reading);
      const bool complete = u.complete(), ask = !complete && asks() && !u.questions.empty();
      readings_.push_back(std::move(reading));
      if (complete) ask_.pipeline = readings_.back().understanding.yaml;
      if (!ask) return complete;
      const auto answer = terminal::ask("answer (nothing: stop): ");
      if (!answer || answer->find_first_not_of(" \t") == answer->npos) return false;
      readings_.pop_back();
      ask_.text += (ask_.text.ends_with('.') ? " " : ". ") + *answer;
    }
  }

  const std::vector<Reading>& readings() const { return readings_; }
  const std::string& pipeline() const { return ask_.pipeline; }
  /// All that was said, as it is kept with the job.
  std::string said() const {
    std::string said;
    for (const Reading& reading : readings_) said += (said.empty() ? "" : "\n") + reading.prompt;
    return said;
  }

 private:
  /// By the grammar; where that leaves something open, by a language model, if one is configured.
  prompt::Understanding understand() {
    prompt::Understanding reading = prompt::understand(ask_, context_.catalog());
    if (reading.complete() || arguments_.no_model) return reading;
    const auto planner = catalog::available_prompt_planner();
    if (!planner) return reading;
    if (shows()) std::cerr << "asking " << planner->available() << '\n';
    std::atomic<bool> stop{false};
    const Signals signals([&] { stop = true; });
    const auto check_media = [](const model::Pipeline& pipeline, model::Diagnosed& faults) {
      engine::prepare(pipeline, faults);
    };
    const prompt::Assistant assistant{*planner, context_.check_options(arguments_.run.load), check_media, &stop};
    return prompt::assisted(ask_, context_.catalog(), reading, assistant);
  }
  bool shows() const { return !arguments_.json && !arguments_.yaml && arguments_.run.progress != "json"; }
  bool asks() const { return shows() && !arguments_.yes && terminal::can_ask(); }

  Context& context_;
  const EditArguments& arguments_;
  prompt::Ask ask_;
  std::vector<Reading> readings_;
};

json editing_json(const Editing& editing, bool complete) {
  json prompts = json::array();
  for (const Reading& reading : editing.readings()) {
    json one = prompt::to_json(reading.understanding, reading.prompt);
    one["prompt"] = reading.prompt;
    one["difference"] = reading.difference;
    prompts.push_back(std::move(one));
  }
  return {
      {"complete", complete}, {"prompts", std::move(prompts)}, {"yaml", complete ? json(editing.pipeline()) : json()}};
}

/// Shows what is asked for by options; false: by none, so there is more to be done.
bool only_shown(const EditArguments& arguments, const Editing& editing, bool complete) {
  if (arguments.json) {
    std::cout << editing_json(editing, complete).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    return true;
  }
  if (arguments.yaml) std::cout << (complete ? editing.pipeline() : "");
  const std::string& last = editing.readings().back().understanding.yaml;
  if (arguments.plan && !last.empty()) std::cout << '\n' << last;
  return arguments.plan || arguments.yaml;
}

// Doing ---------------------------------------------------------------------------------------------------------------

/// In the place of a file, whole or not at all, with the same permissions.
void replace_file(const fs::path& file, const std::string& text) {
  const fs::path target = fs::canonical(file), temporary = target.string() + ".part";
  std::ofstream out(temporary, std::ios::binary);
  std::error_code fault;
  if (out << text && out.flush()) {
    fs::permissions(temporary, fs::status(target).permissions(), fault);
    fs::rename(temporary, target, fault);
    if (!fault) return;
  }
  std::error_code ignored;
  fs::remove(temporary, ignored);
  throw base::RunError("cannot write " + file.string(), "check that its folder is writable and has room");
}

/// Files that a run would replace although nobody named them.
std::vector<std::string> replaced(const engine::Prepared& prepared) {
  const auto inputs = files_of(prepared.pipeline, false);
  std::vector<std::string> found;
  std::error_code fault;
  for (const fs::path& file : files_of(prepared.pipeline, true))
    if (std::ranges::find(inputs, file) == inputs.end() && fs::exists(file, fault)) found.push_back(file.string());
  return found;
}

/// Throws base::InputError where it needs a yes that nobody gives.
bool may_run(const EditArguments& arguments, const engine::Prepared& prepared) {
  const bool named = arguments.output || is_pipeline(arguments.input);
  const auto there = named ? std::vector<std::string>{} : replaced(prepared);
  const std::string files = base::join_words(there);
  const bool can_ask = terminal::can_ask() && !arguments.yes;
  if (!there.empty() && !can_ask)
    throw base::InputError(files + (there.size() == 1 ? " is there already" : " are there already"),
                           "name another file with -o, or this one to replace it");
  if (!can_ask && !arguments.yes)
    throw base::InputError("nothing was run: there is nobody to ask", "--yes runs it, --plan only shows it");
  if (arguments.yes) return true;
  const std::string question = there.empty() ? "Run it? [Y/n] " : "Run it, and replace " + files + "? [y/N] ";
  const auto answer = terminal::ask(question);
  return answer && (answer->empty() ? there.empty() : answer->front() == 'y' || answer->front() == 'Y');
}

void check(const EditArguments& arguments) {
  const bool pipeline = is_pipeline(arguments.input);
  if (arguments.write && (!pipeline || arguments.input == "-"))
    throw base::InputError("--write needs a pipeline's file to write to", "name a .yaml file instead of media");
  if (!pipeline && !arguments.run.load.set.empty())
    throw base::InputError("--set has nothing to stand for: '" + base::printable(arguments.input) + "' is no pipeline");
  if (arguments.input == "-" && !arguments.plan && !arguments.yaml && !arguments.json && !arguments.yes)
    throw base::InputError("standard input cannot be both the pipeline and the answers", "add --plan, --yaml or --yes");
}

base::ExitCode edit(Context& context, EditArguments arguments) {
  check(arguments);
  arguments.run.pipeline = !is_pipeline(arguments.input) ? "edit"
                           : arguments.input == "-"      ? "<stdin>"
                                                         : arguments.input;
  if (is_pipeline(arguments.input)) arguments.run.load.output = arguments.output;
  Editing editing(context, arguments);
  const bool complete =
      std::ranges::all_of(arguments.prompts, [&](const auto& prompt) { return editing.read(prompt); });
  const base::ExitCode found = complete ? base::ExitCode::done : base::ExitCode::input_wrong;
  if (only_shown(arguments, editing, complete) || !complete) return found;
  if (arguments.write) {
    replace_file(arguments.input, editing.pipeline());
    std::cout << "wrote " << arguments.input << '\n';
    if (!arguments.yes) return found;
  }
  arguments.run.prompt = editing.said();
  engine::Prepared prepared = context.prepare_text(arguments.run.pipeline, editing.pipeline(), arguments.run.load);
  if (!arguments.run.dry_run && !may_run(arguments, prepared)) return found;
  return play(std::move(prepared), context, arguments.run);
}

}  // namespace

void add_edit(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("edit", "Edit media, or a pipeline, by what you say");
  const auto arguments = std::make_shared<EditArguments>();
  command->add_option("input", arguments->input, "Media, or a pipeline's YAML file; - reads one from standard input")
      ->type_name("INPUT")
      ->required();
  command
      ->add_option("prompts", arguments->prompts,
                   "What is to be done; each further one is about what came of those before")
      ->type_name("PROMPT")
      ->required();
  command->add_option("-o,--output", arguments->output, "Where the result goes; left out: INPUT-edited, in this folder")
      ->type_name("PATH");
  const auto words = [&](const char* name, std::vector<std::string>& into, const char* what, const char* type) {
    command->add_option(name, into, what)->type_name(type)->allow_extra_args(false);
  };
  words("--region", arguments->regions,
        "A part of the picture that the prompt is about: 0 to 1, or px; may be repeated", "[NAME=]X,Y,WIDTH,HEIGHT");
  words("--set", arguments->run.load.set, "Value of one of the pipeline's params; may be repeated", "NAME=VALUE");
  command->add_flag("--plan", arguments->plan, "Show what was understood and the pipeline, and run nothing");
  command->add_flag("--yaml", arguments->yaml, "Print the pipeline, and nothing else on standard output");
  command->add_flag("--json", arguments->json, "Print what was understood and the pipeline as JSON, and run nothing");
  command->add_flag("--write", arguments->write, "Write the pipeline back to its file");
  command->add_flag("--no-model", arguments->no_model, "Ask no language model, although one is configured");
  command->add_flag("-y,--yes", arguments->yes, "Ask nothing: run what was understood");
  add_play_options(*command, arguments->run);
  command->callback(
      [arguments, &chosen] { chosen.action = [arguments](Context& context) { return edit(context, *arguments); }; });
}

}  // namespace reel::cli
