#include "describe/describe.hpp"
#include "describe/timeline_dot.hpp"
#include "graph/kinds.hpp"
#include "reel/base/text.hpp"
#include "reel/engine/describe.hpp"
#include "reel/engine/plan.hpp"

namespace reel::engine {
namespace {

/// For the inside of a DOT string.
std::string quoted(const std::string& text) {
  std::string safe;
  for (const char c : base::printable(text)) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe;
}

const char* shape(model::StageRole role) {
  switch (role) {
    case model::StageRole::source:
      return "cds";
    case model::StageRole::sink:
      return "note";
    case model::StageRole::join:
      return "invhouse";
    case model::StageRole::filter:
      break;
  }
  return "box";
}

std::string node(const model::Stage& stage, std::size_t index) {
  std::string label =
      quoted(stage.traits.title.empty() ? stage.traits.name : stage.traits.title) + "\\n" + quoted(stage.id);
  if (stage.during) label += "\\n" + quoted(during_words(*stage.during));
  return "  s" + std::to_string(index) + " [label=\"" + label + "\", shape=" + shape(stage.traits.role) + "];\n";
}

std::string edge(std::size_t from, std::size_t to, Kind kind) {
  const std::string style =
      kind == Kind::video ? "color=\"#1f5fbf\", label=\"picture\"" : "color=\"#b3541e\", label=\"sound\", style=dashed";
  return "  s" + std::to_string(from) + " -> s" + std::to_string(to) + " [" + style + "];\n";
}

std::string stages_of(const model::Pipeline& pipeline) {
  const auto outputs = output_kinds(pipeline, std::vector<std::optional<model::MediaInfo>>(pipeline.stages.size()));
  std::string dot;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) dot += node(pipeline.stages[i], i);
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const model::Stage& stage = pipeline.stages[i];
    for (std::size_t n = 0; n < stage.inputs.size(); ++n)
      for (const Kind kind : both_kinds) {
        // What a join does not take flows past it from the first input only.
        const bool used = takes(stage.traits, kind) || (passes(stage.traits, kind) && n == 0);
        if (used && outputs[stage.inputs[n]].has(kind)) dot += edge(stage.inputs[n], i, kind);
      }
  }
  return dot;
}

/// The plan stands under the stages. A graph has one label only, so that its name is told by one of a cluster around them.
std::string with_timeline(const std::string& stages, const std::string& name, const std::string& timeline) {
  return "  label=" + timeline + "; labelloc=b; labeljust=l; fontname=\"DejaVu Sans\";\n  subgraph cluster_stages {\n" +
         "  color=\"white\"; label=\"" + quoted(name) + "\"; labelloc=t; labeljust=c;\n" + stages + "  }\n";
}

std::string dot_of(const model::Pipeline& pipeline, const std::string& timeline) {
  std::string dot =
      "digraph pipeline {\n  rankdir=LR;\n  bgcolor=\"white\";\n"
      "  node [fontname=\"DejaVu Sans\", fontsize=11, style=filled, fillcolor=\"#f4f4f4\"];\n"
      "  edge [fontname=\"DejaVu Sans\", fontsize=9];\n";
  const std::string stages = stages_of(pipeline);
  if (!timeline.empty()) return dot + with_timeline(stages, pipeline.name, timeline) + "}\n";
  if (!pipeline.name.empty())
    dot += "  label=\"" + quoted(pipeline.name) + "\"; labelloc=t; fontname=\"DejaVu Sans\";\n";
  return dot + stages + "}\n";
}

}  // namespace

std::string graph_dot(const Prepared& prepared) {
  const planner::Plan plan = engine::plan(prepared);
  const auto sink = main_sink(prepared.pipeline);
  const base::Time length = sink ? prepared.clocks[*sink].input_duration.value_or(base::Time{0}) : base::Time{0};
  return dot_of(prepared.pipeline, timeline_dot(plan, length));
}
std::string graph_dot(const model::Pipeline& pipeline) { return dot_of(pipeline, ""); }

}  // namespace reel::engine
