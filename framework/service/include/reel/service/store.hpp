/// The door to where the control plane's data are kept. No database, no HTTP in here.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reel/service/account.hpp"
#include "reel/service/ledger.hpp"
#include "reel/service/queue.hpp"
#include "reel/service/request.hpp"
#include "reel/service/video.hpp"
#include "reel/service/webhook.hpp"

namespace reel::service {

/// One object a thread; objects share nothing but the database.
/// Errors: base::TransientError where the database cannot be reached, base::RunError else (among others: no
/// such request). After a TransientError the object stays usable and connects again when next asked; the call
/// may have taken effect, so repeat only what is harmless to repeat: all but what adds a row is. Text may
/// hold any bytes: what the database cannot keep is made visible (a NUL as `␀`, bytes that are no UTF-8 as
/// `\xNN`).
class Store {
 public:
  virtual ~Store() = default;

  virtual AccountStore& accounts() = 0;
  virtual VideoStore& videos() = 0;
  virtual RequestStore& requests() = 0;
  virtual QueueStore& queue() = 0;
  virtual WebhookStore& webhooks() = 0;

  /// What is asked of providers for a request (0: for none) of a user, who may spend `most_cents` in 30 days (none: any sum) where the
  /// user has no quota. It lives no longer than the store. Its locks are connections of their own.
  virtual std::unique_ptr<Ledger> ledger(UserId user, RequestId request, std::optional<std::int64_t> most_cents) = 0;

  /// Of this database alone, made with it; a dump has it, too. For MediaFiles::tie_to().
  virtual std::string installation() = 0;
  /// A short round trip, for health checks. Throws as all others.
  virtual void ping() = 0;
};

/// Something changed; read it from the store.
struct Notice {
  enum class About {
    queue,    ///< a request can be claimed
    orders,   ///< a running request is to be cancelled, paused or resumed; `id` is its
    request,  ///< `id` changed, of `user`
    video,    ///< `id` changed, of `user`
    all,      ///< connected, for the first time or again: anything may have changed
  };
  About about = About::all;
  std::int64_t id = 0;
  UserId user = 0;
};

/// Waits for changes, on a connection of its own. For one thread.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Those that came until now, or the first one within `patience`; empty: none. Never throws for a database that is away: then it
  /// waits, tries again, and says `all` once it is back.
  virtual std::vector<Notice> wait(std::chrono::milliseconds patience) = 0;
};

}  // namespace reel::service
