/// Server-sent events: a response that goes on for as long as both sides like.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace reel::http {

struct Event {
  std::string id;    ///< what the client sends as Last-Event-ID when it comes back; empty: none. No line breaks.
  std::string name;  ///< empty: `message`. No line breaks.
  std::string data;  ///< may have several lines
};

/// What one client is to get. A handler puts it into its response and whoever has news pushes them; before the response is sent,
/// too. Any thread. It is closed when the client leaves, when the client reads too slowly for `most_bytes` of waiting events, when
/// the server stops, and by close(); it stays closed, and the client comes back with Last-Event-ID.
class EventStream {
 public:
  explicit EventStream(std::size_t most_bytes = std::size_t{256} << 10U) : most_bytes_(most_bytes) {}
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  /// False: it is closed, or is closed by this one because it does not fit. Never blocks.
  bool push(const Event& event);
  /// What was pushed before is still sent.
  void close();
  bool closed() const;
  /// Calls `call` once it is closed, or now if it is: on whichever thread closes it, often the network's, so it must neither block
  /// nor throw, nor take a lock that is held while pushing. The last call given counts.
  void on_close(std::function<void()> call);

  // For the server.

  /// Moves what waits to the end of `out`. False: nothing more will come.
  bool take(std::string& out);
  /// `wake` is called, under a lock, when there is something to take or nothing more to come: with true if the client was too slow
  /// and is to be cut off. It must not block.
  void attach(std::function<void(bool cut)> wake);
  /// Closes it and forgets what waits; `wake` is not called any more.
  void abandon();

 private:
  /// Releases the lock, then calls `on_close_`.
  void end(std::unique_lock<std::mutex> lock);

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::string waiting_;
  bool closed_ = false;
  std::function<void(bool)> wake_;
  std::function<void()> on_close_;
};

}  // namespace reel::http
