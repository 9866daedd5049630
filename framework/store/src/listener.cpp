/// Waits for what the triggers of the schema NOTIFY, by libpq itself: pqxx would connect anew without saying so.
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <thread>

#include "connection.hpp"
#include "reel/base/log.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store {
namespace {

using service::Notice;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds shortest_pause{100};  // between tries while the database is away
constexpr milliseconds longest_pause{5000};
constexpr const char* listen = "LISTEN reel_queue; LISTEN reel_orders; LISTEN reel_request; LISTEN reel_video";

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* object) const { release(object); }
};
using Connection = std::unique_ptr<PGconn, Release<PGconn, &PQfinish>>;
using Result = std::unique_ptr<PGresult, Release<PGresult, &PQclear>>;
struct FreeNotify {
  void operator()(PGnotify* notify) const { PQfreemem(notify); }
};

/// `7 3` is request or video 7 of user 3.
Notice notice_of(std::string_view channel, std::string_view payload) {
  static const std::map<std::string_view, Notice::About> channels = {{"reel_queue", Notice::About::queue},
                                                                     {"reel_orders", Notice::About::orders},
                                                                     {"reel_request", Notice::About::request},
                                                                     {"reel_video", Notice::About::video}};
  Notice notice{channels.at(channel), 0, 0};
  const char* const end = payload.data() + payload.size();
  const char* const space = std::from_chars(payload.data(), end, notice.id).ptr;
  if (space != end) std::from_chars(space + 1, end, notice.user);
  return notice;
}

class PostgresListener : public service::Listener {
 public:
  PostgresListener(const std::string& url, std::function<void()> before_connect)
      : target_(url), before_connect_(std::move(before_connect)) {}

  std::vector<Notice> wait(milliseconds patience) override {
    const auto deadline = Clock::now() + patience;
    while (true) {
      std::vector<Notice> notices = come_in();
      if (!notices.empty() || Clock::now() >= deadline) return notices;
      sleep_until(deadline);
    }
  }

 private:
  /// What is there already; connects where need be.
  std::vector<Notice> come_in() {
    if (connection_) {
      if (PQconsumeInput(connection_.get()) == 1) return taken();
      lose();
    }
    if (Clock::now() < next_try_) return {};
    if (connect()) return {Notice{}};
    pause();
    return {};
  }

  bool connect() {
    try {
      if (before_connect_) before_connect_();
    } catch (const std::exception&) {
      return false;  // whoever uses the database meets the same, and says so
    }
    connection_.reset(PQconnectdb(target_.conninfo().c_str()));
    if (PQstatus(connection_.get()) == CONNECTION_OK &&
        PQresultStatus(Result(PQexec(connection_.get(), listen)).get()) == PGRES_COMMAND_OK) {
      pause_ = shortest_pause;
      return true;
    }
    connection_.reset();
    return false;
  }

  void lose() {
    base::log(base::Level::warning, "The connection that waits for news of the " + target_.name() + " broke.");
    connection_.reset();
    next_try_ = Clock::now();
  }

  void pause() {
    next_try_ = Clock::now() + pause_;
    pause_ = std::min(pause_ * 2, longest_pause);
  }

  std::vector<Notice> taken() {
    std::vector<Notice> notices;
    while (const auto notify = std::unique_ptr<PGnotify, FreeNotify>(PQnotifies(connection_.get())))
      notices.push_back(notice_of(notify->relname, notify->extra));
    return notices;
  }

  void sleep_until(Clock::time_point deadline) {
    if (!connection_) return std::this_thread::sleep_until(std::min(deadline, next_try_));
    pollfd wanted{PQsocket(connection_.get()), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    ::poll(&wanted, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
  }

  Target target_;
  std::function<void()> before_connect_;
  Connection connection_;
  Clock::time_point next_try_;  // long past
  milliseconds pause_ = shortest_pause;
};

}  // namespace

std::unique_ptr<service::Listener> open_listener(const std::string& url, std::function<void()> before_connect) {
  return std::make_unique<PostgresListener>(url, std::move(before_connect));
}

}  // namespace reel::store
