/// The commands that tell what is there: inspect, plugins, schema, probe.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "reel/base/text.hpp"
#include "reel/engine/probe.hpp"
#include "reel/model/json.hpp"
#include "reference.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;

std::string number(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

void print_stage(const model::StageTraits& stage) {
  const int width = terminal::width(terminal::Stream::output);
  std::cout << terminal::strong(stage.name) << ": " << stage.title << "\n\n"
            << terminal::wrapped(stage.summary, width, 2) << '\n';
  std::vector<std::vector<std::string>> facts{{"  kind", std::string(model::name(stage.role))}};
  if (stage.takes_video || stage.takes_audio)
    facts.push_back({"  takes", kinds_of(stage.takes_video, stage.takes_audio)});
  if (stage.gives_video || stage.gives_audio)
    facts.push_back({"  gives", kinds_of(stage.gives_video, stage.gives_audio)});
  if (stage.role == model::StageRole::join)
    facts.push_back({"  inputs", std::to_string(stage.min_inputs) +
                                     (stage.max_inputs != stage.min_inputs ? " or more" : "") + " stages, by `from:`"});
  if (stage.takes_video) facts.push_back({"  picture", model::to_text(stage.video)});
  if (stage.takes_audio) facts.push_back({"  sound", model::to_text(stage.audio)});
  facts.push_back({"  during", stage.allows_during ? "may be given" : "makes no sense here"});
  facts.push_back({"  element", stage.factory + (stage.plugin.empty() ? "" : " of " + stage.plugin)});
  std::cout << terminal::table(facts, width);
  if (stage.params.empty()) {
    std::cout << "\nNo parameters.\n";
    return;
  }
  std::cout << "\n" << terminal::strong("Parameters") << " (of `with:`; * takes keyframes)\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const model::ParamSchema& param : stage.params) {
    std::string text = param.description;
    if (!text.empty() && !text.ends_with('.')) text += '.';
    if (const std::string values = values_of(param); !values.empty()) text += " " + values + ".";
    if (param.required)
      text += " Required.";
    else if (const std::string value = model::to_yaml(param.default_value);
             !value.empty() && value != "null" && value != "\"\"")
      text += " Default: " + value + ".";
    rows.push_back({"  " + param.name + (param.animatable ? " *" : ""), std::string(model::name(param.type)), text});
  }
  std::cout << terminal::table(rows, width);
}

enum class Form { text, json, markdown };

base::ExitCode inspect(Context& context, const std::string& name, Form form) {
  const catalog::Catalog& catalog = context.catalog();
  if (name.empty()) {
    if (form == Form::markdown) {
      std::cout << reference_index(catalog.stages());
      return base::ExitCode::done;
    }
    if (form == Form::json) {
      json all = json::array();
      for (const model::StageTraits* stage : catalog.stages()) all.push_back(model::to_json(*stage));
      std::cout << all.dump(2) << '\n';
      return base::ExitCode::done;
    }
    if (catalog.stages().empty())
      throw base::RunError("no stages were found", "`reel plugins --all` and `reel doctor` say why");
    std::vector<std::vector<std::string>> rows;
    for (const model::StageTraits* stage : catalog.stages()) rows.push_back({stage->name, stage->summary});
    std::cout << terminal::table(rows, terminal::width(terminal::Stream::output))
              << "\n`reel inspect STAGE` shows one stage's parameters. Every GStreamer element is there too, "
                 "as gst/NAME.\n";
    return base::ExitCode::done;
  }
  const model::StageTraits* const stage = catalog.find(name);
  if (stage == nullptr) {
    const std::string why = catalog.why_not(name);
    if (!why.empty()) throw base::InputError(name + ": " + why);
    const std::string near = model::nearest_stage(name, catalog);
    throw base::InputError("there is no stage '" + name + "'",
                           near.empty() ? "`reel inspect` lists them" : "did you mean '" + near + "'?");
  }
  if (form == Form::json)
    std::cout << model::to_json(*stage).dump(2) << '\n';
  else if (form == Form::markdown)
    std::cout << reference_page(*stage);
  else
    print_stage(*stage);
  return base::ExitCode::done;
}

base::ExitCode plugins(Context& context, bool all, bool as_json) {
  const auto& found = context.catalog().plugins();
  if (as_json) {
    json out = json::array();
    for (const catalog::PluginInfo& p : found) {
      if (!all && !p.refused.empty()) continue;
      out.push_back(catalog::to_json(p));
    }
    std::cout << out.dump(2) << '\n';
    return base::ExitCode::done;
  }
  std::size_t refused = 0;
  const int width = terminal::width(terminal::Stream::output);
  for (const catalog::PluginInfo& p : found) {
    if (!p.refused.empty()) {
      ++refused;
      if (all)
        std::cout << terminal::strong(p.path.string()) << " is refused\n" << terminal::wrapped(p.refused, width, 2);
      continue;
    }
    std::cout << terminal::strong(p.id) << " " << p.version << " (" << p.license << ")\n"
              << terminal::wrapped(p.summary, width, 2);
    if (!p.stages.empty()) std::cout << terminal::wrapped("stages: " + base::join_words(p.stages), width, 2);
  }
  if (found.empty()) std::cout << "No plugins were found. `reel doctor` shows where they are looked for.\n";
  if (refused > 0 && !all)
    std::cerr << refused << (refused == 1 ? " plugin is" : " plugins are")
              << " refused; `reel plugins --all` says why\n";
  return base::ExitCode::done;
}

