/// The commands that describe the program itself, from the same declarations that read the command line:
/// `completion`, `manual`.
#include <iostream>
#include <sstream>

#include "arguments.hpp"
#include "commands.hpp"
#include "version.hpp"

namespace reel::cli {
namespace {

std::vector<const CLI::App*> shown_commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* c) { return !c->get_group().empty(); });
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// `--output`, or `-v` where there is only a short one; empty for positional ones.
std::string long_name(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return "--" + option.get_lnames().front();
  return option.get_snames().empty() ? "" : "-" + option.get_snames().front();
}

std::vector<std::string> flags_of(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
    for (const auto& name : option->get_snames()) flags.push_back("-" + name);
  }
  return flags;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// What stands for a stage's name in completion: asked of the program, so that new plugins are known at once.
constexpr const char* stage_names = "reel inspect 2>/dev/null | sed -n 's/^\\([a-z][^ ]*\\)  .*/\\1/p'";

std::string bash(const CLI::App& app) {
  std::ostringstream out;
  std::vector<std::string> names;
  for (const CLI::App* c : shown_commands(app)) names.push_back(c->get_name());
  out << "# bash completion for reel; put into /usr/share/bash-completion/completions/reel\n"
      << "_reel() {\n"
      << "  local current=${COMP_WORDS[COMP_CWORD]} command= word\n"
      << "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do [[ $word == -* ]] || { command=$word; break; "
         "}; done\n"
      << "  if [[ -z $command ]]; then COMPREPLY=($(compgen -W '" << joined(names) << " " << joined(flags_of(app))
      << "' -- \"$current\")); return; fi\n"
      << "  local flags=\n  case $command in\n";
  for (const CLI::App* c : shown_commands(app))
    out << "    " << c->get_name() << ") flags='" << joined(flags_of(*c)) << "' ;;\n";
  out << "  esac\n"
      << "  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W \"$flags\" -- \"$current\"))\n"
      << "  elif [[ $command == inspect ]]; then COMPREPLY=($(compgen -W \"$(" << stage_names
      << ")\" -- \"$current\"))\n"
      << "  elif [[ $command == new && $COMP_CWORD == 2 ]]; then COMPREPLY=($(compgen -W 'pipeline plugin' "
         "-- \"$current\"))\n"
      << "  elif [[ $command == completion ]]; then COMPREPLY=($(compgen -W 'bash zsh fish' -- "
         "\"$current\"))\n"
      << "  else compopt -o filenames; COMPREPLY=($(compgen -f -- \"$current\")); fi\n"
      << "}\ncomplete -F _reel reel\n";
  return out.str();
}

std::string quoted(std::string text, const std::string& specials) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (specials.find(c) != std::string::npos)
      out += std::string("\\") + c;
    else
      out += c;
  }
  return out;
}

std::string zsh(const CLI::App& app) {
  std::ostringstream out;
  out << "#compdef reel\n# zsh completion for reel; put into a folder of $fpath as _reel\n_reel() {\n  local "
         "-a commands\n  commands=(\n";
  for (const CLI::App* c : shown_commands(app))
    out << "    '" << c->get_name() << ":" << quoted(c->get_description(), ":") << "'\n";
  out << "  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n  case $words[2] in\n";
  for (const CLI::App* c : shown_commands(app)) {
    out << "    " << c->get_name() << ") _arguments";
    for (const CLI::Option* o : c->get_options()) {
      const std::string name = long_name(*o);
      if (name.empty()) continue;
      out << " \\\n      '" << name << "[" << quoted(o->get_description(), "[]:") << "]"
          << (takes_value(*o) ? ":value:_files" : "") << "'";
    }
    const std::string name = c->get_name();
    if (name == "inspect")
      out << " \\\n      '*:stage:($(" << quoted(stage_names, "") << "))'";
    else if (name == "new")
      out << " \\\n      '1:kind:(pipeline plugin)'";
    else if (name == "completion")
      out << " \\\n      '1:shell:(bash zsh fish)'";
    else
      out << " \\\n      '*:file:_files'";
    out << " ;;\n";
  }
  out << "  esac\n}\ncompdef _reel reel\n";
  return out.str();
}

