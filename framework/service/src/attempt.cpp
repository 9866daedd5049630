#include "attempt.hpp"

#include <poll.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "attempt_media.hpp"
#include "publish.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/service/submission.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto cancel_patience = 600ms;
constexpr auto hand_back_patience = 2s;
constexpr std::chrono::milliseconds longest_pause = 10min;
/// What was done is not thrown away for a database that is being restarted.
constexpr auto database_patience = 120s;

/// A private folder, made anew and removed with all that is in it.
class WorkFolder {
 public:
  explicit WorkFolder(fs::path path) : path_(std::move(path)) {
    fs::remove_all(path_);
    fs::create_directories(path_ / "out");
    fs::permissions(path_, fs::perms::owner_all);
    output_.emplace(path_ / "out");
  }
  ~WorkFolder() {
    // Links in it are removed, not followed.
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  /// Opened before there was a child that could put something else in its place.
  const OutputFolder& output() const { return *output_; }

 private:
  fs::path path_;
  std::optional<OutputFolder> output_;
};

/// Repeats what a database that is away refuses, for a while.
template <class Action>
auto insist(Action action) {
  const auto deadline = std::chrono::steady_clock::now() + database_patience;
  while (true) {
    try {
      return action();
    } catch (const base::TransientError&) {
      if (std::chrono::steady_clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(200ms);
  }
}

/// Each attempt that failed makes the next one wait four times as long.
std::chrono::milliseconds pause_after(int attempts, std::chrono::milliseconds first) {
  auto pause = first;
  for (int i = 1; i < attempts && pause < longest_pause; ++i) pause *= 4;
  return std::min(pause, longest_pause);
}

RunnerResult failure(const char* code, const std::string& error) {
  RunnerResult result;
  result.outcome.state = RequestState::failed;
  result.outcome.error = error;
  result.outcome.error_code = code;
  return result;
}

void wait_until_readable(int descriptor) {
  pollfd waiting{descriptor, POLLIN, 0};
  ::poll(&waiting, 1, 250);
}

}  // namespace

Attempt::Attempt(Claim claim, const AttemptContext& context)
    : claim_(std::move(claim)), context_(context), folder_(context.files.work(claim_.key)), thread_([this] {
        run();
        over_ = true;
        context_.over();
      }) {}

Attempt::~Attempt() { thread_.join(); }

void Attempt::run() {
  try {
    const auto store = insist(context_.open);
    Recorder recorder(context_.open, claim_);
    try {
      const WorkFolder folder(folder_);
      settle(*store, perform(*store, recorder), &folder.output(), recorder);
    } catch (const std::exception& error) {
      settle(*store, fault_of_worker(error), nullptr, recorder);
    }
  } catch (const std::exception& error) {
    base::log(base::Level::error, "request " + std::to_string(claim_.key.request) + ": " + error.what());
  }
}

void Attempt::order(Order order) {
  order_ = order;
  if (order == Order::cancel || order == Order::lost) stop_ = true;
}

void Attempt::hand_back() {
  hand_back_ = true;
  stop_ = true;
}

/// What providers make comes first, and while it is waited for nothing else of the run takes any room here.
RunnerResult Attempt::perform(Store& store, Recorder& recorder) {
  RunnerProcess::Job work = job(store);
  RunnerResult result = play(work, recorder);
  auto* const run = std::get_if<RunJob>(&work);
  if (result.wanted.empty() || run == nullptr || result.outcome.state != RequestState::succeeded) return result;
  result = make_media(store, recorder, *run, result.wanted);
  if (result.outcome.state != RequestState::succeeded) return result;
  result = play(work, recorder);
  if (result.wanted.empty()) return result;
  return failure("bad-answer", "the run's answers made no sense: it wants what it has");
}

RunnerResult Attempt::make_media(Store& store, Recorder& recorder, RunJob& job,
                                 const std::vector<WantedMedia>& wanted) {
  const auto ended = [](const base::Error& error, RequestState state, const char* code, bool transient) {
    RunnerResult result = failure(code, base::with_hint(error.what(), error.hint()));
    result.outcome.state = state;
    result.transient = transient;
    return result;
  };
  try {
    job.made = AttemptMedia(context_.files, context_.options, claim_.request, store, recorder, folder_ / "provider")
                   .make(wanted, &stop_);
    return {};
  } catch (const base::Interrupted& error) {
    return ended(error, RequestState::cancelled, "interrupted", false);
  } catch (const base::TransientError& error) {
    return ended(error, RequestState::failed, "provider-failed", true);
  } catch (const base::Error& error) {
    return ended(error, RequestState::failed, "provider-failed", false);
  }
}

RunnerResult Attempt::play(const RunnerProcess::Job& job, Recorder& recorder) {
  RunnerEvents events;
  events.on_started = [](const RunnerSandbox& walls) {
    if (!walls.files || !walls.calls)
      base::log(base::Level::warning,
                "a run is not shut off from the files and processes of this machine: it needs a kernel with "
                "Landlock and seccomp");
  };
  events.on_progress = [&](const RunnerProgress& progress) { recorder.progress(progress.record, progress.stages); };
  events.on_log = [&](const base::LogLine& line) {
    if (line.level >= base::Level::info) recorder.log(line);
  };
  const WorkerOptions& options = context_.options;
  return watch(RunnerProcess(options.setup, job, folder_, options.limits, std::move(events)));
}

/// What fails around a run is this machine's fault, not the request's; nor is it for the user to read.
RunnerResult Attempt::fault_of_worker(const std::exception& error) const {
  base::log(base::Level::error, "request " + std::to_string(claim_.key.request) + ": " + error.what());
  RunnerResult result = failure("worker-fault", "The worker could not do its part; its own log says why.");
  result.transient = true;
  return result;
}

RunnerProcess::Job Attempt::job(Store& store) const {
  const Request& request = claim_.request;
  if (request.kind == RequestKind::inspect) {
    const auto video = store.videos().find(request.video);
    if (!video) throw base::RunError("the video is gone");
    return InspectJob{original(*video), video->name, output_folder()};
  }
  RunJob job;
  job.name = request.pipeline_name;
  job.yaml = request.pipeline_yaml;
  job.params = request.params;
  job.inputs = inputs(store);
  job.output_folder = output_folder();
  if (context_.options.span_cache_bytes > 0) {
    job.span_cache = context_.files.spans(request.user);
    job.span_cache_bytes = context_.options.span_cache_bytes;
    fs::create_directories(*job.span_cache);
  }
  return job;
}

fs::path Attempt::original(const Video& video) const {
  if (!context_.files.adopt(upload_of(video.url), video.id)) throw base::RunError("the file of the video is gone");
  return context_.files.original(video.id);
}

/// Files for the videos that the pipeline names: those of the request's user, and of nobody else.
std::map<std::string, fs::path> Attempt::inputs(Store& store) const {
  std::map<std::string, fs::path> files;
  for (const VideoId id : videos_named(claim_.request.pipeline_yaml, claim_.request.params)) {
    const auto video = store.videos().find(id);
    if (video && video->user == claim_.request.user && video->state != VideoState::rejected &&
        !upload_of(video->url).empty())
      files[video_uri(id)] = original(*video);
  }
  return files;
}

RunnerResult Attempt::watch(RunnerProcess child) {
  while (!child.poll()) {
    follow_orders(child);
    wait_until_readable(child.descriptor());
  }
  return *child.result();
}

void Attempt::follow_orders(RunnerProcess& child) {
  if (stopping_) return;
  const Order order = order_;
  const bool back = hand_back_ || paused_for_long();
  stopping_ = back || order == Order::cancel || order == Order::lost;
  if (stopping_) return child.stop(back ? hand_back_patience : cancel_patience);
  if (order == Order::pause && !paused_since_) {
    child.pause();
    paused_since_ = std::chrono::steady_clock::now();
  } else if (order != Order::pause && paused_since_) {
    child.resume();
    paused_since_.reset();
  }
}

bool Attempt::paused_for_long() const {
  return paused_since_ && std::chrono::steady_clock::now() - *paused_since_ > context_.options.pause_patience;
}

void Attempt::settle(Store& store, RunnerResult result, const OutputFolder* output, Recorder& recorder) {
  const bool stopped = result.outcome.state == RequestState::cancelled;
  const Order order = order_;
  if (order == Order::lost) {
    recorder.leave();
  } else if (stopped && order != Order::cancel) {
    recorder.leave();
    release(store, 0ms,
            order == Order::pause ? "It was paused for long, and made room for others."
                                  : "The worker was shut down; another one goes on.",
            true);
  } else if (result.transient && claim_.counted < context_.options.most_attempts) {
    recorder.leave();
    release(store, pause_after(claim_.counted, context_.options.first_pause), result.outcome.error, false);
  } else {
    finish(store, result, output, recorder);
  }
}

void Attempt::finish(Store& store, RunnerResult& result, const OutputFolder* output, Recorder& recorder) {
  Outcome& outcome = result.outcome;
  if (claim_.request.kind == RequestKind::inspect) {
    finish_inspection(store, result, output);
    outcome.artifacts.clear();
  } else if (outcome.state == RequestState::succeeded) {
    put_in_place(store, result, *output);
  }
  for (const std::string& line : result.last_lines) recorder.log({base::Level::debug, outcome.error_stage, line});
  const std::string missing = recorder.finish(outcome, database_patience);
  if (!missing.empty()) base::log(base::Level::error, "request " + std::to_string(claim_.key.request) + ": " + missing);
}

void Attempt::put_in_place(Store& store, RunnerResult& result, const OutputFolder& output) {
  Outcome& outcome = result.outcome;
  const auto refuse = [&](const char* code, const base::Error& error) {
    outcome.state = RequestState::failed;
    outcome.error = error.what();
    outcome.error_code = code;
    outcome.artifacts.clear();
  };
  try {
    insist([&] { need_room(store, result.made); });
    outcome.stored_bytes =
        static_cast<std::int64_t>(publish(output, outcome.artifacts, context_.files.results(claim_.key)));
    for (std::string& file : outcome.artifacts) file = MediaFiles::artifact_uri(claim_.key, file);
  } catch (const NoRoom& error) {
    refuse("quota-exceeded", error);
  } catch (const base::RunError& error) {
    refuse("not-published", error);
  }
}

/// Results have to fit into what the user still has. Throws NoRoom.
void Attempt::need_room(Store& store, const std::vector<RunnerArtifact>& made) const {
  const auto user = store.accounts().user(claim_.request.user);
  if (!user) return;
  const std::int64_t most = user->quota.storage_bytes.value_or(context_.options.storage_bytes);
  const std::int64_t used = store.accounts().usage(user->id).stored_bytes;
  std::uint64_t bytes = 0;
  for (const RunnerArtifact& file : made) bytes += file.bytes;
  if (static_cast<std::int64_t>(bytes) > most - used) throw NoRoom(NoRoom::Of::storage, used, most);
}

void Attempt::finish_inspection(Store& store, const RunnerResult& result, const OutputFolder* output) {
  const VideoId id = claim_.request.video;
  const bool good = result.outcome.state == RequestState::succeeded;
  const auto video = store.videos().find(id);
  if (!video) return;
  auto bytes = static_cast<std::uintmax_t>(video->bytes);
  if (good)
    bytes = fs::file_size(original(*video)) + publish(*output, result.outcome.artifacts, context_.files.assets(id));
  insist([&] {
    store.videos().set_inspected(id, good ? result.media_json : "", good ? result.assets_json : "",
                                 static_cast<std::int64_t>(bytes), good ? "" : result.outcome.error);
  });
}

void Attempt::release(Store& store, std::chrono::milliseconds delay, const std::string& why, bool uncounted) {
  insist([&] { store.queue().release(claim_.key, delay, why, uncounted); });
}

}  // namespace reel::service
