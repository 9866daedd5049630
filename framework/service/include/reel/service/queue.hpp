/// The queue of requests, for workers: who runs what, and for how long that counts.
///
/// A worker *claims* a request: its attempt counts one more, and it is the worker's while the *lease* lasts, which the worker
/// renews. A lease that has run out is reaped: the request goes back to the queue, or fails if it had its last attempt. Request and
/// attempt together are the key to everything a worker writes, so one that lost its lease can change nothing any more.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reel/service/request.hpp"

namespace reel::service {

struct ClaimKey {
  RequestId request = 0;
  int attempt = 0;  ///< counted from 1
  friend auto operator<=>(const ClaimKey&, const ClaimKey&) = default;
};

struct Claim {
  ClaimKey key;
  int counted = 1;  ///< attempts until now, this one included, without the uncounted ones
  Request request;
};

/// What a worker is to do with a request that it holds.
enum class Order {
  go_on,
  pause,   ///< hold it, still renewing the lease
  cancel,  ///< stop, and finish it as cancelled
  lost,    ///< stop: it is no longer this worker's
};

enum class Cancelled {
  at_once,   ///< it was queued and is cancelled now
  soon,      ///< its worker has been told
  too_late,  ///< it was in a final state already
};

struct QueueFigures {
  std::int64_t queued = 0, running = 0, waiting = 0;  ///< waiting: for the time of their next attempt
  double oldest_seconds = 0;                          ///< that the oldest claimable one has been queued
};

struct WorkerRecord {
  std::string name;  ///< unique: host, process number and a random part
  std::string host;
  int slots = 0;       ///< requests at once
  bool drain = false;  ///< asked to take no more
  int running = 0;
  std::string started_at, seen_at;  ///< RFC 3339, UTC
};

/// See Store for threads and errors. Every method but claim() is harmless to repeat.
class QueueStore {
 public:
  using Milliseconds = std::chrono::milliseconds;
  virtual ~QueueStore() = default;

  /// The next request for this worker, if there is any that may run: of the user with the fewest running, among those with equally
  /// many of whom waited longest; then of the highest priority, then the oldest. Never more of one user at once than the user's
  /// limit, or `user_limit` where the user has none of its own (0: no limit). Not the paused ones, nor those of a disabled user.
  virtual std::optional<Claim> claim(const std::string& worker, Milliseconds lease, int user_limit) = 0;
  /// Lengthens the leases and tells what to do, in the order of `keys`.
  virtual std::vector<Order> renew(const std::vector<ClaimKey>& keys, Milliseconds lease) = 0;
  /// Back to the queue: not before `delay` is over, and with `why` in the log if it is not empty. An attempt that is `uncounted` (of
  /// a worker that drains) is not counted against the limit. One that is to be cancelled is cancelled. False: the lease was lost.
  virtual bool release(const ClaimKey& key, Milliseconds delay, const std::string& why, bool uncounted) = 0;
  /// Takes what lapsed leases hold: back to the queue, or failed with code `lease-lost` after `most_attempts` that count. How many.
  /// Also forgets workers that were not seen for an hour.
  virtual int reap(int most_attempts) = 0;

  virtual Cancelled cancel(RequestId id) = 0;
  /// Of a queued or running request; false: it is in a final state.
  virtual bool set_paused(RequestId id, bool paused) = 0;

  /// Makes or refreshes a worker's row; returns whether it is asked to drain.
  virtual bool report_worker(const WorkerRecord& worker) = 0;
  virtual void remove_worker(const std::string& name) = 0;
  virtual std::vector<WorkerRecord> workers() = 0;
  /// `name` empty: all of them. How many.
  virtual int ask_to_drain(const std::string& name, bool drain) = 0;

  virtual QueueFigures figures() = 0;
};

}  // namespace reel::service
