/// What all commands share: configuration, catalogue, and how a pipeline comes off the disk.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reel/catalog/catalog.hpp"
#include "reel/engine/media_check.hpp"
#include "reel/engine/span_cache.hpp"
#include "reel/model/pipeline.hpp"
#include "reel/service/config.hpp"

namespace reel::cli {

/// Faults in an input, already shown to the user or to be shown by the command.
struct InvalidInput {
  model::Diagnosed diagnosed;
};

/// `key=value` as given to `--set`, or to another option whose values are shown so. Throws base::InputError if there is no `=`.
std::map<std::string, std::string> parse_settings(const std::vector<std::string>& settings,
                                                  const std::string& option = "--set",
                                                  const std::string& shown = "NAME=VALUE");
/// The text of a pipeline's file; `-` is standard input. Throws InvalidInput if it cannot be read.
std::string read_pipeline(const std::string& file);

class Context {
 public:
  /// Reads the configuration; first of all.
  void configure(const std::optional<std::filesystem::path>& config_file);
  /// A plugin never came back: the program must end by std::quick_exit.
  bool stuck() const { return catalog_ && catalog_->stuck(); }

  const service::Config& config() const { return config_; }
  /// Loads the plugins on first use.
  const catalog::Catalog& catalog();

  struct Loaded {
    model::Diagnosed diagnosed;
    std::optional<model::Pipeline> pipeline;
  };
  struct LoadOptions {
    std::vector<std::string> set;
    std::optional<std::string> output;             ///< replaces the `uri` of the last `sink`
    std::function<void(model::Document&)> change;  ///< of what was read, before it is checked
    bool require_params = true;
  };
  /// Reads and checks a pipeline; `-` is standard input. Throws InvalidInput if the file cannot be read.
  Loaded load(const std::string& file, const LoadOptions& options);

  /// As load(), of a text that is no file; `name` stands for one in messages.
  Loaded load_text(const std::string& name, const std::string& text, const LoadOptions& options);

  /// As load(), with the media looked at. Throws InvalidInput where there is an error; warnings are printed.
  engine::Prepared prepare(const std::string& file, const LoadOptions& options);
  engine::Prepared prepare_text(const std::string& name, const std::string& text, const LoadOptions& options);

  /// What pipelines of this user are checked against.
  model::CheckOptions check_options(const LoadOptions& options);

  /// Where runs keep rendered spans.
  std::shared_ptr<engine::SpanCache> span_cache() const;

  /// The value of a secret. Throws base::InputError if there is none.
  std::string secret(const std::string& name) const;

 private:
  static engine::Prepared prepare_loaded(Loaded loaded);

  service::Config config_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

/// Whether what a user names is a pipeline rather than media: `-`, or by its extension.
bool is_pipeline(const std::string& name);

}  // namespace reel::cli
