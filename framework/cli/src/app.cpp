#include "app.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "arguments.hpp"
#include "commands.hpp"
#include "reel/base/log.hpp"
#include "reel/engine/run.hpp"
#include "terminal.hpp"
#include "version.hpp"

namespace reel::cli {
namespace {

void print_error(const std::string& what, const std::string& hint) {
  const bool colors = terminal::colors(terminal::Stream::error);
  std::cerr << (colors ? "\033[1;31merror:\033[0m " : "error: ") << base::redacted(what) << '\n';
  if (!hint.empty()) std::cerr << "  hint: " << base::redacted(hint) << '\n';
}

int code(base::ExitCode exit) { return static_cast<int>(exit); }

/// Runs the command; every way in which it can end becomes an exit code and, if it failed, a message.
int perform(const Chosen& chosen, Context& context, const std::optional<std::filesystem::path>& config) {
  try {
    context.configure(config);
    return code(chosen.action(context));
  } catch (const InvalidInput& invalid) {
    std::cerr << model::to_text(invalid.diagnosed, terminal::colors(terminal::Stream::error));
    return code(base::ExitCode::input_wrong);
  } catch (const base::InputError& e) {
    print_error(e.what(), e.hint());
    return code(base::ExitCode::input_wrong);
  } catch (const base::Interrupted& e) {
    print_error(e.what(), e.hint());
    return code(base::ExitCode::interrupted);
  } catch (const base::Error& e) {
    print_error(e.what(), e.hint());
    return code(base::ExitCode::run_failed);
  } catch (const std::exception& e) {
    print_error(std::string("internal error: ") + e.what(),
                "this is a bug in Reelwork; please report it with the command that you ran");
    return code(base::ExitCode::run_failed);
  }
}

int refuse(const Refusal& refusal) {
  print_error(refusal.what, refusal.hint);
  return code(base::ExitCode::input_wrong);
}

}  // namespace

int run(int argc, char** argv) {
  // A file that may grow no further is an error of writing, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App app{"Reelwork runs media pipelines that are written in YAML.", "reel"};
  app.set_version_flag("--version", std::string("reel ") + version);
  app.require_subcommand(1);
  app.fallthrough();
  std::optional<std::filesystem::path> config;
  int verbosity = 0;
  app.add_option("--config", config, "Configuration file")->type_name("FILE");
  app.add_flag("-v,--verbose", verbosity, "Show the log on standard error; twice: all of it");

  Chosen chosen;
  for (const auto add :
       {add_run,    add_generate, add_edit,    add_export,  add_validate,   add_explain, add_preview, add_graph,
        add_verify, add_probe,    add_inspect, add_plugins, add_schema,     add_jobs,    add_logs,    add_serve,
        add_worker, add_admin,    add_db,      add_login,   add_logout,     add_submit,  add_orders,  add_fetch,
        add_cache,  add_models,   add_new,     add_doctor,  add_completion, add_manual})
    add(app, chosen);

  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);  // --help, --version
  } catch (const CLI::ParseError& e) {
    return refuse(refusal(app, e, words));
  }
  if (verbosity > 0) base::set_stderr_level(verbosity > 1 ? base::Level::debug : base::Level::info);
  Context context;
  const int result = perform(chosen, context, config);
  if (!context.stuck()) return result;
  std::cout.flush();
  std::cerr.flush();
  std::quick_exit(result);
}

}  // namespace reel::cli
