/// Prompts as data, and what they become.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reel/model/document.hpp"
#include "reel/model/stage.hpp"
#include "reel/prompt/prompt.hpp"

namespace reel::tests {

/// One prompt of a file of tests/prompts, with what is expected of it.
struct Case {
  std::string file;
  std::size_t line = 0;
  std::vector<std::string> after;  ///< prompts that come first, each on the result of the one before
  prompt::Ask ask;
  std::vector<std::string> stages;  ///< as canonical_stages() writes them
  bool has_stages = false, over = false;
  std::vector<std::string> asks, refuses;
  bool unknown = false;
  std::string output;
};

std::vector<Case> read_cases(const std::filesystem::path& file);

/// What a cell of the guide says of it: `asks CODE`, `refuses CODE`, or stages, each in backquotes.
void expect(Case& test, const std::string& cell);

/// The stages of a pipeline between its source and its sink, each on a line, parameters in order of their names.
std::vector<std::string> canonical_stages(const std::string& yaml, bool over);

/// All that is said of a case that went wrong; empty: nothing did.
std::string fault_of(const Case& test, const model::StageSource& stages);

}  // namespace reel::tests
