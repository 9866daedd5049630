/// What a child is asked to do, and what it answers: plain data, the same on both ends of the pipe.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reel/base/log.hpp"
#include "reel/base/time.hpp"
#include "reel/service/request.hpp"

namespace reel::service {

/// What a child may take at most. 0: as much as it likes, except where it says otherwise.
struct RunnerLimits {
  std::uint64_t memory_bytes = 4'000'000'000;
  /// Of each file, and of all that it holds; beside that it may write as much again.
  std::uint64_t disk_bytes = 100'000'000'000;
  std::chrono::seconds wall{0};
  std::chrono::seconds cpu{0};        ///< of all its threads together
  std::chrono::seconds silence{120};  ///< without a sign of life: it hangs; a pause does not count
  int open_files = 1024;              ///< at least 64
};

/// What children find at an installation: the same for each of them.
struct RunnerSetup {
  std::filesystem::path program;                      ///< `reel-runner`; empty: beside the running program
  std::vector<std::filesystem::path> plugin_folders;  ///< before the usual ones
  std::vector<std::string> allow_stages{"*"}, deny_stages;
  /// Of what a pipeline names by itself; `inputs` need none. `file` and plain paths are refused whatever stands here.
  std::vector<std::string> allow_schemes, deny_schemes{"*"};
  /// For what GStreamer knows of its elements: children only read there. Made by prepare_runner().
  std::filesystem::path registry_folder;
  std::string user;  ///< whom a child becomes where this program is root; empty: `nobody`
};

/// Runs a pipeline.
struct RunJob {
  std::string name;  ///< of the pipeline's text in messages, as `request-12.yaml`
  std::string yaml;
  std::map<std::string, std::string> params;
  /// URIs as they may stand in the pipeline or its params (`video:12`), each with the local file that it means. Any local file
  /// that stands for itself is refused; so is a `uri` of a sink that is not a plain file name.
  std::map<std::string, std::filesystem::path> inputs;
  /// What a provider has made for stages, by their ids. Where it is missing for one, the run does nothing but tell: RunnerResult::wanted.
  std::map<std::string, std::filesystem::path> made;
  std::filesystem::path output_folder;  ///< where sinks write; below the work folder
  std::map<std::string, std::string> secrets;
  /// Rendered spans are kept here; none: nowhere. A hostile run could put false ones in: give each user a folder.
  std::optional<std::filesystem::path> span_cache;
  std::uint64_t span_cache_bytes = 0;
  std::chrono::seconds stall{60};  ///< as engine::RunOptions
  bool network = false;            ///< whether the run may reach it
};

/// Looks at an uploaded file, and makes pictures and a preview of it in the output folder.
struct InspectJob {
  std::filesystem::path file;
  std::string name;                     ///< as the user calls it; for messages
  std::filesystem::path output_folder;  ///< below the work folder
};

/// Answers questions about pipelines, one a line, until its input ends.
struct ChecksJob {};

/// Speaks with the service of a provider, as it is asked to, one call a line, until its input ends. It reaches the network, so no plugin is
/// loaded but the provider's.
struct ProvideJob {
  std::string library;                         ///< its file: as catalog::CatalogOptions
  std::map<std::string, std::string> secrets;  ///< all that its plugins may ask for
  std::string variables;  ///< what the names of those environment variables begin with that it gets; empty: none
  std::vector<std::string> internal;    ///< as AddressPolicySettings
  std::filesystem::path output_folder;  ///< where it writes what it fetches; below the work folder
};

/// Makes GStreamer's registry in the setup's folder, and nothing else.
struct RegistryJob {};

/// All that a child is told: the first line of its standard input.
struct RunnerSpec {
  std::variant<RunJob, InspectJob, ChecksJob, RegistryJob, ProvideJob> job;
  RunnerSetup setup;
  RunnerLimits limits;
  std::filesystem::path work_folder;
  int parent = 0;  ///< the process that it must not outlive
};

std::string to_line(const RunnerSpec& spec);
/// Throws base::InputError.
RunnerSpec read_spec(std::string_view line);

struct RunnerArtifact {
  std::string file;  ///< name in the output folder
  std::string stage;
  std::uint64_t bytes = 0;
};

/// A stage whose media a provider has to make first.
struct WantedMedia {
  std::string stage;    ///< its id
  std::string uses;     ///< its name, as in `uses:`
  std::string factory;  ///< as model::ProviderRequest::stage
  std::string params;   ///< as model::ProviderRequest
  bool fresh = false;   ///< asked for again although there is such a result
};

/// How far a child is.
struct RunnerProgress {
  ProgressRecord record;
  std::optional<base::Time> remaining;  ///< wall clock
  std::vector<StageRecord> stages;
};

/// How a child ended.
struct RunnerResult {
  /// `state` is never queued or running; `artifacts` are names of files in the output folder. `error_code`: `invalid-pipeline`,
  /// `run-failed`, `not-media`, `interrupted`, or the child ended abnormally: `crashed`, `killed`, `memory-limit`, `cpu-limit`,
  /// `time-limit`, `disk-limit`, `hung`, `no-result`, `bad-answer`.
  Outcome outcome;
  bool transient = false;            ///< another try may do better
  std::vector<RunnerArtifact> made;  ///< as `outcome.artifacts`, with sizes
  std::vector<WantedMedia> wanted;   ///< run: nothing was done yet, for lack of this
  std::string media_json;            ///< inspect: as `reel probe --json`
  /// inspect: `{"poster": {"file", "width", "height"}, "sprite": {"file", "columns", "rows", "width", "height", "count",
  /// "interval"}, "waveform": {"file", "peaks", "duration"}, "preview": {"file"} or null: browsers play the original}`; what the
  /// media have nothing for is left out.
  std::string assets_json;
  std::vector<std::string> last_lines;  ///< of its log, where it did not succeed
};

/// Which protections hold in a child, as it said itself.
struct RunnerSandbox {
  bool no_new_privileges = false, limits = false, other_user = false;
  bool files = false;    ///< Landlock: only its inputs can be read, only its folders be written
  bool network = false;  ///< it is cut off, by a namespace or by seccomp
  bool calls = false;    ///< seccomp: no new processes, no way to reach others
  friend bool operator==(const RunnerSandbox&, const RunnerSandbox&) = default;
};

/// The last thing that a child says when a signal ends it.
struct RunnerCrash {
  std::string stage;   ///< whose code ran; empty: not known
  std::string thread;  ///< name
};

/// What a child says, a line each, on file descriptor 3. The result is the last one.
using RunnerMessage = std::variant<RunnerSandbox, RunnerProgress, base::LogLine, RunnerCrash, RunnerResult>;
constexpr int runner_messages_fd = 3;

std::string to_line(const RunnerMessage& message);
/// Throws base::InputError where it is none; depth and length are bounded.
RunnerMessage read_message(std::string_view line);
constexpr std::size_t longest_runner_line = 16'000'000;

}  // namespace reel::service
