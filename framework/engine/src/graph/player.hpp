/// Plays one graph to its end. Private to the engine.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

#include "graph/failures.hpp"
#include "graph/graph.hpp"
#include "reel/engine/frame_notes.hpp"

namespace reel::engine {

/// What other threads ask of a run.
struct Requests {
  std::atomic<bool> stop{false}, pause{false};
};

struct PlayHooks {
  std::function<void(Graph&)> on_tick;  ///< about 10 a second
  std::function<void(GstMessage*)> on_element_message;
  std::function<bool()> finished;  ///< true ends the play before the media do
  base::Time stall_timeout{0};     ///< 0: never
};

/// Owns a graph from before its first to after its last state. A graph that cannot be stopped, since a stage
/// never returns, is given up: it stays in memory and its threads with it, so that the caller can go on.
class Player {
 public:
  Player(std::unique_ptr<Graph> graph, const Prepared& prepared, const Requests& requests);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  Graph& graph() { return *graph_; }
  /// What stages said of frames so far.
  const FrameNotes& frame_notes() const { return frame_notes_; }
  /// Returns at the end of all sinks. Throws StageError, base::Interrupted.
  void play(const PlayHooks& hooks);
  /// Brings it to a state and waits until it is there, or failed. Throws like play().
  void reach(GstState state, const PlayHooks& hooks);
  /// Stops everything. Closes all files. False: it had to be given up.
  bool close();

 private:
  enum class Outcome { going, reached, ended };
  void start(GstState state);
  Outcome loop(const PlayHooks& hooks, bool until_reached);
  Outcome handle(GstMessage* message, const PlayHooks& hooks, bool until_reached);
  void log_warning(GstMessage* message);
  void note_frame(GstMessage* message);
  [[noreturn]] void fail();
  void follow_pause();
  void watch_stall(base::Time timeout);
  StageError stalled(base::Time timeout) const;

  std::unique_ptr<Graph> graph_;
  const Prepared& prepared_;
  const Requests& requests_;
  gst::BusPtr bus_;
  Failures failures_;
  FrameNotes frame_notes_;
  bool paused_ = false, sinks_watched_ = false;
  std::map<std::string, int> warnings_;
  std::uint64_t last_activity_ = 0;
  std::chrono::steady_clock::time_point moved_at_, watched_at_;
};

}  // namespace reel::engine
