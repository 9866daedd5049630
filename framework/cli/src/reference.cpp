#include "reference.hpp"

#include <sstream>

#include "reel/base/text.hpp"
#include "reel/catalog/provider.hpp"

namespace reel::cli {
namespace {

std::string number(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

std::string range_of(const model::ParamSchema& param) {
  const std::string unit = param.unit.empty() ? "" : " " + param.unit;
  const std::string seconds = param.type == model::ParamType::time ? " s" : "";
  // Limits that are only those of the machine's numbers tell an author nothing.
  const bool low = param.minimum && *param.minimum > -1e9, high = param.maximum && *param.maximum < 1e9;
  if (low && high) return number(*param.minimum) + " to " + number(*param.maximum) + unit + seconds;
  if (low && (*param.minimum != 0 || param.type == model::ParamType::number))
    return "at least " + number(*param.minimum) + unit + seconds;
  if (high) return "at most " + number(*param.maximum) + unit + seconds;
  return param.unit;
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

std::string default_of(const model::ParamSchema& param) {
  if (param.required) return "required";
  const std::string text = model::to_yaml(param.default_value);
  return text.empty() || text == "null" || text == "\"\"" ? "" : "`" + text + "`";
}

}  // namespace

std::string values_of(const model::ParamSchema& param) {
  if (param.type != model::ParamType::choice) return range_of(param);
  std::vector<std::string> names;
  for (const model::Choice& choice : param.choices) names.push_back(choice.name);
  return base::join_words(names, "or");
}

std::string kinds_of(bool video, bool audio) {
  return video && audio ? "picture and sound" : video ? "picture" : audio ? "sound" : "nothing";
}

std::string reference_page(const model::StageTraits& stage) {
  std::ostringstream out;
  out << "# " << stage.name << "\n\n" << stage.summary << (stage.summary.ends_with('.') ? "" : ".") << "\n\n";
  // What a provider makes would have to be paid for.
  if (stage.gives_video && stage.takes_video && !catalog::provider_of(stage.factory))
    out << "![" << stage.title << "](pictures/" << stage.name << ".jpg)\n\n";
  out << "| | |\n| --- | --- |\n| kind | " << model::name(stage.role) << " |\n";
  if (stage.takes_video || stage.takes_audio)
    out << "| takes | " << kinds_of(stage.takes_video, stage.takes_audio) << " |\n";
  if (stage.gives_video || stage.gives_audio)
    out << "| gives | " << kinds_of(stage.gives_video, stage.gives_audio) << " |\n";
  if (stage.role == model::StageRole::join)
    out << "| inputs | " << stage.min_inputs << (stage.max_inputs == stage.min_inputs ? "" : " or more")
        << ", by `from:` |\n";
  if (stage.takes_video) out << "| time, picture | " << model::to_text(stage.video) << " |\n";
  if (stage.takes_audio) out << "| time, sound | " << model::to_text(stage.audio) << " |\n";
  out << "| `during` | " << (stage.allows_during ? "yes" : "no") << " |\n| element | `" << stage.factory << "` of `"
      << stage.plugin << "` |\n\n";
  if (stage.params.empty()) {
    out << "It has no parameters.\n";
  } else {
    out << "## Parameters\n\n| name | type | values | default | keyframes | |\n| --- | --- | --- | --- | --- "
           "| --- |\n";
    for (const model::ParamSchema& p : stage.params)
      out << "| `" << p.name << "` | " << model::name(p.type) << " | " << cell(values_of(p)) << " | "
          << cell(default_of(p)) << " | " << (p.animatable ? "yes" : "") << " | " << cell(p.description) << " |\n";
    for (const model::ParamSchema& p : stage.params) {
      if (p.choices.empty()) continue;
      out << "\n`" << p.name << "`:\n\n";
      for (const model::Choice& choice : p.choices) out << "- `" << choice.name << "`: " << choice.description << "\n";
    }
  }
  out << "\n## Example\n\n[examples/" << stage.name << ".yaml](examples/" << stage.name << ".yaml)\n";
  return out.str();
}

std::string reference_index(const std::vector<const model::StageTraits*>& stages) {
  std::ostringstream out;
  out << "# Reference\n\nThe stages that come with Reelwork. These pages are generated from the stages "
         "themselves by "
         "[make.sh](make.sh); `reel inspect STAGE` shows the same.\n\n| stage | |\n| --- | --- |\n";
  for (const model::StageTraits* stage : stages)
    out << "| [" << stage->name << "](" << stage->name << ".md) | " << cell(stage->summary) << " |\n";
  out << "\nEvery GStreamer element is a stage too, as `gst/NAME`: `reel inspect gst/videobalance`.\n";
  return out.str();
}

}  // namespace reel::cli