std::string fish(const CLI::App& app) {
  std::ostringstream out;
  out << "# fish completion for reel; put into ~/.config/fish/completions/reel.fish\n";
  for (const CLI::App* c : shown_commands(app)) {
    out << "complete -c reel -n __fish_use_subcommand -f -a " << c->get_name() << " -d '"
        << quoted(c->get_description(), "") << "'\n";
    for (const CLI::Option* o : c->get_options()) {
      if (o->get_lnames().empty()) continue;
      out << "complete -c reel -n '__fish_seen_subcommand_from " << c->get_name() << "' -l " << o->get_lnames().front();
      if (!o->get_snames().empty()) out << " -s " << o->get_snames().front();
      out << (takes_value(*o) ? " -r" : "") << " -d '" << quoted(o->get_description(), "") << "'\n";
    }
  }
  out << "complete -c reel -n '__fish_seen_subcommand_from inspect' -f -a \"(" << quoted(stage_names, "\\\"$")
      << ")\"\n"
      << "complete -c reel -n '__fish_seen_subcommand_from new' -f -a 'pipeline plugin'\n"
      << "complete -c reel -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n";
  return out.str();
}

/// roff: backslashes and leading dots and quotes mean something.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void option_entries(std::ostream& out, const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    std::string names;
    for (const auto& n : option->get_snames()) names += (names.empty() ? "-" : ", -") + n;
    for (const auto& n : option->get_lnames()) names += (names.empty() ? "--" : ", --") + n;
    if (names.empty())
      names = option->get_type_name();
    else if (takes_value(*option))
      names += " " + option->get_type_name();
    out << ".TP\n.B " << roff(names) << '\n' << roff(option->get_description()) << '\n';
  }
}

std::string manual(const CLI::App& app) {
  std::ostringstream out;
  out << ".TH REEL 1 \"\" \"Reelwork " << version << "\" \"User Commands\"\n"
      << ".SH NAME\nreel \\- run media pipelines that are written in YAML\n"
      << ".SH SYNOPSIS\n.B reel\n.RI [ options ]\n.I command\n.RI [ arguments ]\n"
      << ".SH DESCRIPTION\n"
      << roff(app.get_description())
      << " A pipeline is a list of stages: a source, filters, a sink. Stages come from plugins; every "
         "GStreamer element is a stage too, as gst/NAME.\n"
      << ".SH OPTIONS\n";
  option_entries(out, app);
  out << ".SH COMMANDS\n";
  for (const CLI::App* c : shown_commands(app)) {
    out << ".SS reel " << c->get_name() << '\n' << roff(c->get_description()) << ".\n";
    option_entries(out, *c);
  }
  out << ".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\nthe run failed\n.TP\n.B 2\nthe input is wrong: the "
         "command line, the pipeline or the media\n"
      << ".TP\n.B 130\ninterrupted\n"
      << ".SH ENVIRONMENT\n.TP\n.B REEL_PLUGIN_PATH\nfolders with plugins, separated by colons\n.TP\n.B "
         "REEL_CONFIG\nthe configuration file\n"
      << ".TP\n.B REEL_STATE\nfolder of the private database and of caches\n.TP\n.B REEL_DATABASE_URL\nthe "
         "database that jobs are kept in\n"
      << ".TP\n.B REEL_CACHE_GIGABYTES\nhow much rendered spans may take there; 0: none are kept\n"
      << ".TP\n.B REEL_SECRET_NAME\nthe value of ${secret:NAME}\n"
      << ".SH EXAMPLES\n.nf\nreel new pipeline first\nreel run first.yaml \\-\\-set input=clip.mp4\nreel "
         "explain first.yaml \\-\\-set input=clip.mp4\n.fi\n";
  return out.str();
}

}  // namespace

void add_completion(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("completion", "Print a completion script for a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->check(one_of({"bash", "zsh", "fish"}))
      ->type_name("SHELL")
      ->required();
  command->callback([shell, &app, &chosen] {
    chosen.action = [shell, &app](Context&) {
      std::cout << (*shell == "bash" ? bash(app) : *shell == "zsh" ? zsh(app) : fish(app));
      return base::ExitCode::done;
    };
  });
}

void add_manual(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("manual", "Print the manual page, for man(1)");
  command->callback([&app, &chosen] {
    chosen.action = [&app](Context&) {
      std::cout << manual(app);
      return base::ExitCode::done;
    };
  });
}

}  // namespace reel::cli
