#include "attempt_media.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/service/generation.hpp"
#include "runner_provider.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

/// What a provider's child gets follows from the name of its stage, which a run said that may be hostile: `luma` of `luma-edit`, `acme`
/// of `acme/film`. Whoever claims another name gets another plugin's walls, too.
struct Family {
  std::string name;  ///< what the names of its secrets begin with, and in capitals those of its environment variables
  std::string library;  ///< the plugin's file, without its ending
};

/// Throws base::InputError.
Family family_of(const std::string& uses) {
  const auto end = uses.find_first_of("/-");
  const std::string name = uses.substr(0, end);
  const bool plain =
      std::ranges::all_of(name, [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0; });
  if (name.empty() || !plain) throw base::InputError("no provider is called '" + base::printable(uses) + "'");
  const bool ours = end == std::string::npos || uses[end] == '-';
  return {name, ours ? "reel-" + name : name + "-*"};
}

std::string capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

std::map<std::string, fs::path> AttemptMedia::make(const std::vector<WantedMedia>& wanted, base::StopFlag stop) {
  std::map<std::string, fs::path> made;
  for (const WantedMedia& one : wanted) made[one.stage] = make_one(one, stop);
  return made;
}

fs::path AttemptMedia::make_one(const WantedMedia& wanted, base::StopFlag stop) {
  const auto say = [&](const std::string& words) { recorder_.log({base::Level::info, wanted.stage, words}); };
  fs::remove_all(folder_);
  fs::create_directories(folder_ / "out");
  const Family family = family_of(wanted.uses);
  ProvideJob job;
  job.library = family.library;
  if (options_.secrets) job.secrets = options_.secrets(family.name + "-");
  job.variables = capitals(family.name);
  job.output_folder = folder_ / "out";
  job.internal = options_.internal;
  RunnerProvider provider(options_.setup, options_.limits, std::move(job), folder_, wanted.uses,
                          [&](const base::LogLine& line) { say(line.message); });
  const auto ledger = store_.ledger(request_.user, request_.id, options_.provider_cents);
  GenerationOptions options;
  options.folder = files_.generations(request_.user);
  options.check = [&](const fs::path&) { provider.check_fetched(); };
  options.on_look = [&, said = std::string()](const model::Generation& seen) mutable {
    recorder_.progress({-1, 0, base::Time{0}, std::nullopt, 0},
                       {{wanted.stage, wanted.uses, "running", 0, seen.fraction.value_or(-1)}});
    if (std::exchange(said, seen.words) != seen.words) say(seen.words);
  };
  Generator generator(provider, *ledger, std::move(options));
  return generator.make({wanted.stage, {wanted.factory, wanted.params, std::nullopt}, wanted.fresh}, stop).file;
}

}  // namespace reel::service
