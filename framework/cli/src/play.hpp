/// Plays a pipeline to its end, alone or with its job recorded: what `reel run`, `reel generate` and `reel export` do.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "context.hpp"
#include "reel/base/error.hpp"

namespace reel::cli {

struct RunArguments {
  std::string pipeline;
  Context::LoadOptions load;
  std::string progress = "auto", render = "auto";
  std::filesystem::path report;
  std::optional<double> budget;       ///< dollars that one generation may cost
  std::optional<std::string> prompt;  ///< where the pipeline came from one
  bool dry_run = false, record = false, no_cache = false, verify = false;
};

/// Options of all commands that play something.
void add_play_options(CLI::App& command, RunArguments& arguments);

/// With `dry_run`, says what would happen.
base::ExitCode play(engine::Prepared prepared, Context& context, const RunArguments& arguments);

}  // namespace reel::cli
