/// What arguments may be: words of a list, numbers of jobs, files to write. What is wrong is said in our words.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "reel/model/pipeline.hpp"

namespace reel::cli {

/// `expected text, json or sarif, not 'xml'`
CLI::Validator one_of(std::vector<std::string> words);
CLI::Validator job_number();

/// Why the command line is refused, and what to do, from what CLI11 found in it.
struct Refusal {
  std::string what, hint;
};
Refusal refusal(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words);

/// The local files that the pipeline names: what it reads, and also what it writes, if asked for.
std::vector<std::filesystem::path> files_of(const model::Pipeline& pipeline, bool written_too);
/// Before any work is done for it: throws base::InputError if `target` is a folder, lies in one that cannot be
/// written to, or is one of the files in `taken`.
void check_target(const std::filesystem::path& target, const std::vector<std::filesystem::path>& taken);

}  // namespace reel::cli
