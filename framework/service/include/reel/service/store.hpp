/// What the control plane keeps, and the door to where it is kept. No database, no HTTP in here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// What is asked for: a pipeline on a video, by a user.
struct NewRequest {
  UserId user = 0;
  std::string video_url;              ///< the original; a `videos` row is made or found for it
  std::optional<std::string> prompt;  ///< where the pipeline came from one
  std::string pipeline_name;
  std::string pipeline_yaml;        ///< exactly as run
  std::vector<std::string> stages;  ///< ids, in order
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
  std::string report_json;             ///< `reel run --report` has the same
};

struct Request {
  RequestId id = 0;
  UserId user = 0;
  VideoId video = 0;
  std::string video_url;
  std::optional<std::string> prompt;
  std::string pipeline_name, pipeline_yaml;
  RequestState state = RequestState::queued;
  int attempts = 0;
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

/// Where requests live. One object a thread; objects share nothing but the database.
/// Errors: base::TransientError where the database cannot be reached, base::RunError else (among others: no
/// such request). After a TransientError the object stays usable and connects again when next asked; the call
/// may have taken effect, so repeat only what is harmless to repeat: all but create_request() are. Text may
/// hold any bytes: what the database cannot keep is made visible (a NUL as `␀`, bytes that are no UTF-8 as
/// `\xNN`).
class Store {
 public:
  virtual ~Store() = default;

  /// The account that runs without a login belong to (`reel run --record`); made when missing.
  virtual UserId local_user() = 0;

  virtual RequestId create_request(const NewRequest& request) = 0;
  /// queued → running; counts an attempt. False if it was not queued.
  virtual bool start_request(RequestId id) = 0;
  /// Of a running request; ignored when it no longer runs. Stages not yet known are added at the end.
  virtual void record_progress(RequestId id, const ProgressRecord& progress,
                               const std::vector<StageRecord>& stages) = 0;
  /// To a final state, once: false if it already was in one. Throws std::logic_error if `outcome.state` is
  /// not final.
  virtual bool finish_request(RequestId id, const Outcome& outcome) = 0;
  virtual void append_logs(RequestId id, const std::vector<LogRecord>& lines) = 0;

  virtual std::optional<Request> request(RequestId id) = 0;
  virtual std::vector<Request> requests(const RequestFilter& filter) = 0;  ///< newest first
  /// Lines after `after`, oldest first, at most `limit`.
  virtual std::vector<LogRecord> logs(RequestId id, std::int64_t after = 0, int limit = 1000) = 0;
};

}  // namespace reel::service
