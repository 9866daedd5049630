/// Server-sent events, as they come in pieces.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace reel::cli::remote {

struct ServerEvent {
  std::string id;  ///< of the last event that had one
  std::string name = "message";
  std::string data;
};

/// Reads `text/event-stream` (WHATWG HTML, 9.2). Throws base::RunError for a line or an event of more than 4 MB.
class EventParser {
 public:
  using Handler = std::function<void(const ServerEvent&)>;
  /// Calls `handler` for each event that is whole with this piece.
  void feed(std::string_view piece, const Handler& handler);
  /// What a new connection sends as Last-Event-ID; empty: nothing.
  const std::string& last_id() const { return event_.id; }
  /// Forgets an event that was cut off.
  void reconnect();

 private:
  void take_line(const Handler& handler);

  ServerEvent event_;
  std::string line_;
  bool has_data_ = false, after_return_ = false;
};

}  // namespace reel::cli::remote
