/// `reel verify`: proves what an edit left alone.
#include "reel/engine/verify.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "arguments.hpp"
#include "commands.hpp"
#include "reel/base/text.hpp"
#include "signals.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

struct VerifyArguments {
  std::string source, output, format = "text";
  std::filesystem::path plan;
};

planner::Plan read_plan(const std::filesystem::path& file) {
  const std::string shown = "'" + base::printable(file.string()) + "'";
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || text.empty())
    throw base::InputError("cannot read the plan " + shown, "`reel run --report FILE.json` writes one");
  try {
    return planner::read_plan(text);
  } catch (const base::InputError& e) {
    throw base::InputError(shown + ": " + e.what(), e.hint());
  }
}

/// One line that is written over, on a terminal only.
class ProgressLine {
 public:
  void show(double part) {
    if (!terminal::is_terminal(terminal::Stream::error)) return;
    const int percent = static_cast<int>(part * 100);
    if (percent == shown_) return;
    shown_ = percent;
    std::cerr << "\rdecoding both files, " << percent << " %" << std::flush;
  }
  ~ProgressLine() {
    if (shown_ >= 0) std::cerr << "\r\033[K" << std::flush;
  }

 private:
  int shown_ = -1;
};

base::ExitCode verify(const VerifyArguments& arguments) {
  std::atomic<bool> stop{false};
  const Signals signals([&] { stop = true; });
  engine::VerifyOptions options;
  options.stop = &stop;
  if (!arguments.plan.empty()) options.plan = read_plan(arguments.plan);
  engine::Verification result;
  {
    ProgressLine line;
    options.on_progress = [&line](double part) { line.show(part); };
    result = engine::verify(arguments.source, arguments.output, options);
  }
  std::cout << (arguments.format == "json" ? result.to_json() + "\n" : result.to_text());
  return result.proven() ? base::ExitCode::done : base::ExitCode::run_failed;
}

}  // namespace

void add_verify(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("verify", "Prove that an edit left all else as it was");
  const auto arguments = std::make_shared<VerifyArguments>();
  command->add_option("source", arguments->source, "The file that was edited")->type_name("SOURCE")->required();
  command->add_option("output", arguments->output, "The file that the edit made")->type_name("OUTPUT")->required();
  command
      ->add_option("--plan", arguments->plan,
                   "What `reel run --report` or `reel explain --json` wrote; found out from the files if left out")
      ->type_name("FILE");
  command->add_option("--format", arguments->format, "text or json")
      ->check(one_of({"text", "json"}))
      ->type_name("FORMAT");
  command->callback([arguments, &chosen] { chosen.action = [arguments](Context&) { return verify(*arguments); }; });
}

}  // namespace reel::cli
