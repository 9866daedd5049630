/// `reel run` and `reel generate`.
#include <memory>

#include "commands.hpp"
#include "play.hpp"
#include "yaml_edit.hpp"

namespace reel::cli {
namespace {

/// What stands in the place of a pipeline's file.
struct Wish {
  std::string prompt, output, duration, aspect_ratio, resolution, model, first_frame, last_frame;
  bool loop = false, fresh = false;
};

/// A wish as a pipeline that its author can read, keep and change.
std::string pipeline_of(const Wish& wish) {
  std::string yaml = "reel: 1\nname: generate\nstages:\n  - uses: luma\n    with:\n";
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) yaml += "      " + name + ": " + value + "\n";
  };
  const auto add_text = [&](const std::string& name, const std::string& text) {
    if (!text.empty()) add(name, yaml_text(text));
  };
  add_text("prompt", wish.prompt);
  add("duration", wish.duration);
  add_text("aspect-ratio", wish.aspect_ratio);
  add_text("resolution", wish.resolution);
  add_text("model", wish.model);
  add_text("first-frame", wish.first_frame);
  add_text("last-frame", wish.last_frame);
  if (wish.loop) add("loop", "true");
  if (wish.fresh) add("fresh", "true");
  return yaml + "  - uses: sink\n    with: { uri: " + yaml_text(wish.output) + " }\n";
}

}  // namespace

void add_run(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("run", "Run a pipeline");
  const auto arguments = std::make_shared<RunArguments>();
  add_pipeline_options(*command, arguments->pipeline, arguments->load);
  command->add_option("-o,--output", arguments->load.output, "Where the last `sink` writes to, instead of its `uri`")
      ->type_name("PATH");
  add_play_options(*command, *arguments);
  command->callback([arguments, &chosen] {
    chosen.action = [arguments](Context& context) {
      return play(context.prepare(arguments->pipeline, arguments->load), context, *arguments);
    };
  });
}

void add_generate(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("generate", "Have a video made from words, by Luma");
  const auto arguments = std::make_shared<RunArguments>();
  const auto wish = std::make_shared<Wish>();
  const auto option = [&](const char* names, std::string& into, const char* what, const char* type) {
    return command->add_option(names, into, what)->type_name(type);
  };
  option("prompt", wish->prompt, "What is to be seen", "PROMPT")->required();
  option("-o,--output", wish->output, "Where the video goes", "PATH")->required();
  option("--duration", wish->duration, "How long it is: 5s", "TIME");
  option("--aspect", wish->aspect_ratio, "Width to height: 16:9", "W:H");
  option("--resolution", wish->resolution, "Its height: 720p", "NAME");
  option("--model", wish->model, "Which of the service's models makes it", "NAME");
  option("--first-frame", wish->first_frame, "A picture to begin with: its address", "URI");
  option("--last-frame", wish->last_frame, "A picture to end with: its address", "URI");
  command->add_flag("--loop", wish->loop, "Its end leads to its beginning");
  command->add_flag("--fresh", wish->fresh, "Ask again, and pay again, although the same was made before");
  add_play_options(*command, *arguments);
  command->callback([arguments, wish, &chosen] {
    chosen.action = [arguments, wish](Context& context) {
      arguments->pipeline = "generate";
      arguments->prompt = wish->prompt;
      return play(context.prepare_text("generate", pipeline_of(*wish), arguments->load), context, *arguments);
    };
  });
}

}  // namespace reel::cli
