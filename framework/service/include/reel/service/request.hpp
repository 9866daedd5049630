/// Requests: what users asked for, how far it is, how it ended, and its log.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/time.hpp"

namespace reel::service {

using UserId = std::int64_t;
using VideoId = std::int64_t;
using RequestId = std::int64_t;

/// `queued → running → succeeded | failed | cancelled`; the last three are final.
enum class RequestState { queued, running, succeeded, failed, cancelled };
std::string_view name(RequestState state);
std::optional<RequestState> request_state(std::string_view name);
bool is_final(RequestState state);

/// What a worker has to do for a request.
enum class RequestKind {
  pipeline,  ///< run the pipeline
  inspect,   ///< look at an uploaded video: probe it, make poster, preview and waveform; not listed to users
};
std::string_view name(RequestKind kind);
std::optional<RequestKind> request_kind(std::string_view name);

/// What a user may have in all at one time. Looked at in the transaction that takes some of it, so that what comes at once does not
/// take more.
struct Room {
  std::int64_t stored_bytes = std::numeric_limits<std::int64_t>::max();  ///< as Usage counts them
  std::int64_t active_jobs = std::numeric_limits<std::int64_t>::max();
  bool operator==(const Room&) const = default;
};

/// Thrown where there is not enough of it.
class NoRoom : public base::InputError {
 public:
  enum class Of { storage, jobs };
  NoRoom(Of what, std::int64_t used, std::int64_t most);
  Of what_of() const noexcept { return what_; }

 private:
  Of what_;
};

/// What is asked for: a pipeline on a video, by a user.
struct NewRequest {
  UserId user = 0;
  RequestKind kind = RequestKind::pipeline;
  std::optional<VideoId> video;       ///< an existing one of the user; none: `video_url` says it
  std::string video_url;              ///< the original; a `videos` row is made or found for it
  std::vector<VideoId> inputs;        ///< uploaded videos of the user that it reads: they stay until it has ended
  std::optional<std::string> prompt;  ///< where the pipeline came from one
  std::string pipeline_name;
  std::string pipeline_yaml;                  ///< exactly as run
  std::map<std::string, std::string> params;  ///< of the pipeline, as `--set` gives them
  std::vector<std::string> stages;            ///< ids, in order
  /// Workers may claim it; else whoever made it runs it, and start() begins it.
  bool for_workers = false;
  int priority = 0;  ///< -10..10; the higher, the sooner among those of one user
  /// The user's own key of this submission: the same key again gives the request that is there. Empty: none.
  std::string idempotency_key;
  std::string idempotency_hash;         ///< of what was submitted under the key
  std::optional<RequestId> retry_of{};  ///< the request that this one does again
  Room room{};
};

struct Created {
  RequestId id = 0;
  bool existed = false;  ///< the idempotency key had been used: `id` is of then
  bool same = true;      ///< and for the same submission
};

/// Where a run is. `fraction` is 0..1, or less than 0 while the total is unknown.
struct ProgressRecord {
  double fraction = -1;
  std::int64_t frames = 0;
  base::Time position{0};
  std::optional<base::Time> duration;
  double frames_per_second = 0;
};

struct StageRecord {
  std::string id;
  std::string uses;
  std::string state;  ///< queued, running, done, failed
  std::int64_t frames = 0;
  double fraction = -1;
};

/// How a request ended.
struct Outcome {
  RequestState state = RequestState::succeeded;
  std::string error;            ///< one sentence, without secrets; empty if it succeeded
  std::string error_code;       ///< stable
  std::string error_stage;      ///< id of the stage, where known
  std::int64_t error_line = 0;  ///< of the pipeline's YAML; 0 if not known
  std::int64_t error_column = 0;
  std::vector<std::string> artifacts;  ///< URIs of what was made
  std::int64_t stored_bytes = 0;       ///< of those that the installation keeps: they count towards the user's quota
  std::string report_json;             ///< `reel run --report` has the same
};

struct Request {
  RequestId id = 0;
  UserId user = 0;
  RequestKind kind = RequestKind::pipeline;
  VideoId video = 0;
  std::string video_url;
  std::optional<std::string> prompt;
  std::string pipeline_name, pipeline_yaml;
  std::map<std::string, std::string> params;
  RequestState state = RequestState::queued;
  int attempts = 0;
  int priority = 0;
  bool paused = false, cancel_asked = false;
  std::string worker;  ///< that runs it or ran it last; empty: none yet
  std::optional<RequestId> retry_of;
  ProgressRecord progress;
  std::vector<StageRecord> stages;
  std::string created_at, started_at, completed_at;  ///< RFC 3339, UTC; empty if not yet
  Outcome outcome;
};

struct LogRecord {
  std::int64_t id = 0;
  RequestId request = 0;
  base::Level level = base::Level::info;
  std::string stage;
  std::string message;
  std::string timestamp;  ///< RFC 3339, UTC; empty when appending: now
  /// The writer's own count of the request's lines, from 1: a line appended again, because its writer could
  /// not know whether it had arrived, is kept once. 0: not counted.
  std::int64_t sequence = 0;
};

struct RequestFilter {
  std::optional<UserId> user;
  std::optional<RequestState> state;
  std::optional<RequestId> before;  ///< for paging: only older ones
  int limit = 20;
};

/// Where requests live; see Store for threads and errors.
class RequestStore {
 public:
  virtual ~RequestStore() = default;

