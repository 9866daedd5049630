/// What was asked of paid providers, written down before it is asked: a program that dies in between finds out whether it has paid.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reel/base/stop.hpp"
#include "reel/model/provider.hpp"

namespace reel::service {

struct ProviderCall {
  /// asking: whether the service took it is not known yet. making: it did. The others are final; `unknown`: nobody will ever know.
  enum class State { asking, making, done, failed, unknown };

  std::string intent;   ///< a random word, of this call alone
  std::string key;      ///< the same for the same request
  std::string stage;    ///< its id in the pipeline
  std::string account;  ///< as model::ProviderLimits
  std::string request;  ///< JSON: what was asked for
  State state = State::asking;
  std::string id;  ///< at the service; empty: not known
  std::chrono::sys_seconds since{};
  std::optional<double> cents;  ///< at first what it is thought to cost, in the end what it did
  std::string failure;
};
std::string_view name(ProviderCall::State state);

/// Several processes may share one ledger. Everything is durable when a function returns. Functions throw base::RunError where nothing can be
/// written, base::TransientError where that may pass: they may have taken effect then, and can be repeated.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Held while one process is at work on a key; others that ask for it wait. Throws base::Interrupted.
  class Lock {
   public:
    virtual ~Lock() = default;
  };
  virtual std::unique_ptr<Lock> lock(const std::string& key, base::StopFlag stop) = 0;

  /// The call under this key that is neither done nor failed.
  virtual std::optional<ProviderCall> unfinished(const std::string& key) = 0;
  /// The last call under this key that is done; the service may still have what it made.
  virtual std::optional<ProviderCall> made(const std::string& key) = 0;
  /// Writes down an intent, if the limits of its account allow for one more now. Throws base::RunError where a budget is used up.
  virtual bool begin(const ProviderCall& call, const model::ProviderLimits& limits) = 0;
  /// As it is now: state, id, cost, failure.
  virtual void update(const ProviderCall& call) = 0;
  /// Those of all calls of an account.
  virtual std::vector<std::string> ids(const std::string& account) = 0;
};

}  // namespace reel::service
