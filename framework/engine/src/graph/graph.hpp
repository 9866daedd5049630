/// A pipeline as a GStreamer graph. Private to the engine.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/gst.hpp"
#include "graph/plan.hpp"
#include "graph/settings.hpp"
#include "reel/engine/media_check.hpp"

namespace reel::engine {

/// What probes count as buffers pass; written by streaming threads.
struct StageCounters {
  std::atomic<std::uint64_t> frames_in{0}, frames_out{0};  ///< pictures; blocks of sound for a stage without
  std::atomic<std::int64_t> position{0};                   ///< end of what left (arrived, at a sink), stream time
  std::atomic<bool> done{false};                           ///< the end has passed
  bool counts_pictures = false;                            ///< else blocks of sound
};

/// What a measuring pass found out (reel-two-pass): by stage, properties to set.
using Measurements = std::map<std::size_t, std::shared_ptr<GstStructure>>;

struct GraphOptions {
  SecretSource secret;
  Measurements measured;
  /// True: sinks of ours leave the rename to the run.
  bool hold_artifacts = true;
};

/// Owns the GstPipeline with everything in it. Build: want what is needed, then assemble(). Not for several
/// threads.
class Graph {
 public:
  Graph(const Prepared& prepared, GraphOptions options);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// Plans a sink and all that feeds it.
  void want_sink(std::size_t stage) { planner_.want_stage(stage); }
  /// Plans an output and lets `end` (an element or bin with a static pad `sink`) take it.
  void want_output(const Tap& tap, gst::ElementPtr end);
  /// Makes and links everything. Throws StageError.
  void assemble();

  GstElement* pipeline() const { return pipeline_.get(); }
  /// Only set where the graph has the stage.
  const StageCounters* counters(std::size_t stage) const { return counters_[stage].get(); }
  /// Buffers that moved anywhere: stands still when the graph does.
  std::uint64_t activity() const;
  /// Elements that stand for stages, one a stage and branch, in the order of the data.
  const std::vector<std::pair<std::size_t, GstElement*>>& elements() const { return elements_; }
  /// From now on also counts what moves inside the sinks: a file that is finished after its last picture
  /// takes time.
  void watch_sinks();

 private:
  struct End {
    std::size_t node;
    Kind kind;
    GstElement* element;
  };
  struct Outlet;
  struct SourcePads;

  const model::Stage& stage_of(std::size_t node) const;
  GstElement* add(gst::ElementPtr element, std::size_t stage);
  GstElement* add(const char* factory, std::size_t stage);
  GstElement* make_queue(std::size_t stage, Kind kind);
  GstElement* make_stage(std::size_t node);
  gst::ElementPtr make_element(const model::Stage& stage);
  gst::ElementPtr limited(gst::ElementPtr element, const model::Stage& stage);
  void set_kinds_of_source(GstElement* element, std::size_t node);
  void drop_output(std::size_t node, Kind kind, GstElement* element);
  void make_outlets(std::size_t node, GstElement* element);
  Outlet& outlet(std::size_t node, Kind kind);
  gst::PadPtr take_outlet(std::size_t node, Kind kind, std::size_t for_stage);
  void link_nodes(const PlannedLink& link);
  void link_row(gst::PadPtr from, const std::vector<GstElement*>& row, gst::PadPtr to, std::size_t stage);
  void set_chapters();
  void count(GstPad* pad, std::size_t stage, Kind kind, bool incoming);

  const Prepared& prepared_;
  GraphOptions options_;
  std::vector<Kinds> outputs_;
  GraphPlanner planner_;
  std::vector<End> ends_;
  std::vector<GstElement*> made_;  ///< by node; owned by the pipeline
  std::vector<std::pair<std::size_t, GstElement*>> elements_;
  std::vector<std::unique_ptr<Outlet>> outlets_;
  std::vector<std::unique_ptr<StageCounters>> counters_;
  std::unique_ptr<std::atomic<std::uint64_t>> activity_;
  gst::ElementPtr pipeline_;  ///< last, so that it goes first: its threads use the rest
};

/// The pad of `element` for the n-th input of that kind, or its output; requested if need be. Null if it has
/// none.
gst::PadPtr input_pad(GstElement* element, Kind kind, std::size_t n);
gst::PadPtr output_pad(GstElement* element, Kind kind);

/// `video/…` or `audio/…` of a pad's caps as a kind.
std::optional<Kind> kind_of(GstPad* pad);

}  // namespace reel::engine
