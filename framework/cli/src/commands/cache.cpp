/// `reel cache`: what runs keep for later runs.
#include <iostream>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "reel/base/text.hpp"

namespace reel::cli {
namespace {

std::string in_words(const engine::SpanCache::Stats& stats) {
  return base::counted(stats.spans, "rendered span") + ", " + base::format_bytes(stats.bytes);
}

void add_stats(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("stats", "Say how much is kept, and where");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON");
  command->callback([json, &chosen] {
    chosen.action = [json](Context& context) {
      const auto cache = context.span_cache();
      const auto stats = cache->stats();
      const auto limit = context.config().cache_gigabytes;
      if (*json)
        std::cout << nlohmann::ordered_json{{"folder", cache->folder().string()},
                                            {"spans", stats.spans},
                                            {"bytes", stats.bytes},
                                            {"limit_gigabytes", limit}}
                         .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                  << '\n';
      else
        std::cout << in_words(stats) << " of " << limit << " GB, in " << cache->folder().string() << '\n';
      return base::ExitCode::done;
    };
  });
}

void add_clear(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("clear", "Remove all that is kept");
  command->callback([&chosen] {
    chosen.action = [](Context& context) {
      std::cout << "removed " << in_words(context.span_cache()->clear()) << '\n';
      return base::ExitCode::done;
    };
  });
}

}  // namespace

void add_cache(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("cache", "Rendered spans that runs keep, so that later runs need not");
  command->require_subcommand(1);
  add_stats(*command, chosen);
  add_clear(*command, chosen);
}

}  // namespace reel::cli