  /// Not harmless to repeat without an idempotency key. Throws base::InputError if `video` or an input is not one of the user, NoRoom.
  virtual Created create(const NewRequest& request) = 0;
  /// What create() answers under a key that the user has used; none: nothing was submitted under it.
  virtual std::optional<Created> submitted(UserId user, const std::string& idempotency_key,
                                           const std::string& idempotency_hash) = 0;
  /// queued → running, of one that is not for workers; counts an attempt. False if it was not queued.
  virtual bool start(RequestId id) = 0;
  /// Of a running request; ignored when it no longer runs, or if `attempt` is given and is not the present one. Stages
  /// that the request was not made with are left out.
  virtual void record_progress(RequestId id, const ProgressRecord& progress, const std::vector<StageRecord>& stages,
                               std::optional<int> attempt = {}) = 0;
  /// To a final state, once: false if it already was in one, or if `attempt` is given and is not the present one. Throws
  /// std::logic_error if `outcome.state` is not final.
  virtual bool finish(RequestId id, const Outcome& outcome, std::optional<int> attempt = {}) = 0;
  virtual void append_logs(RequestId id, const std::vector<LogRecord>& lines) = 0;

  virtual std::optional<Request> find(RequestId id) = 0;  ///< of any kind
  /// Of kind pipeline, newest first; without prompt, YAML, parameters and report, which find() gives.
  virtual std::vector<Request> list(const RequestFilter& filter) = 0;
  /// Lines after `after`, oldest first, at most `limit`.
  virtual std::vector<LogRecord> logs(RequestId id, std::int64_t after = 0, int limit = 1000) = 0;

  struct Changes {
    std::vector<Request> requests;
    /// What changed later than these has at least this mark: pass it on to see all of it. Some may come twice, none is left out.
    std::int64_t mark = 0;
  };
  /// The user's requests that changed since `mark` (0: none of them, only today's mark), the latest 500, as list() gives them, oldest
  /// change first; for events. A mark is of one run of the database server: after Notice::all, begin anew with 0 and list().
  virtual Changes changes(UserId user, std::int64_t mark) = 0;

  /// Removes finished requests, with their logs, that ended more than so many days ago; at most `limit`. The artifacts' URIs are
  /// returned, for their files to be removed.
  virtual std::vector<std::string> remove_finished(int days, int limit) = 0;
};

}  // namespace reel::service
