/// `reel export`: pictures of media, or of what a pipeline makes, as another program's document.
#include <algorithm>
#include <memory>
#include <set>

#include "commands.hpp"
#include "play.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/exporter.hpp"
#include "yaml_edit.hpp"

namespace reel::cli {
namespace {

/// What stands in the place of the pipeline's sinks.
struct Export {
  std::string exporter, output;
  std::vector<std::string> inputs, at, from, with;
};

std::string quote(std::string_view text) { return "'" + base::printable(text) + "'"; }

/// Throws base::InputError for a stage that writes no documents.
void check_exporter(const catalog::Catalog& catalog, const std::string& name) {
  if (const auto* const traits = catalog.find(name); traits != nullptr && catalog::exporter_of(traits->factory)) return;
  std::vector<std::string> known;
  for (const model::StageTraits* const stage : catalog.stages())
    if (catalog::exporter_of(stage->factory)) known.push_back(stage->name);
  const std::string near = base::nearest(name, known), why = catalog.why_not(name);
  if (!why.empty()) throw base::InputError(why);
  throw base::InputError(quote(name) + " is no exporter", !near.empty()   ? "did you mean '" + near + "'?"
                                                          : known.empty() ? "no plugin has one; see `reel plugins`"
                                                                          : "there is " + base::join_words(known));
}

/// Of media: the original, and what became of it.
std::string pipeline_of(const Export& wish) {
  std::string yaml = "reel: 1\nstages:\n", ids;
  for (std::size_t i = 0; i < wish.inputs.size(); ++i) {
    const std::string id = i == 0 ? "original" : i == 1 ? "processed" : "processed-" + std::to_string(i);
    yaml += "  - { id: " + id + ", uses: source, with: { uri: " + yaml_text(wish.inputs[i]) + " } }\n";
    ids += (i == 0 ? "" : ", ") + id;
  }
  return yaml + "  - uses: " + yaml_text(wish.exporter) + "\n    from: [ " + ids +
         " ]\n    with: { uri: " + yaml_text(wish.output) + " }\n";
}

/// The stages that become layers: those that the picture of the last sink passes through, from where its times are the result's.
std::vector<std::size_t> picture_path(const model::Pipeline& pipeline) {
  const auto& stages = pipeline.stages;
  const auto sink = std::find_if(stages.rbegin(), stages.rend(),
                                 [](const model::Stage& s) { return s.traits.role == model::StageRole::sink; });
  if (sink->inputs.size() > 1) return sink->inputs;
  std::vector<std::size_t> path;
  for (std::size_t at = sink->inputs.front();; at = stages[at].inputs.front()) {
    const model::Stage& stage = stages[at];
    const bool shows = stage.inputs.empty() || stage.traits.video.kind != model::Contract::Kind::untouched;
    if (shows && stage.traits.gives_video) path.insert(path.begin(), at);
    if (stage.inputs.empty() || stage.traits.video.kind == model::Contract::Kind::retime) break;
  }
  if (path.empty()) throw base::InputError("the result of the pipeline has no picture");
  return path;
}

std::vector<std::size_t> stages_named(const std::vector<std::string>& names, const model::Pipeline& pipeline) {
  std::vector<std::string> known;
  for (const model::Stage& stage : pipeline.stages)
    if (stage.traits.role != model::StageRole::sink) known.push_back(stage.id);
  std::vector<std::size_t> found;
  for (const std::string& name : names) {
    const auto at = std::ranges::find(pipeline.stages, name, &model::Stage::id);
    if (std::ranges::find(known, name) == known.end())
      throw base::InputError("--from " + base::printable(name) + ": the pipeline has no such stage with a picture",
                             "it has " + base::join_words(known));
    found.push_back(static_cast<std::size_t>(at - pipeline.stages.begin()));
  }
  return found;
}

model::Node exporter_stage(const Export& wish, const model::Pipeline& pipeline,
                           const std::vector<std::size_t>& layers) {
  model::Node stage;
  entry(stage, "uses") = as_text(wish.exporter);
  model::Node& from = entry(stage, "from");
  from.kind = model::Node::Kind::list;
  for (const std::size_t layer : layers) from.items.push_back(as_text(pipeline.stages[layer].id));
  model::Node& with = entry(stage, "with");
  for (const auto& [name, value] : parse_settings(wish.with, "--with")) entry(with, name) = as_typed(value);
  entry(with, "uri") = as_text(wish.output);
  if (wish.at.empty()) return stage;
  model::Node& at = entry(with, "at");
  at.kind = model::Node::Kind::list;
  for (const std::string& time : wish.at) at.items.push_back(as_typed(time));
  return stage;
}

/// Leaves what the layers need, and puts the exporter behind it.
void put_exporter(model::Document& document, const model::Pipeline& pipeline, const std::vector<std::size_t>& layers,
                  model::Node exporter) {
  std::set<std::size_t> needed(layers.begin(), layers.end());
  for (std::size_t i = pipeline.stages.size(); i-- > 0;)
    if (needed.contains(i)) needed.insert(pipeline.stages[i].inputs.begin(), pipeline.stages[i].inputs.end());
  auto& stages = entry(document.root, "stages").items;
  std::vector<model::Node> kept;
  for (const std::size_t i : needed) {
    kept.push_back(std::move(stages.at(i)));
    entry(kept.back(), "id") = as_text(pipeline.stages[i].id);
  }
  kept.push_back(std::move(exporter));
  stages = std::move(kept);
}

base::ExitCode export_documents(Context& context, const Export& wish, RunArguments arguments) {
  check_exporter(context.catalog(), wish.exporter);
  const bool from_pipeline = is_pipeline(wish.inputs.front());
  if (from_pipeline && wish.inputs.size() > 1)
    throw base::InputError("one pipeline can be exported at a time", "or name media: the original first");
  const std::string yaml = from_pipeline ? read_pipeline(wish.inputs.front()) : pipeline_of(wish);
  arguments.pipeline = !from_pipeline ? "export" : wish.inputs.front() == "-" ? "<stdin>" : wish.inputs.front();
  Context::LoadOptions look = arguments.load;
  look.require_params = false;
  auto loaded = context.load_text(arguments.pipeline, yaml, look);
  if (!loaded.pipeline) throw InvalidInput{std::move(loaded.diagnosed)};
  const model::Pipeline& pipeline = *loaded.pipeline;
  const auto layers = !wish.from.empty() ? stages_named(wish.from, pipeline) : picture_path(pipeline);
  // Its parameters have to have values even where only the sinks use them.
  if (std::ranges::any_of(pipeline.stages, [](const auto& stage) { return stage.traits.name == "sink"; }))
    arguments.load.output = wish.output;
  arguments.load.change = [&](model::Document& document) {
    put_exporter(document, pipeline, layers, exporter_stage(wish, pipeline, layers));
  };
  return play(context.prepare_text(arguments.pipeline, yaml, arguments.load), context, arguments);
}

}  // namespace

void add_export(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("export", "Write pictures as another program's document, by an exporter");
  const auto arguments = std::make_shared<RunArguments>();
  const auto wish = std::make_shared<Export>();
  command->add_option("exporter", wish->exporter, "The stage that writes it: photoshop")
      ->type_name("EXPORTER")
      ->required();
  command
      ->add_option("inputs", wish->inputs, "A pipeline's YAML file, - for standard input, or media: the original first")
      ->type_name("INPUT")
      ->required();
  const auto words = [&](const char* name, std::vector<std::string>& into, const char* what, const char* type) {
    command->add_option(name, into, what)->type_name(type)->allow_extra_args(false);
  };
  words("--at", wish->at, "Time or range A..B whose pictures to write; may be repeated", "TIME");
  words("--from", wish->from, "Stage of the pipeline that becomes a layer, the lowest first; may be repeated", "ID");
  words("--with", wish->with, "Parameter of the exporter, see `reel inspect EXPORTER`; may be repeated", "NAME=VALUE");
  words("--set", arguments->load.set, "Value of one of the pipeline's params; may be repeated", "NAME=VALUE");
  command->add_option("-o,--output", wish->output, "The document to write")->type_name("PATH")->required();
  add_play_options(*command, *arguments);
  command->callback([arguments, wish, &chosen] {
    chosen.action = [arguments, wish](Context& context) { return export_documents(context, *wish, *arguments); };
  });
}

}  // namespace reel::cli
