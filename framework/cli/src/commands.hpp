/// The commands of `reel`, one function each: it declares the command's options and, if the user chose it,
/// what to do.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "context.hpp"
#include "reel/base/error.hpp"

namespace reel::cli {

/// What the user asked for.
struct Chosen {
  std::function<base::ExitCode(Context&)> action;
};

void add_run(CLI::App& app, Chosen& chosen);
void add_generate(CLI::App& app, Chosen& chosen);
void add_edit(CLI::App& app, Chosen& chosen);
void add_export(CLI::App& app, Chosen& chosen);
void add_validate(CLI::App& app, Chosen& chosen);
void add_explain(CLI::App& app, Chosen& chosen);
void add_graph(CLI::App& app, Chosen& chosen);
void add_preview(CLI::App& app, Chosen& chosen);
void add_verify(CLI::App& app, Chosen& chosen);
void add_probe(CLI::App& app, Chosen& chosen);
void add_inspect(CLI::App& app, Chosen& chosen);
void add_plugins(CLI::App& app, Chosen& chosen);
void add_schema(CLI::App& app, Chosen& chosen);
void add_jobs(CLI::App& app, Chosen& chosen);
void add_logs(CLI::App& app, Chosen& chosen);
void add_serve(CLI::App& app, Chosen& chosen);
void add_worker(CLI::App& app, Chosen& chosen);
void add_admin(CLI::App& app, Chosen& chosen);
void add_db(CLI::App& app, Chosen& chosen);
void add_login(CLI::App& app, Chosen& chosen);
void add_logout(CLI::App& app, Chosen& chosen);
void add_submit(CLI::App& app, Chosen& chosen);
/// `cancel`, `retry`, `pause`, `resume`.
void add_orders(CLI::App& app, Chosen& chosen);
void add_fetch(CLI::App& app, Chosen& chosen);
void add_cache(CLI::App& app, Chosen& chosen);
void add_models(CLI::App& app, Chosen& chosen);
void add_new(CLI::App& app, Chosen& chosen);
void add_doctor(CLI::App& app, Chosen& chosen);
/// `completion` and `manual` describe all the commands above.
void add_completion(CLI::App& app, Chosen& chosen);
void add_manual(CLI::App& app, Chosen& chosen);

/// The options that every command with a pipeline has: the file and `--set`.
CLI::Option* add_pipeline_options(CLI::App& command, std::string& file, Context::LoadOptions& options);

}  // namespace reel::cli
