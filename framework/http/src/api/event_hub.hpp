/// Tells users what changes, as it changes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "reel/http/events.hpp"
#include "stores.hpp"

namespace reel::http {

/// One thread listens to the database and reads what changed, for those users alone who have a stream open: at most about five times a
/// second for each of them, so that a request that changes often costs little, and its last change always comes.
class EventHub {
 public:
  using OpenListener = std::function<std::unique_ptr<service::Listener>()>;
  EventHub(StorePool& stores, OpenListener open);
  /// Closes the streams.
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  struct Subscription {
    service::UserId user = 0;
    std::optional<service::RequestId> request;  ///< only this one; and no videos
    std::optional<std::int64_t> since;          ///< the id of the last event that was seen
    std::string session;                        ///< the stream ends with it; empty: with `token`
    std::int64_t token = 0;
  };
  /// A stream that begins with what the subscriber has to know. Throws what the store throws; none: the user has `most` already.
  std::shared_ptr<EventStream> subscribe(const Subscription& subscription, std::size_t most);
  /// Ends those of the user's streams, at once.
  void drop(service::UserId user, const std::function<bool(const Subscription&)>& which);

 private:
  using Clock = std::chrono::steady_clock;

  struct Subscriber {
    Subscription what;
    std::shared_ptr<EventStream> stream;
  };
  /// A user's streams. Its lock is held while its events are read and pushed, so that they arrive in order.
  struct Audience {
    std::mutex mutex;
    std::vector<Subscriber> subscribers;
    std::int64_t mark = 0;
    /// Hash of the last event, not to say the same twice.
    std::map<service::RequestId, std::size_t> sent;
    std::map<service::VideoId, std::size_t> shown;
    bool changed = false;
    bool unsure = false;  ///< notices may have been lost
    std::vector<service::VideoId> videos;
    Clock::time_point told_at{}, checked_at{};
  };

  void run(const std::stop_token& stop);
  void note(const std::vector<service::Notice>& notices);
  void tell_all();
  static void tell(service::UserId user, Audience& audience, service::Store& store);
  static void tell_requests(service::UserId user, Audience& audience, service::Store& store);
  static void tell_videos(service::UserId user, Audience& audience, service::Store& store);
  /// Tells of videos that changed without a notice.
  static void compare_videos(service::UserId user, Audience& audience, service::Store& store);
  /// Ends the streams of sessions and tokens that are no more.
  static void check(service::UserId user, Audience& audience, service::Store& store);
  std::vector<std::pair<service::UserId, std::shared_ptr<Audience>>> audiences() const;
  std::shared_ptr<Audience> audience(service::UserId user);
  void forget_empty();

  StorePool& stores_;
  OpenListener open_;
  mutable std::mutex mutex_;
  std::map<service::UserId, std::shared_ptr<Audience>> audiences_;
  std::jthread thread_;
};

}  // namespace reel::http
