/// A connection that is made again when it was lost, and the transactions on it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "connection.hpp"

namespace reel::store {

/// For one thread. Every error that leaves it is one of ours.
class Session {
 public:
  using Hook = std::function<void()>;

  /// `before_connect`, if given, runs before each try to make a connection.
  explicit Session(const std::string& url, Hook before_connect = {})
      : target_(url), before_connect_(std::move(before_connect)) {}

  const Target& target() const { return target_; }

  /// Runs `action(pqxx::work&)` in a transaction and commits. Where the connection turns out to be lost
  /// before the commit (a restarted server, an idle connection cut), once more on a new one.
  template <class Action>
  auto run(Action action) {
    try {
      return attempt(action);
    } catch (...) {
      const bool again = lost_before_commit();
      drop_if_broken();
      if (!again) target_.rethrow();
    }
    connection_.reset();
    try {
      return attempt(action);
    } catch (...) {
      drop_if_broken();
      target_.rethrow();
    }
  }

  /// run(), of what others may wait for: what the schema's triggers have to tell is told after the commit.
  template <class Action>
  auto change(Action action) {
    struct Tell {
      Session& session;
      ~Tell() { session.tell(); }
    } const tell{*this};
    return run(std::move(action));
  }

 private:
  template <class Action>
  auto attempt(Action& action) {
    connect();
    pqxx::work transaction(*connection_);
    if constexpr (std::is_void_v<decltype(action(transaction))>) {
      action(transaction);
      transaction.commit();
    } else {
      auto result = action(transaction);
      transaction.commit();
      return result;
    }
  }

  void connect();
  void tell() noexcept;
  void drop_if_broken();

  Target target_;
  Hook before_connect_;
  std::unique_ptr<pqxx::connection> connection_;
};

}  // namespace reel::store
