/// A pipeline as typed data: what a YAML text means once it has been checked.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reel/model/document.hpp"
#include "reel/model/stage.hpp"
#include "reel/model/value.hpp"

namespace reel::model {

/// A parameter that a stage was given. Either `value` or `keyframes` is set; neither where the value hangs
/// on a parameter of the pipeline that has none yet (only with `require_params` off).
struct Setting {
  std::string name;
  Value value;
  std::vector<Keyframe> keyframes;  ///< sorted by time
  /// True where `value` is a text that still holds `${secret:NAME}`; resolve_secrets() fills them in.
  bool secret = false;
  Mark key_mark, value_mark;
};

struct Stage {
  StageTraits traits;
  std::string id;                   ///< given, or made from the name: `blur`, `blur-2`
  std::vector<std::size_t> inputs;  ///< indexes of stages; empty for sources
  std::optional<base::TimePointRange> during;
  std::vector<Setting> settings;  ///< only what the author set; the rest is default
  Mark mark;                      ///< of the name after `uses:`
  Mark during_mark;

  const Setting* setting(std::string_view name) const;
  /// Whether one of these parameters, separated by commas, has another value than its default.
  bool sets_any(const std::string& names) const;
};

/// A parameter of the pipeline itself (`params:`).
struct PipelineParam {
  std::string name;
  ParamType type = ParamType::string;
  std::string description;
  std::optional<std::string> default_value;  ///< none: must be given
  std::vector<std::string> choices;
  std::optional<double> minimum, maximum;
  Mark mark;
};

/// More are refused: what checking and planning cost grows with them.
constexpr std::size_t most_stages = 1000;

struct Pipeline {
  std::string file;  ///< for messages; paths of type `file` are relative to its folder
  std::string text;  ///< the exact YAML
  std::string name;
  std::string description;
  std::vector<PipelineParam> params;
  std::vector<Stage> stages;  ///< in the order of the text; inputs always come before their users
};

/// What a pipeline is checked against besides the stages.
struct CheckOptions {
  std::map<std::string, std::string> set;  ///< values of `params`, as given by `--set`
  /// Value of an environment variable, or nothing. Default: none is visible.
  std::function<std::optional<std::string>(const std::string&)> environment;
  /// Whether a secret exists; its value is not needed to check. Default: none exists.
  std::function<bool(const std::string&)> has_secret;
  /// Why a URI may not be used, or empty. Default: all may.
  std::function<std::string(const std::string& uri)> refuse_uri;
  /// What a `uri` or `file` of a stage stands for, where the host has names of its own for files: a path or URI. Throws
  /// base::InputError where it may not be used. Default: itself.
  std::function<std::string(const StageTraits& stage, const ParamSchema& param, const std::string& text)> resolve;
  /// Missing `params` are errors in a run; `reel validate` lets them pass.
  bool require_params = true;
};

/// Reads, substitutes, checks and types a pipeline. All faults are added to `diagnosed`; the pipeline is
/// there only if there was no error. Needs no media: what depends on them (frame numbers, ranges past the
/// end) is checked by engine::check_media().
std::optional<Pipeline> check_pipeline(const Document& document, const StageSource& stages, const CheckOptions& options,
                                       Diagnosed& diagnosed);

/// Parse and check in one go.
std::optional<Pipeline> load_pipeline(const std::string& file, const std::string& text, const StageSource& stages,
                                      const CheckOptions& options, Diagnosed& diagnosed);

/// The text of a setting whose `secret` is true, with every `${secret:NAME}` replaced by what `secret`
/// returns and `$${` by `${`. Not for other texts: those are final. The result must not be stored.
std::string resolve_secrets(const std::string& text, const std::function<std::string(const std::string&)>& secret);

/// The JSON Schema (2020-12) of the language, with all stages of `stages`, as text.
std::string json_schema(const StageSource& stages);

}  // namespace reel::model