std::string describe(const model::StreamInfo& stream) {
  std::string text;
  if (stream.video) {
    const model::VideoStream& v = *stream.video;
    text = v.codec + (v.profile.empty() ? "" : " (" + v.profile + ")") + ", " + std::to_string(v.width) + "x" +
           std::to_string(v.height);
    if (v.still)
      text += ", one picture";
    else if (v.frame_rate.num > 0)
      text +=
          ", " + number(v.frame_rate.value()) + " frames/s" + (v.variable_frame_rate ? " on average (variable)" : "");
    text += ", " + v.pixel_format;
    if (v.rotation != 0) text += ", turned by " + std::to_string(v.rotation) + " degrees";
    if (v.interlaced) text += ", interlaced";
    if (!v.color_matrix.empty()) text += ", " + v.color_matrix + (v.color_range.empty() ? "" : " " + v.color_range);
  } else if (stream.audio) {
    const model::AudioStream& a = *stream.audio;
    text = a.codec + (a.profile.empty() ? "" : " (" + a.profile + ")") + ", " + std::to_string(a.sample_rate) +
           " Hz, " + (a.channel_layout.empty() ? std::to_string(a.channels) + " channels" : a.channel_layout);
  }
  if (!stream.language.empty() && stream.language != "und") text += ", language " + stream.language;
  return text;
}

base::ExitCode probe(const std::string& file, bool as_json) {
  const model::MediaInfo info = engine::probe(file);
  std::optional<model::FrameIndex> frames;
  if (info.video() != nullptr && !info.video()->video->still) frames = engine::index_frames(file);
  if (as_json) {
    std::cout << model::to_json(info, frames ? &*frames : nullptr).dump(2, ' ', false, json::error_handler_t::replace)
              << '\n';
    return base::ExitCode::done;
  }
  std::cout << terminal::strong(file) << ": " << info.container << ", " << base::format_bytes(info.bytes);
  if (info.duration) std::cout << ", " << base::format_moment(*info.duration);
  std::cout << '\n';
  for (const auto& stream : info.streams) {
    std::cout << "  " << stream.index << "  " << stream.kind << "  " << base::printable(describe(stream)) << '\n';
    if (!frames || !stream.is_default || !stream.video) continue;
    const auto keys = static_cast<std::uint64_t>(std::ranges::count(frames->keyframes, true));
    std::cout << "       " << base::counted(frames->times.size(), "frame") << ", " << base::counted(keys, "keyframe")
              << '\n';
  }
  for (const auto& chapter : info.chapters)
    std::cout << "  chapter " << base::format(chapter.range) << "  " << base::printable(chapter.title) << '\n';
  for (const auto& [key, value] : info.tags)
    std::cout << "  " << base::printable(key) << ": " << base::printable(value) << '\n';
  return base::ExitCode::done;
}

}  // namespace

void add_inspect(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("inspect", "List the stages, or show one stage's parameters");
  const auto name = std::make_shared<std::string>();
  const auto form = std::make_shared<Form>(Form::text);
  command->add_option("stage", *name, "A stage: blur, acme/negative, gst/videoflip")->type_name("STAGE");
  auto* const as_json = command->add_flag_function(
      "--json", [form](auto) { *form = Form::json; }, "As JSON");
  command
      ->add_flag_function(
          "--markdown", [form](auto) { *form = Form::markdown; }, "As a page of the reference")
      ->excludes(as_json);
  command->callback([name, form, &chosen] { chosen.action = [=](Context& c) { return inspect(c, *name, *form); }; });
}

void add_plugins(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("plugins", "List the plugins");
  const auto all = std::make_shared<bool>(false), as_json = std::make_shared<bool>(false);
  command->add_flag("--all", *all, "Also those that were refused, and why");
  command->add_flag("--json", *as_json, "As JSON");
  command->callback(
      [all, as_json, &chosen] { chosen.action = [=](Context& c) { return plugins(c, *all, *as_json); }; });
}

void add_schema(CLI::App& app, Chosen& chosen) {
  auto* const command =
      app.add_subcommand("schema", "Print the JSON Schema of the pipeline language, with all installed stages");
  command->callback([&chosen] {
    chosen.action = [](Context& c) {
      std::cout << model::json_schema(c.catalog());
      return base::ExitCode::done;
    };
  });
}

void add_probe(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("probe", "Show the streams, durations and keyframes of a media file");
  const auto file = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  command->add_option("file", *file, "A media file")->type_name("FILE")->required();
  command->add_flag("--json", *as_json, "As JSON");
  command->callback([file, as_json, &chosen] {
    chosen.action = [=](Context& context) {
      if (base::scheme_of(*file) != "file") context.catalog();  // plugins open what is elsewhere
      return probe(*file, *as_json);
    };
  });
}

}  // namespace reel::cli
