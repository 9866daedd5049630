/// GStreamer's messages in plain words, at a place in the YAML. Private to the engine.
#pragma once

#include <string>
#include <vector>

#include "graph/gst.hpp"
#include "reel/engine/run.hpp"

namespace reel::engine {

StageError stage_error(const model::Stage& stage, const std::string& what, const std::string& hint,
                       const std::string& detail = {});

/// Collects what a bus says until it makes sense of a failure.
class Failures {
 public:
  explicit Failures(const model::Pipeline& pipeline) : pipeline_(pipeline) {}

  /// Takes errors and missing-plugin messages; ignores all others.
  void note(GstMessage* message);
  bool any() const { return !errors_.empty(); }
  /// The error that explains the others. `graph` is asked where formats did not agree.
  StageError explain(GstElement* graph) const;

 private:
  struct Error {
    int stage = -1;
    gst::Ptr<GError> error;
    std::string debug;
  };
  const Error& cause() const;
  StageError at(int stage, const std::string& what, const std::string& hint, const std::string& detail) const;

  const model::Pipeline& pipeline_;
  std::vector<Error> errors_;
  std::vector<std::string> missing_;  ///< "H.265 decoder"
};

/// A warning of the bus for the log: its text.
std::string warning_text(GstMessage* message);

/// `720p`-like words for caps: `pictures 1280x720 Y444_10LE at 25/1 fps`.
std::string describe_caps(GstCaps* caps);

}  // namespace reel::engine
