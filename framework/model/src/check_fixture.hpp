/// For tests: checks a text and says what came out.
#pragma once

#include <optional>
#include <string>

#include "fake_stages.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::model {

struct Checked {
  std::optional<Pipeline> pipeline;
  Diagnosed diagnosed;

  /// `line:column code`, one a line, in the order of the text.
  std::string faults() const {
    std::string text;
    for (const auto& d : diagnosed.diagnostics)
      text += std::to_string(d.mark.line) + ":" + std::to_string(d.mark.column) + " " + d.code + "\n";
    return text;
  }
  const Value& value(std::size_t stage, std::string_view name) const {
    static const Value none;
    const Setting* setting = pipeline ? pipeline->stages.at(stage).setting(name) : nullptr;
    return setting ? setting->value : none;
  }
};

inline Checked check(const std::string& text, const CheckOptions& options = {}, const FakeStages& stages = {}) {
  Checked checked;
  checked.pipeline = load_pipeline("test.yaml", text, stages, options, checked.diagnosed);
  return checked;
}

/// A pipeline with `stages` (of indent 2) between a source and a sink; they begin on line 5.
inline std::string between(const std::string& stages) {
  return "reel: 1\nstages:\n  - uses: source\n    with: { uri: in.mp4 }\n" + stages +
         "  - uses: sink\n    with: { uri: out.mp4 }\n";
}

}  // namespace reel::model
