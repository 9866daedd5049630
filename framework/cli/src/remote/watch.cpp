#include "remote/watch.hpp"

#include <nlohmann/json.hpp>

#include "reel/base/log.hpp"
#include "remote/events.hpp"
#include "remote/member.hpp"
#include "remote/requests.hpp"

namespace reel::cli::remote {
namespace {

using nlohmann::json;

class Watch {
 public:
  Watch(Client& client, service::RequestId id, const std::function<void(const json&)>& on_change)
      : client_(client), events_(client.access(), client.stop()), id_(id), on_change_(on_change) {}

  void run() {
    constexpr std::chrono::milliseconds between_streams{500}, between_questions{2'000};
    for (ask(); !ended_; ask()) {
      const bool streams = fruitless_ < most_fruitless;
      if (streams) follow();
      if (ended_) return;
      client_.stop().wait(streams ? between_streams : between_questions);
    }
  }

 private:
  void ask() { show(client_.get(path_of(id_))); }

  void show(const json& request) {
    ended_ = service::is_final(request_of(request, client_.origin()).state);
    on_change_(request);
  }

  /// Until the stream ends, for whatever reason: the next question finds out.
  void follow() {
    constexpr std::chrono::seconds silence{45};  // three times the pause after which servers say something
    ++fruitless_;
    parser_.reconnect();
    Call call{.target = "/api/v1/events?request=" + std::to_string(id_), .once = true, .silence = silence};
    call.headers["Accept"] = "text/event-stream";
    if (!parser_.last_id().empty()) call.headers["Last-Event-ID"] = parser_.last_id();
    call.on_head = [this](const Answer& answer) { return begin(answer); };
    call.sink = [this](std::string_view piece) {
      fruitless_ = 0;
      parser_.feed(piece, [this](const ServerEvent& event) { take(event); });
      return !ended_;
    };
    try {
      const Answer answer = events_.send(call);
      if (!answer.good()) base::log(base::Level::info, "no events: status " + std::to_string(answer.status));
    } catch (const Lost& lost) {
      base::log(base::Level::info, lost.what());
    }
  }

  bool begin(const Answer& answer) {
    if (!answer.header("content-type").starts_with("text/event-stream")) return false;
    ask();  // what changed since the last question and before the stream began is in neither
    return !ended_;
  }

  void take(const ServerEvent& event) {
    const json request = json::parse(event.data, nullptr, false);
    if (!ended_ && event.name == "request" && member<service::RequestId>(request, "id") == id_) show(request);
  }

  static constexpr int most_fruitless = 3;  // streams without a byte, one after the other

  Client& client_;
  Client events_;
  const service::RequestId id_;
  const std::function<void(const json&)>& on_change_;
  EventParser parser_;
  int fruitless_ = 0;
  bool ended_ = false;
};

}  // namespace

void watch(Client& client, service::RequestId id, const std::function<void(const json&)>& on_change) {
  Watch(client, id, on_change).run();
}

}  // namespace reel::cli::remote
