/// Where buffers leave a graph for code of ours. Private to the engine.
#pragma once

#include <gst/app/gstappsink.h>

#include <functional>
#include <memory>
#include <string>

#include "graph/gst.hpp"

namespace reel::engine {

/// Elements that end in an appsink. A graph that hangs may outlive what it gave its buffers to, so once this is gone, nothing is
/// taken any more.
class AppEnd {
 public:
  /// Gets the sink when it has a sample; on a streaming thread.
  using Take = std::function<GstFlowReturn(GstAppSink*)>;

  /// `elements` as gst-launch writes them; the sink holds `waiting` samples at most. Throws base::RunError.
  AppEnd(const std::string& elements, unsigned waiting, Take take);
  /// Waits for a sample that is being taken.
  ~AppEnd();
  AppEnd(const AppEnd&) = delete;
  AppEnd& operator=(const AppEnd&) = delete;

  /// All of it, for a graph to own. Once only.
  gst::ElementPtr release() { return std::move(bin_); }
  GstElement* sink() const { return sink_.get(); }

 private:
  struct Gate;
  std::shared_ptr<Gate> gate_;
  gst::ElementPtr bin_, sink_;
};

}  // namespace reel::engine
